/** `up`: the whole system on this machine, until Ctrl-C. */

import type { PortOptions } from '../../real/services/system/port-plan.ts'
import { System } from '../../real/services/system/system.ts'
import { COMMAND, EXIT } from '../exit.ts'
import { print, untilInterrupted } from '../output.ts'
import { showSteps } from './progress.ts'

interface UpOptions {
  readonly on: 'local'
  readonly ports: PortOptions
  readonly mysqld: string | undefined
  readonly dataDir: string | undefined
  readonly quiet: boolean
}

export async function up(options: UpOptions): Promise<number> {
  const say = (line: string) => {
    if (!options.quiet) process.stderr.write(`  ${line}\n`)
  }
  const interrupt = untilInterrupted(() => say('stopping everything (once more to stop at once)'))
  const interrupted = new Promise<void>((resolve) => interrupt.signal.addEventListener('abort', () => resolve()))
  const system = await System.create({
    ports: options.ports,
    mysqld: options.mysqld,
    dataDirectory: options.dataDir,
    isDetached: false,
    onNote: say,
  })
  try {
    const { steps, green } = system.begin()
    green.catch(() => {})
    await Promise.race([Promise.all([showSteps(steps, options.quiet), green]), interrupted])
    if (!interrupt.signal.aborted) {
      await print(addressesText(system))
      await interrupted
    }
  } finally {
    await system.stop()
    interrupt.release()
  }
  return EXIT.interrupted
}

function addressesText(system: System): string {
  const lines = Object.entries(system.addresses).map(
    ([name, { host, port }]) => `  ${name.padEnd(12)} ${host}:${port}\n`,
  )
  return `up after ${((system.greenAfterMs ?? 0) / 1000).toFixed(1)} s\n${lines.join('')}Ctrl-C ends it; \`${COMMAND} status\` looks at it\n`
}
