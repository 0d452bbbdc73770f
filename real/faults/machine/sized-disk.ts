/** A file system of its own, with a size, for the data of one server: what can be filled without filling the machine's. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Ownership } from '../../drivers/local/ownership.ts'

/** A server begins with 170 MB; what is left is for what it writes, and is memory while it is filled. */
const SIZED_DISK_MB = 400

/** In memory, on a directory that is there and empty; noted first. */
export function mountSizedDisk(
  directory: string,
  ownership: Pick<Ownership, 'note'>,
  onProgress: (line: string) => void = () => {},
): void {
  ownership.note('mount', directory)
  onProgress(`${basename(directory)}: its data are in memory of ${SIZED_DISK_MB} MB, which a fault can fill`)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZED_DISK_MB}m,mode=700`, 'quorumlab', directory])
}

/** Does nothing where nothing is mounted. Whoever still has a file open there keeps it until it is closed. */
export function unmountSizedDisk(directory: string): void {
  if (isMounted(directory)) execFileSync('umount', ['--lazy', directory])
}

function isMounted(directory: string): boolean {
  try {
    return readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .some((line) => line.split(' ')[1] === directory)
  } catch {
    return false
  }
}
