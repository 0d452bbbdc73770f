/** Records of one scenario become a result and its report, in a folder. */
import { arch, cpus, platform, totalmem } from 'node:os'
import { version } from './cli-output.ts'
import type { Saved } from './reports/save.ts'
import type { RunRecord } from './scenarios/record.ts'
import type { Result } from './scenarios/result.ts'
import type { Scenario } from './scenarios/scenario.ts'

/** `startedAt`: ISO 8601. */
export async function resultOf(scenario: Scenario, records: readonly RunRecord[], startedAt: string): Promise<Result> {
  const { judge } = await import('./scenarios/judge.ts')
  const versions = { quorumlab: version, node: process.version }
  return judge(scenario, records, { startedAt, versions, machine: machine(), coordinator: 'service' })
}

export async function saveResult(folder: string, result: Result): Promise<Saved> {
  const { saveRun } = await import('./reports/save.ts')
  return saveRun(folder, result, async () => (await import('./reports/html.ts')).renderReport([result]))
}

function machine(): Readonly<Record<string, string | number>> {
  const cores = cpus()
  const memoryGb = Math.round(totalmem() / 2 ** 30)
  return { platform: platform(), arch: arch(), cores: cores.length, cpu: cores[0]?.model.trim() ?? 'unknown', memoryGb }
}
