/** How a system that starts is shown: a list with marks on a terminal, a line for each part where nobody watches it grow. */
import { Listr, ListrLogger, ProcessOutput } from 'listr2'
import { isPageBuilt } from '../../real/dashboard/built-page.ts'
import type { Step, System } from '../../real/services/system/system.ts'

/** Settles when all steps have ended, however they did: whoever started them knows of failures from elsewhere. */
export async function showSteps(steps: readonly Step[], isQuiet: boolean): Promise<void> {
  if (isQuiet) return
  // A terminal that says no width (containers open such) has no room for a list.
  if (process.stderr.isTTY !== true || !(process.stderr.columns > 0)) {
    await Promise.all(steps.map(lined))
    return
  }
  // Progress is no result: it goes to stderr.
  const processOutput = new ProcessOutput(process.stderr, process.stderr)
  const list = new Listr(
    steps.map(({ title, done }) => ({ title, task: () => done })),
    {
      ...{ concurrent: true, exitOnError: false, registerSignalListeners: false, forceTTY: true },
      rendererOptions: { logger: new ListrLogger({ processOutput }) },
    },
  )
  await list.run().catch(() => {})
}

async function lined({ title, done }: Step): Promise<void> {
  const beganMs = performance.now()
  const isDone = await done.then(
    () => true,
    () => false,
  )
  const seconds = ((performance.now() - beganMs) / 1000).toFixed(1)
  process.stderr.write(isDone ? `  ${title}: ready after ${seconds} s\n` : `  ${title}: not ready\n`)
}

export type Green = Pick<System, 'addresses' | 'greenAfterMs' | 'login'>

/** What one needs to use it. */
export function addressesText({ addresses, greenAfterMs, login }: Green): string {
  const { coordinator, ...others } = addresses
  const rows = Object.entries(others).map(([name, { host, port }]) => `  ${name.padEnd(12)} ${host}:${port}\n`)
  const url =
    coordinator === undefined
      ? ''
      : `  dashboard    http://${coordinator.host}:${coordinator.port}${isPageBuilt() ? '' : ' (not built: npm run prepare)'}\n`
  const client = login === null ? '' : `  MySQL        ${clientText(login)}\n`
  return `up after ${((greenAfterMs ?? 0) / 1000).toFixed(1)} s\n${url}${client}${rows.join('')}`
}

/** The login stays in its file. */
export function clientText(login: string): string {
  return `mysql --defaults-extra-file=${login} testdb`
}
