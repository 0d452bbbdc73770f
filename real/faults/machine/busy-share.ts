/**
 * How much of the processors a process may have, measured: programs that do nothing but run are put beside it, into the
 * same control group, and what they and the process get together is what the group gets. They are the last whom the
 * kernel would run, so that the process itself loses little by it.
 */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { usageOf } from '../../drivers/local/process-table.ts'

const WINDOW_MS = 120
/** Nobody would end them after a harness that was killed: they run for as long as it lives. A shell that starts late has another parent. */
const SPIN = `while kill -0 ${process.pid}; do :; done`
const SETTLING_MS = 30

/** Share of all processors, 0 to 1. `group`: the directory of the control group of `pid`. */
export async function busyShare(pid: number, group: string): Promise<number> {
  const cores = cpus().length
  const spinners = Array.from({ length: cores }, () =>
    spawn('nice', ['-n', '19', 'sh', '-c', SPIN], { stdio: 'ignore' }),
  )
  try {
    for (const spinner of spinners) {
      spinner.on('error', () => {})
      if (spinner.pid !== undefined) writeFileSync(join(group, 'cgroup.procs'), String(spinner.pid))
    }
    await sleep(SETTLING_MS)
    const pids = spinners.flatMap((spinner) => spinner.pid ?? [])
    const usedUs = () => (usageOf(pid)?.busyUs ?? 0) + pids.reduce((sum, one) => sum + ranUs(one), 0)
    const [beganMs, before] = [performance.now(), usedUs()]
    await sleep(WINDOW_MS)
    const used = usedUs() - before
    return used / ((performance.now() - beganMs) * 1_000 * cores)
  } finally {
    for (const spinner of spinners) spinner.kill('SIGKILL')
  }
}

/** Of a process with one thread, to the nanosecond: the hundredths of `usageOf` are too coarse for a short window. */
function ranUs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[0]) / 1_000
  } catch {
    return 0
  }
}
