/**
 * From records to the result. Pure: what differs between two runs of the same records (when, on what machine) comes in
 * with `stamp`. The checks of all trials are merged, the worst verdict counting; durations are pooled over the trials;
 * everything else is of the first trial.
 */
import { CHECKS, type CheckName } from './checks/checks.ts'
import { EVIDENCE_LIMIT } from './checks/findings.ts'
import { environmentOf } from './environment.ts'
import { describePolicies } from './file/policies.ts'
import { describeOutages } from './measures/client-outage.ts'
import { outcomeOf } from './measures/durations.ts'
import { judgeExpectations } from './measures/expectations.ts'
import { type Failovers, failoversOf } from './measures/failovers.ts'
import { lagOf } from './measures/lag.ts'
import { acknowledgedButGone } from './measures/lost-writes.ts'
import { withFewerQuorums } from './measures/quorum-shares.ts'
import { seriesOf } from './measures/series.ts'
import { stalenessOf } from './measures/staleness.ts'
import { spreadOf } from './measures/statistics.ts'
import { countLostEventual, distributionOf, latencyOf, type Measured, measure } from './measures/summary.ts'
import type { FaultRecord, RunRecord } from './record.ts'
import type { CheckResult, ExpectationResult, FaultResult, Result, Spread, Summary, Verdict } from './result.ts'
import type { Scenario } from './scenario.ts'

export interface Stamp {
  readonly startedAt: string
  readonly versions: { readonly quorumlab: string; readonly node: string }
  readonly machine: Readonly<Record<string, string | number>>
  readonly coordinator: 'service'
}

/** The scenario's checks alone, in its order. */
export function judgeChecks(scenario: Scenario, record: RunRecord): readonly CheckResult[] {
  return scenario.checks.map((name) => withoutUnfired(CHECKS[name].judge(record, scenario), record))
}

/** Where a step never fired, what it would have shown was not tried: a pass says nothing, a failure still does. */
function withoutUnfired(check: CheckResult, { unfired = [] }: RunRecord): CheckResult {
  if (check.verdict !== 'pass' || unfired.length === 0) return check
  const detail = `a fault never fired: ${unfired.join(', ')} did not happen`
  return { ...check, verdict: 'unknown', detail, kinds: ['unfired'] }
}

/** The scenario's expectations of numbers alone: checks are judged by themselves. */
export function judgeNumbers(scenario: Scenario, record: RunRecord): readonly ExpectationResult[] {
  const numbers = scenario.expectations.filter(({ path }) => path !== 'checks' && !path.startsWith('checks.'))
  if (numbers.length === 0) return []
  const trial = judgeTrial({ ...scenario, checks: [] }, record)
  const summary = summarize(scenario, [trial], trial)
  return judgeExpectations(numbers, [{ seed: record.seed, summary }], summary, [])
}

/** Of one check, or of one number of `expect:` by its path; `unknown` where the scenario has neither. */
export function verdictOn(name: string, scenario: Scenario, record: RunRecord): Verdict {
  if ((scenario.checks as readonly string[]).includes(name))
    return judgeChecks({ ...scenario, checks: [name as CheckName] }, record)[0]!.verdict
  return judgeNumbers(scenario, record).find(({ path }) => path === name)?.verdict ?? 'unknown'
}

interface Trial {
  readonly record: RunRecord
  readonly checks: readonly CheckResult[]
  readonly measured: Measured
  readonly lagMs: Summary['lagMs']
  readonly failovers: Failovers
  /** Null: the end state could not be read. */
  readonly lostEventual: number | null
  readonly stalenessMs: Summary['stalenessMs']
}

