/** The `audit` command: the judgement on a finished run's evidence, once more and without its servers. */
import { styleOf } from '../../reports/screen.ts'
import { UsageError } from '../../scenarios/file/errors.ts'
import { EXIT } from '../exit.ts'
import { print } from '../output.ts'

interface AuditOptions {
  /** A run's folder. */
  readonly folder: string
  readonly json: boolean
}

export async function audit({ folder, json }: AuditOptions): Promise<number> {
  const { evidenceIn } = await import('../../real/audit/evidence-file.ts')
  const { auditOf } = await import('../../scenarios/audit/audited-run.ts')
  const { auditText } = await import('../../reports/terminal.ts')
  const style = styleOf(process.stdout, process.env)
  let failed = false
  let count = 0
  for (const run of evidenceIn(folder)) {
    count++
    const audit = auditOf(run)
    const { scenario, world, seed, isMadeToFail } = run
    failed ||= audit.verdict === 'fail' && !isMadeToFail
    if (json) await print(`${JSON.stringify({ scenario, world, seed, audit })}\n`)
    else await print(`${scenario} on ${world}, seed ${seed}\n${auditText(audit, isMadeToFail, style)}\n`)
  }
  if (count === 0)
    throw new UsageError(`${folder}: expected the folder of a run on real servers, found no audit-SEED.json.gz in it`)
  return failed ? EXIT.broken : EXIT.holds
}
