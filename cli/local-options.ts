/** The options of every command that starts real servers, and what a command is to the parser. */
import { integer, networkWish, once, value } from './arguments.ts'

export type Handler = () => Promise<number>
/** Is told what to do; yargs itself does nothing and ends nothing. */
export type Chosen = (handler: Handler) => void

/** Where real servers are started, for each command that starts some. */
export const LOCAL_OPTIONS = {
  mysqld: value('local: the server to run (or QUORUMLAB_MYSQLD)'),
  'data-dir': value('local: where the servers keep their data (auto, memory, disk or a folder)'),
  'base-port': value('local: first port (default: any free)'),
  network: value('local: what the links lead through (auto, proxy, namespaces, direct; default: auto)'),
}

interface Texts extends Readonly<Record<'mysqld' | 'dataDir' | 'basePort', string | undefined>> {
  /** Of a run; the running system has none of its own. */
  readonly network?: string | undefined
}

export function local({ mysqld, dataDir, basePort, network }: Texts) {
  return {
    mysqld: once('mysqld', mysqld),
    dataDir: once('data-dir', dataDir),
    basePort: integer('base-port', basePort, 1024, 65_000),
    network: networkWish(once('network', network)),
  }
}
