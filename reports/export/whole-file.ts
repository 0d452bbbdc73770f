/** A file is either whole or absent: it is written beside its name and then renamed. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'

/** Characters. A history of a million operations is no string that one would want in memory at once. */
const CHUNK = 1 << 20

export function writeWhole(path: string, pieces: Iterable<string | Uint8Array>): void {
  const partial = `${path}.partial`
  let file: number | null = null
  try {
    file = openSync(partial, 'w')
    let pending = ''
    for (const piece of pieces) {
      if (typeof piece === 'string') pending += piece
      else writeAll(file, piece)
      if (pending.length >= CHUNK) {
        writeAll(file, Buffer.from(pending))
        pending = ''
      }
    }
    writeAll(file, Buffer.from(pending))
    closeSync(file)
    file = null
    renameSync(partial, path)
  } catch (error) {
    if (file !== null) closeSync(file)
    rmSync(partial, { force: true })
    throw error
  }
}

/** A disk that fills up takes a part first and refuses the rest. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}
