/**
 * The log: one JSON object a line, with the request's id. A child of `up` has a file of its own in the state directory,
 * which is put aside when it is long, so that a year of it takes no more room than a day; a container writes to its
 * standard output.
 */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const MOST_BYTES = 8 * 1024 * 1024

export interface LogStream {
  write(line: string): void
}

/** `path` null: standard output. */
export function logStream(path: string | null): LogStream {
  return path === null ? { write: (line) => void process.stdout.write(line) } : fileStream(path)
}

function fileStream(path: string): LogStream {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  let bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return {
    // Lines are few (no successful request is one): what is written before a crash is the point of a log.
    write(line) {
      try {
        if (bytes > MOST_BYTES) {
          renameSync(path, `${path}.1`)
          bytes = 0
        }
        appendFileSync(path, line, { mode: 0o600 })
        bytes += Buffer.byteLength(line)
      } catch {
        // A full disk is no reason to stop answering.
      }
    },
  }
}
