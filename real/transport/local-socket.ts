/**
 * Services listen on a Unix socket beside their port on loopback, and who asks on the same machine takes that: it costs both
 * less of a processor than TCP does, and an operation crosses it twice (DECISIONS.md, a transport of our own).
 *
 * Its name is an abstract one of Linux: it is no file, ends with the process, and belongs to the network namespace, as
 * a port does. So who is in another namespace, or has been given the port of a proxy, does not find it and takes TCP:
 * what is done to links of a run is done to all that travels. Like a port it is nobody else's while it is taken.
 */
import { platform } from 'node:process'

const LOOPBACK = '127.0.0.1'

/** Null: there is none, only the port. */
export function localSocketOf(host: string, port: number): string | null {
  return platform === 'linux' && host === LOOPBACK ? `\0quorumlab/${host}:${port}` : null
}
