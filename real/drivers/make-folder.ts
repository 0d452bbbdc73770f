/** A folder with all that is missing above it. */
import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Like mkdir with `recursive`, which never returns where a file system lists a folder and lets nobody make one in it
 * (/proc: "no such file" is answered by making the parent, which exists, for ever). Throws the refusal instead.
 */
export function makeFolder(path: string, mode = 0o777): void {
  const full = resolve(path)
  const missing: string[] = []
  for (let folder = full; !isThere(folder); folder = dirname(folder)) missing.unshift(folder)
  for (const folder of missing)
    try {
      mkdirSync(folder, { mode })
    } catch (error) {
      // Somebody else may have made it at the same moment.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isThere(folder)) throw error
    }
  // A file of that name is there, and is no folder.
  if (!statSync(full).isDirectory()) mkdirSync(full)
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
