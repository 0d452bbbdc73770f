/** A process that ended although neither a fault nor a person had asked for it: what that is called, and what to do about it. */
import { readFileSync } from 'node:fs'
import { EnvironmentError } from './environment-error.ts'

/** As Node reports it: one of the two is null. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** `exit code 1`, `signal SIGKILL` */
export function endedText({ code, signal }: Ended): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`
}

/** What a program sends to itself when it cannot go on; everything else is sent by somebody. */
const CRASHES: ReadonlySet<NodeJS.Signals> = new Set(['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP'])

const BY_SOMEBODY =
  'Another program or an administrator did that. Nothing is wrong with quorumlab: run it again, and leave its processes alone.'

export function undeclaredDeath(subject: string, ended: Ended, lastLines: readonly string[]): EnvironmentError {
  const { signal } = ended
  const text = lastLines.join('\n')
  if (saysDiskFull(text))
    return new EnvironmentError(`${subject} ended (${endedText(ended)}) because its disk is full`, {
      ...{ kind: 'disk-full', subject, lastLines, advice: DISK_ADVICE },
    })
  if (saysHeapFull(text))
    return new EnvironmentError(
      `${subject} ended (${endedText(ended)}) because it had no memory left for its objects`,
      {
        ...{ kind: 'ended', subject, lastLines, advice: HEAP_ADVICE },
      },
    )
  if (signal === null || CRASHES.has(signal)) {
    const how = signal === null ? `ended by itself (${endedText(ended)})` : `crashed (${signal})`
    const advice =
      ended.code === 0 ? BY_SOMEBODY : 'Its last lines say why. If they do not, look at the system log (`dmesg`).'
    return new EnvironmentError(`${subject} ${how}, and quorumlab had not asked for that`, {
      ...{ kind: 'ended', subject, lastLines, advice },
    })
  }
  return new EnvironmentError(`${subject} was killed by ${signal}, and quorumlab had not asked for that`, {
    ...{ kind: 'killed', subject, lastLines, advice: signal === 'SIGKILL' ? killAdvice() : BY_SOMEBODY },
  })
}

/** MySQL's words, and those of anything that prints an errno. */
export function saysDiskFull(text: string): boolean {
  return /No space left on device|Disk is full|Disc is full|OS error:? 28\b|errno:? 28\b|ENOSPC|disk full/i.test(text)
}

export const DISK_ADVICE =
  'The place for data is full: free some of it, or name another with --data-dir (memory, disk, or a folder).'

const HEAP_ADVICE =
  'Give Node more (NODE_OPTIONS=--max-old-space-size=8192), or run a shorter or slower workload: every operation is kept.'

export function saysHeapFull(text: string): boolean {
  return /JavaScript heap out of memory/.test(text)
}

const oomKillsAtStart = oomKills()

/** SIGKILL is what the kernel sends when memory runs out, and it counts how often it did. */
function killAdvice(): string {
  const [before, now] = [oomKillsAtStart, oomKills()]
  if (before !== null && now !== null && now > before)
    return `The kernel ended ${now - before} processes meanwhile because the machine ran out of memory: free some, run fewer servers, or keep their data on a disk (--data-dir disk; /dev/shm is memory).`
  return `${BY_SOMEBODY} (A container's limit on memory does it, too; \`dmesg\` tells.)`
}

/** Processes that the kernel has killed for want of memory since the machine started; null: it does not say. */
function oomKills(): number | null {
  try {
    const count = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'latin1'))?.[1]
    return count === undefined ? null : Number(count)
  } catch {
    return null
  }
}

/** Of a program that `spawn` could not start. */
export function unstartedText(error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT') return error.message
  return `there is no program \`${error.path ?? error.syscall}\``
}
