/** A file for its owner's eyes alone, whole or as it was before: whoever reads it may do so at any moment. */
import { renameSync, writeFileSync } from 'node:fs'

export function writePrivately(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
