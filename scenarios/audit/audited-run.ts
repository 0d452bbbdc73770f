/** What a run's audit is made from, and the audit itself. */
import { isMadeToFail } from '../measures/expectations.ts'
import type { RunRecord } from '../record.ts'
import type { Audit } from '../result-audit.ts'
import type { Scenario } from '../scenario.ts'
import { type AuditEvidence, type Claim, claimsOf } from './evidence.ts'
import { judgeAudit } from './judge-audit.ts'

export interface AuditedRun {
  readonly scenario: string
  readonly world: string
  readonly seed: number
  readonly claims: readonly Claim[]
  readonly evidence: AuditEvidence
  /** Servers on which the scenario itself had an operator write. */
  readonly errants: readonly string[]
  /** The scenario expects a check to fail. */
  readonly isMadeToFail: boolean
}

export function auditedRun(scenario: Scenario, record: RunRecord, evidence: AuditEvidence): AuditedRun {
  return {
    scenario: scenario.name,
    world: record.world,
    seed: record.seed,
    claims: claimsOf(record.operations),
    evidence,
    errants: record.faults.flatMap(({ kind, target }) => (kind === 'errant-write' ? target : [])),
    isMadeToFail: isMadeToFail(scenario),
  }
}

export function auditOf({ claims, evidence, errants }: AuditedRun): Audit {
  return judgeAudit(claims, evidence, new Set(errants))
}
