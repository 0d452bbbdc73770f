/**
 * Taking over: the one procedure behind a start, a failover and a planned switch. It follows failover/rules.md section 2
 * step by step, and it is safe whatever the election policy prefers: the policy only picks among members that were
 * stopped, read and counted, and the winner serves nothing before it holds everything that may have been acknowledged.
 */

import { call, deferred, emit, type Fiber, sleep } from '../effects.ts'
import { EMPTY_GTID_SET, type GtidSet, MutableGtidSet } from '../gtid-set.ts'
import { WeightedRounds } from '../quorum/weighted-rounds.ts'
import { explained } from '../reasons/outcomes.ts'
import { textOf } from '../reasons/text.ts'
import type { Why } from '../reasons/why.ts'
import type { RankedCandidate } from '../trace.ts'
import { counted } from '../wording.ts'
import { Acknowledgements } from './acknowledgements.ts'
import { administer, isDeposed } from './administer.ts'
import { Backlog } from './backlog.ts'
import { passedOver, rankAll, tryOrder } from './choose.ts'
import { Confirmations } from './confirmations.ts'
import { markerOf } from './epoch.ts'
import { nextEpoch } from './epoch-numbers.ts'
import { Executions } from './executions.ts'
import type { Member } from './member.ts'
import { viewsOf } from './monitor.ts'
import { type LivingEpoch, ruleWhy } from './quorum-rule.ts'
import { receiptsShown } from './receipts.ts'
import type { Reign } from './reign.ts'
import { isOutdated } from './snapshot.ts'
import type { CoordinatorState } from './state.ts'
import type { Cause, Gathered, Snapshot, TakeOver } from './take-over-steps.ts'
import { isBroken } from './unfit.ts'

export function* takeOver(coordinator: CoordinatorState, cause: Cause): Fiber<TakeOver> {
  const epoch = nextEpoch(coordinator.highestEpoch, coordinator.owner, coordinator.givenUp)
  coordinator.opened.add(epoch)
  yield* emit({ kind: 'phase', epoch, phase: 'decide', detail: cause.reason })

  // 1. The journal first: a coordinator that dies in the middle knows at its next start how far it may have come.
  const journalled = yield* call(
    coordinator.journal,
    { kind: 'append', record: { kind: 'take-over', epoch, cause: cause.kind, reason: cause.reason } },
    coordinator.tuning.adminTimeoutUs,
  )
  if (journalled.kind !== 'ok') {
    coordinator.opened.delete(epoch)
    return { kind: 'refused', why: { code: 'not-journalled', cause: journalled.why } }
  }
  // Never lower: a newer one may have been seen meanwhile, and what it passes over was promised never to be opened.
  coordinator.highestEpoch = Math.max(coordinator.highestEpoch, epoch)
  const outcome = yield* attempt(coordinator, epoch, cause)
  if (outcome.kind !== 'reigns' && outcome.why.code !== 'perhaps-promoted') yield* giveUp(coordinator, epoch)
  return outcome
}

/** Nobody was promoted: whoever takes over next need not reckon with an epoch of this number. */
function* giveUp(coordinator: CoordinatorState, epoch: number): Fiber<void> {
  coordinator.givenUp.add(epoch)
  const record = { kind: 'given-up', epoch }
  yield* call(coordinator.journal, { kind: 'append', record }, coordinator.tuning.adminTimeoutUs)
}

function* attempt(coordinator: CoordinatorState, epoch: number, cause: Cause): Fiber<TakeOver> {
  // 2. Promise and stop everywhere, fence what can still write.
  const { procedures } = coordinator
  const gathered = yield* procedures.gather(coordinator, epoch, cause.kind === 'planned' ? cause.from : null)
  if (gathered.deposed !== null) return { kind: 'deposed', why: gathered.deposed }

  for (;;) {
    // 3. Only now: what may have been acknowledged, and is the quorum rule met?
    const snapshot = procedures.judge(coordinator, gathered)
    const outcome = yield* bySnapshot(coordinator, gathered, snapshot, cause)
    if (outcome.kind !== 'outdated') return outcome
    yield* emit({ kind: 'note', text: `epoch ${epoch}: somebody lost data meanwhile, everything is judged again` })
  }
}

