/**
 * Node gives every read of a socket a fresh buffer of 64 kB and a trip through its stream machinery; for answers of a
 * few dozen bytes that costs more than their contents do. A socket that is opened with `onread` reads into this one
 * buffer instead. All of them share it: what a read brought is used up, or copied, before the callback returns.
 */
import type { OnReadOpts } from 'node:net'

const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024)

/** `onBytes` must not keep what it is given. */
export function readInto(onBytes: (bytes: Buffer) => void): OnReadOpts {
  return {
    buffer: READ_BUFFER,
    callback(count) {
      onBytes(READ_BUFFER.subarray(0, count))
      return true
    },
  }
}
