/** What a run could leave behind, looked for from outside by a mark in its environment, which every descendant inherits. */
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Namespaces and devices of the network with the cluster's id in their names. */
export function networksLeft(id: string): readonly string[] {
  const folders = ['/run/netns', '/sys/class/net'].filter((folder) => existsSync(folder))
  return folders.flatMap((folder) => readdirSync(folder)).filter((name) => name.includes(id))
}

const NAME = 'QUORUMLAB_TEST_MARK'

export class Mark {
  readonly #text = randomBytes(8).toString('hex')

  /** `NAME=text`, to be put in front of a shell's line. */
  get assignment(): string {
    return `${NAME}=${this.#text}`
  }

  /** Pids and command lines of the living processes that bear it, paused ones included. */
  bearers(): readonly { readonly pid: number; readonly command: string; readonly isStopped: boolean }[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          // Zombies have no environment any more.
          if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(this.assignment)) return []
          const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
          const isStopped = stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')
          const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
          return [{ pid: Number(pid), command, isStopped }]
        } catch {
          return [] // gone meanwhile, or another user's
        }
      })
  }
}
