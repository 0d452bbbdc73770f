/** `stress`: the runs of the dashboard against a system that is up, or one that is started for it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stress as performStress } from '../../real/services/stress/stress.ts'
import type { StressContext } from '../../real/services/stress/stress-answer.ts'
import { saveReport } from '../../reports/save.ts'
import { Screen, styleOf } from '../../reports/screen.ts'
import { stressLines, stressProgress, stressRunLines } from '../../reports/stress-terminal.ts'
import { STRESS_KIND_NAMES, type StressKindName, type StressResult } from '../../scenarios/stress-result.ts'
import { COMMAND, EXIT } from '../exit.ts'
import { claimFolder } from '../folder.ts'
import { print, untilInterrupted, version } from '../output.ts'

interface StressOptions {
  readonly url: string
  readonly start: boolean
  readonly mysqld: string | undefined
  readonly dataDirectory: string | undefined
  readonly kinds: readonly StressKindName[]
  readonly operations: number | undefined
  readonly consistency: StressContext['consistency']
  readonly out: string
  readonly json: boolean
  readonly quiet: boolean
}

export async function stress(options: StressOptions): Promise<number> {
  const release = claimFolder(options.out)
  const screen = new Screen(process.stderr, options.quiet)
  const interrupt = untilInterrupted(() => screen.line('  stopping: what is known so far will be written'))
  const system = options.start ? await started(options, screen) : null
  try {
    const style = styleOf(options.json ? process.stderr : process.stdout, process.env)
    const part = await performStress({
      url: system?.url ?? options.url,
      token: process.env.QUORUMLAB_TOKEN ?? null,
      kinds: options.kinds,
      operations: options.operations ?? null,
      consistency: options.consistency,
      signal: interrupt.signal,
      onProgress: (kind, record) => screen.live(() => stressProgress(kind, record)),
      onRun: (run) => {
        for (const line of stressRunLines(run, styleOf(process.stderr, process.env))) screen.line(line)
      },
    })
    screen.close()
    const result: StressResult = { ...part, quorumlab: version, command: commandOf(options) }
    const resultPath = join(options.out, 'stress.json')
    writeFileSync(resultPath, `${JSON.stringify(result, null, 2)}\n`)
    const { renderStress } = await import('../../reports/stress-html.ts')
    const reportPath = saveReport(options.out, await renderStress(result))
    const paths = [`  report  ${reportPath}`, `  result  ${resultPath}`]
    const closing = [...stressLines(result, style), ...paths].join('\n')
    if (options.json) {
      screen.line(closing)
      await print(`${JSON.stringify(result, null, 2)}\n`)
    } else await print(`${closing}\n`)
    return exitCodeOf(result)
  } finally {
    screen.close()
    await system?.stop()
    interrupt.release()
    release()
  }
}

function exitCodeOf({ complete, runs }: StressResult): number {
  if (!complete) return EXIT.interrupted
  return runs.every(({ checks }) => checks.every(({ verdict }) => verdict !== 'fail')) ? EXIT.holds : EXIT.broken
}

/** One on free ports, for this stress alone. */
async function started(
  { mysqld, dataDirectory }: StressOptions,
  screen: Screen,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const { System } = await import('../../real/services/system/system.ts')
  screen.line('  starting a system')
  const onNote = (line: string) => screen.line(`  ${line}`)
  const system = await System.create({ ports: { auto: true }, mysqld, dataDirectory, isDetached: false, onNote })
  try {
    await system.begin().green
    const { host, port } = system.addresses.coordinator!
    return { url: `http://${host}:${port}`, stop: () => system.stop() }
  } catch (error) {
    await system.stop()
    throw error
  }
}

function commandOf({ url, start, kinds, operations, consistency }: StressOptions): string {
  const words = [
    start ? '--start' : `--url ${url}`,
    ...(kinds.length === STRESS_KIND_NAMES.length ? [] : [`--only ${kinds.join(',')}`]),
    ...(operations === undefined ? [] : [`--operations ${operations}`]),
    ...(consistency === 'STRONG' ? [] : [`--consistency ${consistency}`]),
  ]
  return [COMMAND, 'stress', ...words].join(' ')
}
