/** The options of every command that starts real servers, and what a command is to the parser. */
import { integer, once, value } from './arguments.ts'

export type Handler = () => Promise<number>
/** Is told what to do; yargs itself does nothing and ends nothing. */
export type Chosen = (handler: Handler) => void

/** Where real servers are started, for each command that starts some. */
export const LOCAL_OPTIONS = {
  mysqld: value('local: the server to run (or QUORUMLAB_MYSQLD)'),
  'data-dir': value('local: where the servers keep their data (auto, memory, disk or a folder)'),
  'base-port': value('local: first port (default: any free)'),
}

type Texts = Readonly<Record<'mysqld' | 'dataDir' | 'basePort', string | undefined>>

export function local({ mysqld, dataDir, basePort }: Texts) {
  return {
    mysqld: once('mysqld', mysqld),
    dataDir: once('data-dir', dataDir),
    basePort: integer('base-port', basePort, 1024, 65_000),
  }
}