/** One record for each trial, at least one. */
export function judge(scenario: Scenario, records: readonly RunRecord[], stamp: Stamp): Result {
  const trials = records.map((record) => judgeTrial(scenario, record))
  const first = trials[0]
  if (first === undefined) throw new Error('assertion: a result needs at least one record')
  const { record, measured } = first
  const checks = scenario.checks.map((name, index) => mergeChecks(name, trials, index))
  const alone = trials.map((trial) => ({ seed: trial.record.seed, summary: summarize(scenario, [trial], trial) }))
  const summary = trials.length === 1 ? alone[0]!.summary : summarize(scenario, trials, first)
  const environment = environmentOf(records)
  return {
    schema: 'quorumlab.result/1',
    scenario: {
      name: scenario.name,
      file: scenario.file,
      hash: scenario.hash,
      conditions: scenario.conditions,
      description: scenario.description,
      algorithms: scenario.algorithms,
      ...describePolicies(scenario),
      ...(scenario.unsafe.length > 0 ? { unsafe: scenario.unsafe } : {}),
      cluster: scenario.cluster,
      workload: scenario.workload,
      text: scenario.text,
      settings: settingsOf(scenario),
    },
    world: record.world,
    seed: record.seed,
    versions: { ...stamp.versions, mysql: record.mysqlVersion },
    machine: stamp.machine,
    ...(record.durability === undefined ? {} : { durability: record.durability }),
    ...(record.withoutEffect === undefined ? {} : { withoutEffect: record.withoutEffect }),
    startedAt: stamp.startedAt,
    digest: record.digest,
    complete: records.every(({ complete }) => complete),
    ...(environment === undefined ? {} : { environment }),
    coordinator: stamp.coordinator,
    summary,
    trials: trials.map((trial, index) => describeTrial(trial, alone[index]!.summary)),
    checks,
    expectations: judgeExpectations(scenario.expectations, alone, summary, checks),
    series: seriesOf(record, scenario),
    distributions: { write: distributionOf(measured.write.answered), read: distributionOf(measured.read.answered) },
    faults: record.faults.map(describeFault),
    events: withFewerQuorums(record.events),
  }
}

function settingsOf({
  raft,
  seer,
  livenessUs,
  network,
  tuning,
  faults,
}: Scenario): NonNullable<Result['scenario']['settings']> {
  return { raft, seer, livenessUs, network, tuning, faults }
}

function judgeTrial(scenario: Scenario, record: RunRecord): Trial {
  const lost = acknowledgedButGone(record)
  const offered = withoutProbes(record)
  const failovers = failoversOf(offered, scenario, lost ?? [])
  return {
    record: offered,
    checks: judgeChecks(scenario, record),
    measured: measure(offered, scenario, failovers.outages),
    lagMs: lagOf(offered, scenario),
    failovers,
    lostEventual: lost === null ? null : countLostEventual(lost),
    stalenessMs: stalenessOf(offered, scenario, lost ?? []),
  }
}

/** Probes of a liveness phase begin behind the end of the workload: they are checked, and counted nowhere. */
function withoutProbes(record: RunRecord): RunRecord {
  if (record.healedUs === null) return record
  return { ...record, operations: record.operations.filter(({ intendedUs }) => intendedUs <= record.endedUs) }
}

function summarize(scenario: Scenario, trials: readonly Trial[], first: Trial): Summary {
  const { measured } = first
  const notes = trials.flatMap(({ failovers, lostEventual, record }) => {
    const unread = lostEventual === null ? ['the final source could not be read: losses are not counted'] : []
    const all = [...failovers.notes, ...unread, ...unsettledNote(record), ...withoutEffectNote(record)]
    return trials.length === 1 ? all : all.map((note) => `seed ${record.seed}: ${note}`)
  })
  return {
    throughputOpsPerSec: measured.throughputOpsPerSec,
    offeredOpsPerSec: measured.offeredOpsPerSec,
    operations: measured.operations,
    latencyMs: { read: latencyOf(measured.read), write: latencyOf(measured.write) },
    longestSilenceMs: measured.silence.durationMs,
    longestSilenceStartMs: measured.silence.startMs,
    ...(measured.generator === null ? {} : { generator: measured.generator }),
    lagMs: first.lagMs,
    failovers: first.failovers.failovers,
    failoverMs: failoverSpread(trials),
    clientOutageMs: outageSpread(trials),
    outages: describeOutages(first.failovers.outages),
    lostEventual: first.lostEventual ?? 0,
    ...(first.stalenessMs === undefined ? {} : { stalenessMs: first.stalenessMs }),
    resolutionMs: resolutionMsOf(scenario, measured),
    counters: first.record.counters,
    notes,
  }
}

