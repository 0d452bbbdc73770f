/**
 * A part of the machine's processors for one process, by a control group of its own: version 1's `cpu.cfs_quota_us`, or
 * version 2's `cpu.max` where that controller is there. It takes root, and what a group does is seen in its counters.
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'

/** Short, so that a process with little is slow and not stopped now and then; its quota must be a millisecond at least. */
const PERIODS_US = [10_000, 100_000]
const LEAST_QUOTA_US = 1_000

/** Where a machine keeps its groups. */
export interface CpuControl {
  readonly version: 1 | 2
  /** Of the hierarchy with the controller. */
  readonly root: string
}

/** Null: this machine has no such controller, or only root may use it. */
export function findCpuControl(mounts: string = readFileSync('/proc/self/mounts', 'utf8')): CpuControl | null {
  const lines = mounts.split('\n').map((line) => line.split(' '))
  const first = lines.find(([, , type, options]) => type === 'cgroup' && options!.split(',').includes('cpu'))
  if (first !== undefined) return { version: 1, root: first[1]! }
  const second = lines.find(([, , type]) => type === 'cgroup2')
  if (second === undefined) return null
  const control = join(second[1]!, 'cgroup.subtree_control')
  const isThere = existsSync(control) && readFileSync(control, 'utf8').split(/\s/).includes('cpu')
  return isThere ? { version: 2, root: second[1]! } : null
}

/** The quota of each period for `share` of `cores` processors, both microseconds. */
export function quotaOf(share: number, cores: number = cpus().length): { readonly quotaUs: number; periodUs: number } {
  const quota = (periodUs: number) => Math.round(share * cores * periodUs)
  const periodUs = PERIODS_US.find((us) => quota(us) >= LEAST_QUOTA_US) ?? PERIODS_US.at(-1)!
  return { quotaUs: Math.max(LEAST_QUOTA_US, quota(periodUs)), periodUs }
}

export class CpuGroup {
  readonly path: string
  readonly #control: CpuControl
  /** Groups that the processes were in before. */
  readonly #origins = new Map<number, string>()

  /** `beside`: a process in whose group it lies, so that what holds for that holds here, too. Nothing is made yet. */
  constructor(control: CpuControl, name: string, beside: number) {
    this.#control = control
    // A group of version 2 with processes has no groups with controllers below it, except for the root.
    this.path = join(control.version === 1 ? groupOf(control, beside) : control.root, name)
  }

  make(): void {
    mkdirSync(this.path, { recursive: true })
  }

  /** `share` of the machine's processors, for all that is in it. */
  limit(share: number): void {
    const { quotaUs, periodUs } = quotaOf(share)
    if (this.#control.version === 2) this.#write('cpu.max', `${quotaUs} ${periodUs}`)
    else {
      this.#write('cpu.cfs_period_us', String(periodUs))
      this.#write('cpu.cfs_quota_us', String(quotaUs))
    }
  }

  /** With all of its threads. */
  take(pid: number): void {
    if (!this.#origins.has(pid)) this.#origins.set(pid, groupOf(this.#control, pid))
    this.#write('cgroup.procs', String(pid))
  }

  /** Everybody is where he was before, and the group is gone. */
  remove(): void {
    for (const [pid, origin] of this.#origins) moveTo(origin, pid)
    this.#origins.clear()
    removeCpuGroup(this.path)
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.path, file), text)
  }
}

/** The directory of the group that a process is in. */
export function groupOf({ version, root }: CpuControl, pid: number): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n')
  const isIt = (controllers: string) => (version === 2 ? controllers === '' : controllers.split(',').includes('cpu'))
  const line = lines.map((text) => text.split(':')).find(([, controllers]) => isIt(controllers ?? '?'))
  return join(root, line?.slice(2).join(':') ?? '')
}

/** What the kernel holds a group to, and how often it has done so. Null: no limit. */
export function limitOf({ version }: CpuControl, group: string): { readonly cores: number; throttled: number } | null {
  const read = (file: string) => readFileSync(join(group, file), 'utf8').trim()
  // The root of version 2 has none.
  if (version === 2 && !existsSync(join(group, 'cpu.max'))) return null
  const [quota, period] =
    version === 2 ? read('cpu.max').split(' ') : [read('cpu.cfs_quota_us'), read('cpu.cfs_period_us')]
  if (quota === 'max' || Number(quota) <= 0) return null
  const throttled = /^nr_throttled (\d+)$/m.exec(read('cpu.stat'))?.[1]
  return { cores: Number(quota) / Number(period), throttled: Number(throttled ?? 0) }
}

/** Does nothing where there is none. Who is left in it goes to the group around it. */
export function removeCpuGroup(path: string): void {
  if (!existsSync(path)) return
  for (const pid of readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n'))
    if (pid !== '') moveTo(dirname(path), Number(pid))
  rmdirSync(path)
}

function moveTo(group: string, pid: number): void {
  try {
    writeFileSync(join(group, 'cgroup.procs'), String(pid))
  } catch (error) {
    // It has ended, or its group has.
    if (!['ESRCH', 'ENOENT', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
