/** The `audit` command: the judgement on a finished run's evidence, once more and without its servers; or on systems that run. */

import { statSync } from 'node:fs'
import { EnvironmentError } from '../../real/drivers/environment-error.ts'
import { styleOf } from '../../reports/screen.ts'
import { UsageError } from '../../scenarios/file/errors.ts'
import { COMMAND, EXIT } from '../exit.ts'
import { print } from '../output.ts'

interface AuditOptions {
  /** A run's folder; undefined: the systems that are up. */
  readonly folder: string | undefined
  readonly json: boolean
}

export function audit({ folder, json }: AuditOptions): Promise<number> {
  return folder === undefined ? auditSystems(json) : auditRun(folder, json)
}

async function auditRun(folder: string, json: boolean): Promise<number> {
  const { evidenceIn } = await import('../../real/audit/evidence-file.ts')
  const { auditOf } = await import('../../scenarios/audit/audited-run.ts')
  const { auditText } = await import('../../reports/terminal.ts')
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`${folder}: expected the folder of a run on real servers, found no such folder`)
  const style = styleOf(process.stdout, process.env)
  let holds = true
  let count = 0
  for (const run of evidenceIn(folder)) {
    count++
    const audit = auditOf(run)
    const { scenario, world, seed, isMadeToFail } = run
    holds &&= audit.verdict === 'pass' || isMadeToFail
    if (json) await print(`${JSON.stringify({ scenario, world, seed, audit })}\n`)
    else await print(`${scenario} on ${world}, seed ${seed}\n${auditText(audit, isMadeToFail, style)}\n`)
  }
  if (count === 0)
    throw new UsageError(`${folder}: expected the folder of a run on real servers, found no audit-SEED.json.gz in it`)
  return holds ? EXIT.holds : EXIT.broken
}

async function auditSystems(json: boolean): Promise<number> {
  const { livingSystems } = await import('../../real/services/system/known-systems.ts')
  const { readAuditAccess } = await import('../../real/services/system/audit-access.ts')
  const { auditedSystem } = await import('../../real/audit/system-evidence.ts')
  const { judgeSystem } = await import('../../scenarios/audit/judge-system.ts')
  const { systemAuditText } = await import('../../reports/terminal.ts')
  const style = styleOf(process.stdout, process.env)
  const systems = livingSystems()
  if (systems.length === 0)
    throw new UsageError(`expected the folder of a run, or a system that is up (\`${COMMAND} up\`), and found neither`)
  let holds = true
  for (const { owner, directory } of systems) {
    const access = readAuditAccess(directory)
    if (access === null)
      throw new EnvironmentError(
        `The servers of system ${owner.id} cannot be audited: they have not started yet, or are in containers.`,
        {
          advice: `Wait until \`${COMMAND} status\` says that it is up; of containers, audit a run (--on docker), which ends with one.`,
        },
      )
    const audit = judgeSystem(await auditedSystem(directory, access))
    holds &&= audit.verdict === 'pass'
    if (json) await print(`${JSON.stringify({ system: owner.id, audit })}\n`)
    else await print(`system ${owner.id} of process ${owner.pid}\n${systemAuditText(audit, style)}\n`)
  }
  return holds ? EXIT.holds : EXIT.broken
}
