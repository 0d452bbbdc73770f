/** Records of one scenario become a result and its report, in a folder. */
import { arch, cpus, loadavg, platform, totalmem } from 'node:os'
import type { ComparedResults } from '../reports/export/comparison-formats.ts'
import type { Saved } from '../reports/save.ts'
import type { JudgedTrial } from '../scenarios/judge.ts'
import type { RunRecord } from '../scenarios/record.ts'
import type { Result } from '../scenarios/result.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { version } from './output.ts'

/** When a run began, and how busy the machine was before it. */
export interface Beginning {
  /** ISO 8601. */
  readonly startedAt: string
  /** Of one minute. */
  readonly loadAverage: number
}

/**
 * Loads what a run needs at its end, too, while it begins: the sources are compiled by a process that stands in the terminal's foreground
 * like we do, so it dies of the first Ctrl-C, and what is not loaded by then cannot be loaded any more.
 */
export async function begin(): Promise<Beginning> {
  const beginning = { startedAt: new Date().toISOString(), loadAverage: loadOfAMinute() }
  await Promise.all([judging(), saving(), rendering()])
  return beginning
}

const judging = () => import('../scenarios/judge.ts')
const saving = () => import('../reports/save.ts')
const rendering = () => import('../reports/html.ts')

export async function judgedTrial(scenario: Scenario, record: RunRecord): Promise<JudgedTrial> {
  return (await judging()).judgeTrial(scenario, record)
}

export async function resultOf(
  scenario: Scenario,
  trials: readonly JudgedTrial[],
  beginning: Beginning,
): Promise<Result> {
  const { resultOfTrials } = await judging()
  const versions = { quorumlab: version, node: process.version }
  const { startedAt } = beginning
  return resultOfTrials(scenario, trials, { startedAt, versions, machine: machine(beginning), coordinator: 'service' })
}

export async function saveResult(folder: string, result: Result): Promise<Saved> {
  const { saveRun } = await saving()
  return saveRun(folder, result, async () => (await rendering()).renderReport([result]))
}

/** Each result in its file, then the report on all of them, whose path is returned. `paths` lie in `folder`. */
export async function saveCompared(folder: string, { paths, results, comparisons }: ComparedResults): Promise<string> {
  const { saveReport } = await saving()
  const { writeWhole } = await import('../reports/export/whole-file.ts')
  for (const [index, path] of paths.entries()) writeWhole(path, [`${JSON.stringify(results[index])}\n`])
  return saveReport(folder, await (await rendering()).renderReport(results, comparisons))
}

/** Whoever reads latencies wants to know who else was at work: before the run, and after it with its own work in it. */
function machine({ loadAverage }: Beginning): Readonly<Record<string, string | number>> {
  const cores = cpus()
  return {
    platform: platform(),
    arch: arch(),
    cores: cores.length,
    cpu: cores[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    loadAverageBefore: loadAverage,
    loadAverageAfter: loadOfAMinute(),
  }
}

function loadOfAMinute(): number {
  return Math.round(loadavg()[0]! * 100) / 100
}
