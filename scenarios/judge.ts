/**
 * From records to the result. Pure: what differs between two runs of the same records (when, on what machine) comes in
 * with `stamp`. The checks of all trials are merged, the worst verdict counting; durations are pooled over the trials;
 * everything else is of the first trial.
 */
import { auditedRun, auditOf } from './audit/audited-run.ts'
import { CHECKS, type CheckName } from './checks/checks.ts'
import { EVIDENCE_LIMIT } from './checks/findings.ts'
import { environmentOf } from './environment.ts'
import { describePolicies } from './file/policy-names.ts'
import { describeOutages } from './measures/client-outage.ts'
import { outcomeOf } from './measures/durations.ts'
import { judgeExpectations } from './measures/expectations.ts'
import { type Failovers, failoversOf } from './measures/failovers.ts'
import { heldBackOf } from './measures/held-back.ts'
import { lagOf } from './measures/lag.ts'
import { acknowledgedButGone } from './measures/lost-writes.ts'
import { withFewerQuorums } from './measures/quorum-shares.ts'
import { seriesOf } from './measures/series.ts'
import { stalenessOf } from './measures/staleness.ts'
import { spreadOf } from './measures/statistics.ts'
import { countLostEventual, distributionOf, latencyOf, type Measured, measure } from './measures/summary.ts'
import { fencedSourcesOf } from './measures/writable.ts'
import type { FaultRecord, RunRecord } from './record.ts'
import type { CheckResult, ExpectationResult, FaultResult, Result, Summary, Verdict } from './result.ts'
import type { Audit } from './result-audit.ts'
import type { Spread } from './result-durations.ts'
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
  const { summary } = judgeTrial({ ...scenario, checks: [] }, record)
  return judgeExpectations(numbers, [{ seed: record.seed, summary }], summary, [])
}

/** Of one check, or of one number of `expect:` by its path; `unknown` where the scenario has neither. */
export function verdictOn(name: string, scenario: Scenario, record: RunRecord): Verdict {
  if ((scenario.checks as readonly string[]).includes(name))
    return judgeChecks({ ...scenario, checks: [name as CheckName] }, record)[0]!.verdict
  return judgeNumbers(scenario, record).find(({ path }) => path === name)?.verdict ?? 'unknown'
}

/** What is known of one trial once it is judged: a result is made of these, and they are small enough to go between threads. */
export interface JudgedTrial {
  readonly record: Omit<RunRecord, 'operations' | 'nodes' | 'lag' | 'audit'>
  readonly checks: readonly CheckResult[]
  readonly audit: Audit | null
  readonly failovers: Failovers
  /** Of this trial alone. */
  readonly summary: Summary
  readonly series: Result['series']
  readonly distributions: Result['distributions']
}

/** One record for each trial, at least one. */
export function judge(scenario: Scenario, records: readonly RunRecord[], stamp: Stamp): Result {
  const trials = records.map((record) => judgeTrial(scenario, record))
  return resultOfTrials(scenario, trials, stamp)
}

