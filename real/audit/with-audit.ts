/** The end of a run: its evidence is collected while the servers are still there, and kept beside the result. */
import { auditedRun } from '../../scenarios/audit/audited-run.ts'
import type { RunRecord } from '../../scenarios/record.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { Driver } from '../drivers/driver.ts'
import { collectEvidence } from './collect.ts'
import { saveEvidence } from './evidence-file.ts'

export async function withAudit(
  scenario: Scenario,
  record: RunRecord,
  driver: Driver,
  outDir: string,
): Promise<RunRecord> {
  const audit = await collectEvidence(driver)
  saveEvidence(outDir, auditedRun(scenario, record, audit))
  return { ...record, audit }
}