/** The distance between two operations: of a closed loop, as it was found. */
function resolutionMsOf({ workload }: Scenario, { offeredOpsPerSec }: Measured): number {
  if (workload.mode === 'open') return 1000 / workload.ratePerSec
  return offeredOpsPerSec === 0 ? workload.durationUs / 1000 : 1000 / offeredOpsPerSec
}

function unsettledNote({ unsettled = null }: RunRecord): string[] {
  return unsettled === null ? [] : [`the end state was read before the servers had converged: ${unsettled}`]
}

function withoutEffectNote({ withoutEffect = [] }: RunRecord): string[] {
  if (withoutEffect.length === 0) return []
  return [`real servers do not follow ${withoutEffect.join(', ')}: what the file says there had no effect`]
}

function failoverSpread(trials: readonly Trial[]): Spread {
  const durations = trials.map(({ failovers }) => failovers.failoverMs)
  return { ...spreadOf(durations), outcome: outcomeOf(durations.flat()) }
}

function outageSpread(trials: readonly Trial[]): Spread {
  const outages = trials.map(({ failovers }) => describeOutages(failovers.outages))
  const durations = outages.flatMap(({ each }) => each.map(({ durationMs }) => durationMs))
  return { ...spreadOf(outages.map(({ longestMs }) => [longestMs])), outcome: outcomeOf(durations) }
}

function describeTrial(
  { record, checks, measured, lagMs, failovers }: Trial,
  summary: Summary,
): Result['trials'][number] {
  const write = latencyOf(measured.write)
  return {
    seed: record.seed,
    failoverMs: failovers.failoverMs,
    clientOutageMs: [describeOutages(failovers.outages).longestMs],
    longestSilenceMs: measured.silence.durationMs,
    throughputOpsPerSec: measured.throughputOpsPerSec,
    writeP50Ms: write.count === 0 ? null : write.p50,
    writeP99Ms: write.count === 0 ? null : write.p99,
    lagP99Ms: lagMs.count === 0 ? null : lagMs.p99,
    operations: measured.operations,
    checks: Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict])),
    digest: record.digest,
    summary,
  }
}

const SEVERITY: Readonly<Record<Verdict, number>> = { pass: 0, unknown: 1, fail: 2 }

/** The worst of the trials, with evidence from the bad ones only, each line naming its seed. */
function mergeChecks(name: CheckName, trials: readonly Trial[], index: number): CheckResult {
  const results = trials.map(({ checks, record }) => ({ ...checks[index]!, seed: record.seed }))
  if (results.length === 1) {
    const { seed: _, ...only } = results[0]!
    return only
  }
  const worst = results.reduce((a, b) => (SEVERITY[b.verdict] > SEVERITY[a.verdict] ? b : a))
  const such = results.filter(({ verdict }) => verdict === worst.verdict)
  const evidence = such.flatMap((result) => result.evidence.map((line) => `seed ${result.seed}: ${line}`))
  return {
    name,
    verdict: worst.verdict,
    detail: `${worst.verdict} in ${such.length} of ${results.length} trials; seed ${worst.seed}: ${worst.detail}`,
    evidence: evidence.slice(0, EVIDENCE_LIMIT),
    examined: results.reduce((sum, { examined }) => sum + examined, 0),
    kinds: [...new Set(such.flatMap(({ kinds = [] }) => kinds))].sort(),
    ...(worst.witness === undefined ? {} : { witness: worst.witness }),
  }
}

function describeFault(fault: FaultRecord): FaultResult {
  const { before, during, after, seenUs } = fault.witness
  return {
    atMs: fault.atUs / 1000,
    kind: fault.kind,
    target: fault.target,
    label: fault.label,
    witness: { before, during, after, seenMs: seenUs === null ? null : seenUs / 1000 },
    healed: fault.healedUs === null ? null : fault.healedUs / 1000,
  }
}
