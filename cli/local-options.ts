/** The options of every command that starts real servers, and what a command is to the parser. */
import { UsageError } from '../scenarios/file/errors.ts'
import type { NetworkWish, RunWorld } from '../scenarios/worlds.ts'
import { integer, networkWish, once, value } from './arguments.ts'

export type Handler = () => Promise<number>
/** Is told what to do; yargs itself does nothing and ends nothing. */
export type Chosen = (handler: Handler) => void

/** Where real servers are started, for each command that starts some. */
export const LOCAL_OPTIONS = {
  mysqld: value('local: the server to run (or QUORUMLAB_MYSQLD)'),
  'data-dir': value('local, docker: where the servers keep their data (auto, memory, disk or a folder)'),
  'base-port': value('local: first port (default: any free)'),
  network: value('local, docker: what the links lead through (auto, proxy, namespaces, direct; default: auto)'),
}

interface Texts extends Readonly<Record<'mysqld' | 'dataDir' | 'basePort', string | undefined>> {
  /** Of a run; the running system has none of its own. */
  readonly network?: string | undefined
}

/** What the options say, read; undefined: not given. */
export interface ServerOptions {
  readonly mysqld: string | undefined
  readonly dataDir: string | undefined
  readonly basePort: number | undefined
  readonly network: NetworkWish | undefined
}

export function local({ mysqld, dataDir, basePort, network }: Texts): ServerOptions {
  return {
    mysqld: once('mysqld', mysqld),
    dataDir: once('data-dir', dataDir),
    basePort: integer('base-port', basePort, 1024, 65_000),
    network: networkWish(once('network', network)),
  }
}

/** Containers get their ports from the engine, and their mysqld from the image. */
const OPTIONS: Readonly<Record<keyof ServerOptions, { readonly name: string; readonly worlds: readonly RunWorld[] }>> =
  {
    mysqld: { name: 'mysqld', worlds: ['local'] },
    dataDir: { name: 'data-dir', worlds: ['local', 'docker'] },
    basePort: { name: 'base-port', worlds: ['local'] },
    network: { name: 'network', worlds: ['local', 'docker'] },
  }

/** An option that changes nothing where it is given would be taken for one that did. */
export function refuseElsewhere(on: RunWorld, options: ServerOptions): void {
  for (const option of Object.keys(OPTIONS) as (keyof ServerOptions)[]) {
    const { name, worlds } = OPTIONS[option]
    if (options[option] === undefined || worlds.includes(on)) continue
    throw new UsageError(`--${name}: expected with --on ${worlds.join(' or ')}, found with --on ${on}`)
  }
}