/** `outdated`: somebody that the snapshot counts on has lost something since, and nobody was promoted. */
function* bySnapshot(
  coordinator: CoordinatorState,
  gathered: Gathered,
  snapshot: Snapshot,
  cause: Cause,
): Fiber<TakeOver | { readonly kind: 'outdated' }> {
  const { procedures } = coordinator
  const { epoch } = gathered
  const { seen, living, rule } = snapshot
  if (!rule.allowed) return { kind: 'refused', why: ruleWhy(rule) }

  // 4, 5. Let the policy choose, and make its choice hold the target; else the next one.
  const candidates = procedures.eligible(coordinator, snapshot, cause)
  if (candidates.length === 0) return { kind: 'refused', why: { code: 'no-candidate' } }
  const k = requiredReplicas(coordinator, living)
  const rankings = yield* rankAll(coordinator, candidates, seen, k)
  const ranking = tryOrder(coordinator, candidates, rankings, cause, living)
  yield* emit({ kind: 'phase', epoch, phase: 'catchUp', detail: heldText(snapshot) })
  const refusals: Why[] = []
  for (const ranked of [...ranking, ...lastResort(coordinator, snapshot, candidates)]) {
    const winner = coordinator.byNode.get(ranked.node)!
    const target = yield* procedures.catchUp(coordinator, snapshot, winner, epoch)
    if (target === 'deposed') return { kind: 'deposed', why: { code: 'outdated', node: winner.node } }
    if (isOutdated(snapshot)) return { kind: 'outdated' }
    if (target === null) {
      refusals.push({ code: 'not-up-to-date', node: winner.node })
      continue
    }
    yield* emit({
      kind: 'elected',
      epoch,
      node: winner.node,
      policy: coordinator.elections.deciding.name,
      reason: [ranked.reason, ...refusals.map(textOf)].join('; '),
      ...(refusals.length === 0 ? {} : { against: refusals.map(explained) }),
      passedOver: passedOver(coordinator.members, candidates, snapshot),
      rankings,
    })
    yield* emit({ kind: 'phase', epoch, phase: 'promote', detail: winner.node })
    const outcome = yield* promote(coordinator, snapshot, winner, epoch, target)
    if (outcome.kind !== 'unable') return outcome
    refusals.push(outcome.why)
  }
  return { kind: 'refused', why: { code: 'nobody-won', each: refusals } }
}

/**
 * Who may win: a member of D whose applier runs or can be started. One that never followed anybody needs none, and at
 * a start or a planned move, or when there is nobody else, the fenced source itself may go on when nothing exists that
 * it lacks.
 */
export function eligible({ members }: CoordinatorState, { read, seen, living }: Snapshot, cause: Cause): Member[] {
  const candidates = (mayBeFenced: boolean) =>
    members.filter((member) => {
      const { state, held, loss, fenced } = read.get(member) ?? {}
      if (state === undefined || held === undefined || member.quarantined || loss !== null) return false
      if (isBroken(state)) return false
      // It holds what the newest epoch left out, and whoever wins gives its successors everything that it has.
      if (!seen.covers(held)) return false
      if (fenced === true) return mayBeFenced && state.executed.covers(seen)
      if (member.index === living?.member && !state.executed.covers(seen)) return false
      return state.applier === 'running' || state.source !== null || state.executed.covers(held)
    })
  const preferred = candidates(cause.kind === 'start' || cause.kind === 'planned')
  return preferred.length > 0 ? preferred : candidates(true)
}

/**
 * A fenced source that has everything goes on where nobody else can be brought up to date: what only it has may be in no
 * binlog that could be sent.
 */
function lastResort(
  { members }: CoordinatorState,
  { read, seen }: Snapshot,
  candidates: readonly Member[],
): readonly RankedCandidate[] {
  return members
    .filter((member) => !candidates.includes(member) && !member.quarantined)
    .filter((member) => {
      const { fenced, loss, state } = read.get(member) ?? {}
      return fenced === true && loss === null && state?.executed.covers(seen) === true
    })
    .map(({ node }) => ({
      node,
      score: 0,
      reason: 'the fenced source has everything, and nobody else can be given it',
    }))
}

