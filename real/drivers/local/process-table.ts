/**
 * Looking at processes from outside: Linux's /proc, elsewhere `ps`. Read synchronously, so that what is seen and the
 * clock reading beside it belong together.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Usage } from '../driver.ts'

export interface ProcessLook {
  readonly pid: number
  readonly state: 'running' | 'stopped'
  /** With the pid it names one process for ever: pids are used again, start times are not. */
  readonly startedAt: string
  /** Its words, joined by spaces. */
  readonly command: string
}

/** null: no such process, or only its remains (a zombie). */
export function lookAt(pid: number): ProcessLook | null {
  return process.platform === 'linux' ? lookInProc(pid) : lookWithPs(pid)
}

export function allProcesses(): ProcessLook[] {
  const pids =
    process.platform === 'linux'
      ? readdirSync('/proc').filter((name) => /^\d+$/.test(name))
      : execFileSync('ps', ['-axo', 'pid='], { encoding: 'utf8' }).split('\n')
  return pids
    .map(Number)
    .filter((pid) => pid > 0)
    .map(lookAt)
    .filter((look) => look !== null)
}

export function isSameProcess(pid: number, startedAt: string): boolean {
  return lookAt(pid)?.startedAt === startedAt
}

/** Waits until none of `pids` is a living process any more. Returns those that outlived the deadline. */
export async function untilGone(pids: readonly number[], deadlineMs: number): Promise<number[]> {
  const end = performance.now() + deadlineMs
  for (;;) {
    const left = pids.filter((pid) => lookAt(pid) !== null)
    if (left.length === 0 || performance.now() > end) return left
    await delay(1)
  }
}

export function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Linux counts processor time in hundredths of a second, whatever the kernel's own clock. */
const TICK_US = 10_000
const PAGE_BYTES = 4096

/** Processor time and resident memory of a process; null where nobody can say. */
export function usageOf(pid: number): { readonly busyUs: number; readonly memoryBytes: number } | null {
  if (process.platform !== 'linux') return null
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = Number(fields[11]) + Number(fields[12])
    return { busyUs: ticks * TICK_US, memoryBytes: Number(fields[21]) * PAGE_BYTES }
  } catch {
    return null // it has just ended
  }
}

/** The same, with what the machine has. */
export function machineUsage(pid: number | undefined): Usage {
  const usage = pid === undefined ? null : usageOf(pid)
  return { busyUs: usage?.busyUs ?? null, cores: cpus().length, memoryBytes: usage?.memoryBytes ?? null }
}

let bootId: string | null = null

function lookInProc(pid: number): ProcessLook | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const letter = fields[0]!
    // The first thread of a dying server is a zombie while others still hold its ports: the last one counts.
    const threads = Number(fields[17])
    if ((letter === 'Z' || letter === 'X') && threads <= 1) return null
    bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    return {
      pid,
      state: letter === 'T' || letter === 't' ? 'stopped' : 'running',
      startedAt: `${bootId}/${fields[19]}`,
      command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return null
    throw error
  }
}

function lookWithPs(pid: number): ProcessLook | null {
  try {
    const words = ['-o', 'stat=,lstart=,command=', '-p', String(pid)]
    const line = execFileSync('ps', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    // `Ss   Mon Nov 23 20:44:14 2026 /usr/sbin/mysqld --no-defaults ...`
    const match = /^(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/.exec(line)
    if (match === null || match[1]!.startsWith('Z')) return null
    return {
      pid,
      state: match[1]!.startsWith('T') ? 'stopped' : 'running',
      startedAt: match[2]!,
      command: match[3]!,
    }
  } catch {
    return null // ps exits with 1 where there is no such process
  }
}