/** At least one trial, in the order of their seeds. */
export function resultOfTrials(scenario: Scenario, trials: readonly JudgedTrial[], stamp: Stamp): Result {
  const first = trials[0]
  if (first === undefined) throw new Error('assertion: a result needs at least one record')
  const { record } = first
  const checks = scenario.checks.map((name, index) => mergeChecks(name, trials, index))
  const alone = trials.map(({ record: { seed }, summary }) => ({ seed, summary }))
  const summary = trials.length === 1 ? first.summary : pooled(trials, first)
  const audit = worstAudit(trials)
  const environment = environmentOf(trials.map(({ record }) => record))
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
    ...(record.network === undefined ? {} : { network: record.network }),
    startedAt: stamp.startedAt,
    digest: record.digest,
    complete: trials.every(({ record }) => record.complete),
    ...(environment === undefined ? {} : { environment }),
    coordinator: stamp.coordinator,
    summary,
    trials: trials.map(describeTrial),
    checks,
    ...(audit === null ? {} : { audit }),
    expectations: judgeExpectations(scenario.expectations, alone, summary, checks),
    series: first.series,
    distributions: first.distributions,
    faults: record.faults.map(describeFault),
    fencedSources: trials.flatMap(({ record: { events } }) => fencedSourcesOf(events)),
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

export function judgeTrial(scenario: Scenario, record: RunRecord): JudgedTrial {
  const lost = acknowledgedButGone(record)
  const offered = withoutProbes(record)
  const failovers = failoversOf(offered, scenario, lost ?? [])
  const measured = measure(offered, scenario, failovers.outages)
  const { operations: _, nodes: __, lag: ___, audit, ...head } = record
  return {
    record: head,
    checks: judgeChecks(scenario, record),
    audit: audit === undefined ? null : auditOf(auditedRun(scenario, record, audit)),
    failovers,
    summary: summarize(scenario, offered, { measured, failovers, lost }),
    series: seriesOf(offered, scenario),
    distributions: { write: distributionOf(measured.write.answered), read: distributionOf(measured.read.answered) },
  }
}

/** Probes of a liveness phase begin behind the end of the workload: they are checked, and counted nowhere. */
function withoutProbes(record: RunRecord): RunRecord {
  if (record.healedUs === null) return record
  return { ...record, operations: record.operations.filter(({ intendedUs }) => intendedUs <= record.endedUs) }
}

interface Found {
  readonly measured: Measured
  readonly failovers: Failovers
  /** Null: the end state could not be read. */
  readonly lost: ReturnType<typeof acknowledgedButGone>
}

/** Of one trial. `record`: without probes. */
function summarize(scenario: Scenario, record: RunRecord, { measured, failovers, lost }: Found): Summary {
  const unread = lost === null ? ['the final source could not be read: losses are not counted'] : []
  const stalenessMs = stalenessOf(record, scenario, lost ?? [])
  return {
    throughputOpsPerSec: measured.throughputOpsPerSec,
    offeredOpsPerSec: measured.offeredOpsPerSec,
    operations: measured.operations,
    latencyMs: { read: latencyOf(measured.read), write: latencyOf(measured.write) },
    longestSilenceMs: measured.silence.durationMs,
    longestSilenceStartMs: measured.silence.startMs,
    ...(measured.generator === null ? {} : { generator: measured.generator }),
    lagMs: lagOf(record, scenario),
    failovers: failovers.failovers,
    failoverMs: spreadOfEach([failovers.failoverMs]),
    plannedMoveMs: spreadOfEach([failovers.plannedMoveMs]),
    clientOutageMs: outageSpread([failovers]),
    outages: describeOutages(failovers.outages),
    lostEventual: lost === null ? 0 : countLostEventual(lost),
    ...(stalenessMs === undefined ? {} : { stalenessMs }),
    resolutionMs: resolutionMsOf(scenario, measured),
    counters: { ...record.counters, ...heldBackOf(scenario, record) },
    notes: [...failovers.notes, ...unread, ...unsettledNote(record), ...withoutEffectNote(record)],
  }
}

/** Durations and notes of all trials; everything else is of the first. */
function pooled(trials: readonly JudgedTrial[], { summary }: JudgedTrial): Summary {
  const failovers = trials.map((trial) => trial.failovers)
  return {
    ...summary,
    failoverMs: spreadOfEach(failovers.map(({ failoverMs }) => failoverMs)),
    plannedMoveMs: spreadOfEach(failovers.map(({ plannedMoveMs }) => plannedMoveMs)),
    clientOutageMs: outageSpread(failovers),
    notes: trials.flatMap(({ record: { seed }, summary: { notes = [] } }) =>
      notes.map((note) => `seed ${seed}: ${note}`),
    ),
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

function spreadOfEach(durations: readonly (readonly (number | null)[])[]): Spread {
  return { ...spreadOf(durations), outcome: outcomeOf(durations.flat()) }
}

function outageSpread(trials: readonly Failovers[]): Spread {
  const outages = trials.map((trial) => describeOutages(trial.outages))
  const durations = outages.flatMap(({ each }) => each.map(({ durationMs }) => durationMs))
  return { ...spreadOf(outages.map(({ longestMs }) => [longestMs])), outcome: outcomeOf(durations) }
}

function describeTrial({ record, checks, audit, failovers, summary }: JudgedTrial): Result['trials'][number] {
  const { lagMs, latencyMs } = summary
  const { write } = latencyMs
  return {
    seed: record.seed,
    failoverMs: failovers.failoverMs,
    plannedMoveMs: failovers.plannedMoveMs,
    clientOutageMs: [describeOutages(failovers.outages).longestMs],
    longestSilenceMs: summary.longestSilenceMs!,
    throughputOpsPerSec: summary.throughputOpsPerSec,
    writeP50Ms: write.count === 0 ? null : write.p50,
    writeP99Ms: write.count === 0 ? null : write.p99,
    lagP99Ms: lagMs.count === 0 ? null : lagMs.p99,
    operations: summary.operations,
    checks: Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict])),
    ...(audit === null ? {} : { audit: audit.verdict }),
    digest: record.digest,
    summary,
  }
}

const SEVERITY: Readonly<Record<Verdict, number>> = { pass: 0, unknown: 1, fail: 2 }

function worstAudit(trials: readonly JudgedTrial[]): NonNullable<Result['audit']> | null {
  const audits = trials.flatMap(({ record: { seed }, audit }) => (audit === null ? [] : [{ ...audit, seed }]))
  return audits.length === 0 ? null : audits.reduce((a, b) => (SEVERITY[b.verdict] > SEVERITY[a.verdict] ? b : a))
}

/** The worst of the trials, with evidence from the bad ones only, each line naming its seed. */
function mergeChecks(name: CheckName, trials: readonly JudgedTrial[], index: number): CheckResult {
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
  const healedMs = fault.healedUs === null ? null : fault.healedUs / 1000
  return {
    atMs: fault.atUs / 1000,
    kind: fault.kind,
    target: fault.target,
    label: fault.label,
    witness: { before, during, after, seenMs: seenUs === null ? null : seenUs / 1000 },
    healed: healedMs,
    healedMs,
  }
}
