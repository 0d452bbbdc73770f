/**
 * What became of one drawn run. A check that fails is a failure; so is a number that the file expects and that is
 * missed, and a run that breaks off with an exception. A failover that the quorum rule forbids is no failure: where the
 * rule leaves the cluster without a source to the end, what needs a source (a fact of each check) is not judged, and everything
 * that was promised to clients still is.
 */
import { CHECKS, type CheckName } from '../checks/checks.ts'
import { whoCounts } from '../checks/who-counts.ts'
import type { FaultVerb } from '../faults/list.ts'
import { judgeChecks, judgeNumbers } from '../judge.ts'
import type { RunRecord } from '../record.ts'
import type { CheckResult } from '../result.ts'
import type { Scenario } from '../scenario.ts'

export interface Failure {
  /** A check's name, the path of a number that was expected, or `RUNS_TO_ITS_END`. */
  readonly check: string
  /** One line. */
  readonly detail: string
  readonly evidence: readonly string[]
  /** What failures have in common that are probably one: the kinds of what was found. */
  readonly cause: string
}

/** A check that could not decide. */
export interface Undecided {
  readonly check: string
  /** As of a failure. */
  readonly cause: string
  /** One line. */
  readonly detail: string
}

export interface SwarmOutcome {
  readonly seed: number
  readonly algorithms: Pick<Scenario['algorithms'], 'timestamps' | 'quorum' | 'election'>
  readonly nodes: number
  /** Kinds of fault that took hold. */
  readonly verbs: readonly FaultVerb[]
  readonly failures: readonly Failure[]
  readonly undecided: readonly Undecided[]
  /** Reigns that began under faults and acknowledged a write. */
  readonly failovers: number
  /** Why the run ended without a source; null where it did not end so. */
  readonly refusal: string | null
  readonly digest: string | null
}

export const RUNS_TO_ITS_END = 'runs-to-its-end'

export function outcomeOf(scenario: Scenario, record: RunRecord): SwarmOutcome {
  const refusal = demandedRefusal(record, scenario)
  const judged = judgeChecks(scenario, record).filter(
    ({ name }) => refusal === null || !CHECKS[name as CheckName].needsSource,
  )
  return {
    ...factsOf(scenario, record.seed),
    verbs: [...new Set(record.faults.map(({ kind }) => kind))],
    failures: [
      ...judged
        .filter(({ verdict }) => verdict === 'fail')
        .map((result) => ({ ...foundBy(result), evidence: result.evidence })),
      ...missedNumbers(scenario, record),
    ],
    undecided: judged.filter(({ verdict }) => verdict === 'unknown').map(foundBy),
    failovers: completedFailovers(record),
    refusal,
    digest: record.digest,
  }
}

/** A number of `expect:` that was missed is a failure under the number's name. */
function missedNumbers(scenario: Scenario, record: RunRecord): readonly Failure[] {
  return judgeNumbers(scenario, record)
    .filter(({ verdict }) => verdict === 'fail')
    .map(({ path, op, limit, actual }) => {
      const detail = `${path} is ${actual}, expected ${op} ${limit}`
      return { check: path, detail, evidence: [], cause: 'missed' }
    })
}

/** The run threw: a bug, or a fault that had no effect. */
export function brokenOff(scenario: Scenario, seed: number, error: Error): SwarmOutcome {
  const detail = error.message.split('\n')[0]!
  const evidence = (error.stack ?? '').split('\n').slice(1, 6)
  return {
    ...factsOf(scenario, seed),
    verbs: [],
    // Where it was thrown: the messages of one bug differ in numbers and names.
    failures: [{ check: RUNS_TO_ITS_END, detail, evidence, cause: evidence[0]?.trim() ?? '' }],
    undecided: [],
    failovers: 0,
    refusal: null,
    digest: null,
  }
}

function factsOf({ algorithms, cluster }: Scenario, seed: number) {
  const { timestamps, quorum, election } = algorithms
  return { seed, algorithms: { timestamps, quorum, election }, nodes: cluster.nodes }
}

/**
 * What the coordinator said, where the last that it said about a source is that by the quorum rule there can be none,
 * and where that is true by what the harness saw.
 */
function demandedRefusal(record: RunRecord, scenario: Scenario): string | null {
  const last = record.events.findLast(({ kind }) => kind === 'refused' || kind === 'reign')
  if (last?.kind !== 'refused' || last.alarm !== null || last.why.code !== 'rule') return null
  return whoCounts(record, scenario).noTakeOver === null ? null : last.reason
}

function completedFailovers({ operations, events }: RunRecord): number {
  const begun = new Set(events.flatMap((event) => (event.kind === 'reign' && event.atUs > 0 ? [event.epoch] : [])))
  if (begun.size === 0) return 0
  const acknowledged = new Set<number>()
  for (const { kind, outcome, epoch } of operations)
    if (kind === 'write' && outcome === 'ok' && epoch !== null && begun.has(epoch)) acknowledged.add(epoch)
  return acknowledged.size
}

function foundBy({ name, detail, kinds = [] }: CheckResult): Undecided {
  return { check: name, detail, cause: kinds.join(', ') }
}
