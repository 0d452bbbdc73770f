/** What the kernel says of one process: memory, files, sockets, threads. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

interface ProcessLook {
  readonly memoryBytes: number
  readonly files: number
  readonly sockets: number
  readonly threads: number
}

/** Null: it has just ended. */
export function lookAtProcess(pid: number): ProcessLook | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)![1])
    const links = readdirSync(`/proc/${pid}/fd`).map((name) => linkOf(`/proc/${pid}/fd/${name}`))
    const sockets = links.filter((link) => link.startsWith('socket:')).length
    return { memoryBytes: number('VmRSS') * 1024, files: links.length - sockets, sockets, threads: number('Threads') }
  } catch {
    return null
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return '' // closed meanwhile
  }
}
