/** The options of every command that starts real servers, and what a command is to the parser. */
import { UsageError } from '../scenarios/file/errors.ts'
import type { NetworkWish, RunWorld } from '../scenarios/worlds.ts'
import { integer, networkWish, once, value } from './arguments.ts'

export type Handler = () => Promise<number>
/** Is told what to do; yargs itself does nothing and ends nothing. */
export type Chosen = (handler: Handler) => void

/** Where each option changes something: containers get their ports from the engine, and their mysqld from the image. */
const WORLDS = {
  mysqld: ['local'],
  'data-dir': ['local', 'docker'],
  'base-port': ['local'],
  network: ['local', 'docker'],
} as const satisfies Readonly<Record<string, readonly RunWorld[]>>

const DATA_DIR = 'where the servers keep their data (auto, memory, disk or a folder)'

/** Where real servers are started, for each command that runs something on some. */
export const LOCAL_OPTIONS = {
  mysqld: option('mysqld', 'the server to run (or QUORUMLAB_MYSQLD)'),
  'data-dir': option('data-dir', DATA_DIR),
  'base-port': option('base-port', 'first port (default: any free)'),
  network: option('network', 'what the links lead through (auto, proxy, namespaces, direct; default: auto)'),
}

/** For commands whose containers, where they have any, keep their data themselves. */
export const LOCAL_SERVERS = { mysqld: LOCAL_OPTIONS.mysqld, 'data-dir': value(`local: ${DATA_DIR}`) }

function option(name: keyof typeof WORLDS, about: string) {
  return value(`${WORLDS[name].join(', ')}: ${about}`)
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

/** An option that changes nothing where it is given would be taken for one that did. */
export function refuseElsewhere(on: RunWorld, { mysqld, dataDir, basePort, network }: ServerOptions): void {
  const given = { mysqld, 'data-dir': dataDir, 'base-port': basePort, network }
  for (const name of Object.keys(WORLDS) as (keyof typeof WORLDS)[]) {
    const worlds: readonly RunWorld[] = WORLDS[name]
    if (given[name] === undefined || worlds.includes(on)) continue
    throw new UsageError(`--${name}: expected with --on ${worlds.join(' or ')}, found with --on ${on}`)
  }
}