/** What was read, and what the winner therefore has to hold. */
function heldText({ read, seen }: Snapshot): string {
  const names = (wanted: boolean) =>
    [...read].flatMap(([{ node }, { fenced }]) => (fenced === wanted ? [node] : [])).join(', ')
  const each = [
    { verb: 'stopped and read', nodes: names(false) },
    { verb: 'fenced and read', nodes: names(true) },
  ]
  const done = each.flatMap(({ verb, nodes }) => (nodes === '' ? [] : [`${nodes} ${verb}`])).join(', ')
  return `${done}: ${counted(seen.size, 'transaction')} to hold`
}

/** A failover never lowers k (failover/rules.md section 1). */
export function requiredReplicas(coordinator: CoordinatorState, living: LivingEpoch | null): number {
  return Math.max(coordinator.quorum.replicasRequired(coordinator.members.length), living?.k ?? 0)
}

function* promote(
  coordinator: CoordinatorState,
  { read, living }: Snapshot,
  winner: Member,
  epoch: number,
  target: GtidSet,
): Fiber<TakeOver | { readonly kind: 'unable'; readonly why: Why }> {
  const nodes = coordinator.members.length
  const k = requiredReplicas(coordinator, living)
  const sourceUuid = winner.state!.uuid
  const base = target.highest(sourceUuid)
  const marker = markerOf({ epoch, k, member: winner.index, base })
  const outcome = yield* administer(
    coordinator,
    winner,
    { epoch, source: winner.node },
    { command: 'promote', marker, k },
  )
  if (outcome.kind !== 'ok') {
    const { node } = winner
    const cause = outcome.why
    // Perhaps it has written the epoch's row: whoever comes next needs an epoch of its own.
    if (outcome.kind === 'unknown') return { kind: 'refused', why: { code: 'perhaps-promoted', node, cause } }
    if (isDeposed(outcome)) return { kind: 'deposed', why: cause }
    return { kind: 'unable', why: { code: 'not-promoted', node, cause } }
  }
  const began = target.union(MutableGtidSet.of(marker))
  const weights = coordinator.quorum.weigh?.(nodes)
  const acknowledgements = new Acknowledgements(
    { sourceUuid, source: winner.index, base, marker, k },
    nodes,
    weights === undefined ? null : new WeightedRounds(weights, winner.index, base),
  )
  for (const member of coordinator.members) if (member.loss !== null) acknowledgements.exclude(member.index)
  const backlog =
    coordinator.level === 'received'
      ? new Backlog(coordinator.maxApplyBacklog, { sourceUuid, base, target: began }, nodes)
      : null
  for (const member of coordinator.members)
    if (member !== winner) backlog?.applied(member.index, member.state?.executed ?? EMPTY_GTID_SET, k)
  const startedUs = coordinator.process.nowUs
  const reign: Reign = {
    epoch,
    source: winner,
    sourceUuid,
    k,
    base,
    known: target
      .union(MutableGtidSet.of(marker))
      .union(MutableGtidSet.interval(sourceUuid, base + 1, Number.MAX_SAFE_INTEGER)),
    sourceCrashes: winner.crashes,
    startedUs,
    receipts: receiptsShown(coordinator, outcome.reply),
    acknowledgements,
    confirmations: new Confirmations(nodes),
    executions: new Executions(),
    statements: new Executions(),
    backlog,
    alarm: deferred(),
    powerless: null,
    ended: deferred(),
    selection: coordinator.quorum.select(
      viewsOf(
        coordinator.members.filter((m) => m !== winner),
        target,
      ),
      k,
    ),
    selectedAtUs: startedUs,
    weightsShown: null,
    thresholdChanging: false,
    tooFewAtUs: Number.NEGATIVE_INFINITY,
  }
  yield* emit({
    kind: 'reign',
    epoch,
    source: winner.node,
    sourceUuid,
    k,
    marker,
    target: began.toString(),
  })
  // Who holds what the target left out has diverged, and comes back through a rejoin.
  const stopped = [...read].flatMap(([member, { fenced }]) => (fenced ? [] : [member]))
  return { kind: 'reigns', reign, stopped: stopped.filter((m) => m !== winner && target.covers(m.held)) }
}

/** Pause between attempts after a refusal, so that a hopeless cluster is not hammered. */
export function* backOff(attempt: number): Fiber<void> {
  yield* sleep(Math.min(50_000 * 2 ** attempt, 1_000_000))
}
