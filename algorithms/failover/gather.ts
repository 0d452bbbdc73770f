/** Steps 1 and 2 of a take-over: promise and stop everywhere, fence what can still write (failover/rules.md section 2). */
import { type Deferred, deferred, emit, type Fiber, fork, wait } from '../effects.ts'
import type { GtidSet } from '../gtid-set.ts'
import type { Deposed } from '../reasons/why.ts'
import { administer, commandTimeoutUs, isDeposed } from './administer.ts'
import { type LivingEpoch, livingEpoch, mayBeAcknowledged, mayTakeOver } from './quorum-rule.ts'
import type { CoordinatorState, Member } from './state.ts'

/** What stopping and fencing found. */
export interface Gathered {
  readonly epoch: number
  readonly stopped: Set<Member>
  /** More than one when an old source woke up; what each of them executed is read. */
  readonly fenced: Set<Member>
  deposed: Deposed | null
}

/**
 * Detach every replica and fence every server that may still write, all at once. Waits for those that answered their
 * last probe; those that did not are tried as well, but once the rule can be met without them they are not waited for
 * (their call goes on: it is never abandoned). `first` is dealt with before all others: at a planned move the source is
 * fenced while its replicas still take from it what they lack.
 */
export function* gather(coordinator: CoordinatorState, epoch: number, first: Member | null = null): Fiber<Gathered> {
  const gathered: Gathered = { epoch, stopped: new Set(), fenced: new Set(), deposed: null }
  const left = new Set(coordinator.members)
  let changed: Deferred<void> = deferred()
  function* stop(member: Member): Fiber<void> {
    const writable = member.state !== null && !member.state.superReadOnly
    let command: 'fence' | 'detach' = writable ? 'fence' : 'detach'
    const askedUs = coordinator.process.nowUs
    let outcome = yield* administer(coordinator, member, { epoch, source: null }, { command, promise: epoch })
    // It was promoted since it was last looked at, by another coordinator.
    if (outcome.kind === 'ok' && !outcome.reply.superReadOnly) {
      command = 'fence'
      outcome = yield* administer(coordinator, member, { epoch, source: null }, { command, promise: epoch })
    }
    if (outcome.kind === 'ok') {
      if (command === 'fence') {
        gathered.fenced.add(member)
        yield* emit({ kind: 'fenced', node: member.node, writableForUs: coordinator.process.nowUs - askedUs })
      } else if (outcome.reply.receiver === 'stopped') gathered.stopped.add(member)
    } else if (isDeposed(outcome)) gathered.deposed = outcome.why
    left.delete(member)
    changed.settle()
  }
  if (first !== null) yield* stop(first)
  for (const member of [...left]) yield* fork(`stop-${member.node}`, stop(member), { daemon: true })
  const expectedUs = [...left].filter((m) => m.probe === 'answered').map((m) => commandTimeoutUs(coordinator, m))
  const deadlineUs = coordinator.process.nowUs + Math.max(coordinator.tuning.adminTimeoutUs, ...expectedUs)
  for (;;) {
    const expected = [...left].some((member) => member.probe === 'answered')
    const remainingUs = deadlineUs - coordinator.process.nowUs
    if (left.size === 0 || gathered.deposed !== null || remainingUs <= 0) break
    if (!expected && coordinator.procedures.judge(coordinator, gathered).rule.allowed) break
    changed = deferred()
    yield* wait(changed, remainingUs)
  }
  // A copy: who is stopped later was not read into the target, and has to come back through a rejoin.
  return { ...gathered, stopped: new Set(gathered.stopped), fenced: new Set(gathered.fenced) }
}

/** What the stopped and fenced servers show, and whether the quorum rule lets this coordinator go on. */
export interface Judged {
  /** Everything that may have been acknowledged. */
  readonly seen: GtidSet
  readonly living: LivingEpoch | null
  readonly rule: ReturnType<typeof mayTakeOver>
}

export function judge(coordinator: CoordinatorState, gathered: Gathered): Judged {
  const read = [...gathered.stopped, ...gathered.fenced]
  const seen = mayBeAcknowledged(read.map((member) => member.held))
  const living = livingEpoch(seen)
  const source = [...gathered.fenced].find((member) => member.index === living?.member)
  // A newer epoch that was promised somewhere may have a row that nobody read has seen: the fence replaces nothing then.
  const newerMayLive = living !== null && gathered.epoch - 1 > living.epoch
  const rule = mayTakeOver(coordinator.members.length, living, {
    members: [...gathered.stopped].map((member) => member.index),
    excluded: new Set(coordinator.members.filter((m) => m.lost).map((m) => m.index)),
    fenced: newerMayLive ? null : (source?.index ?? null),
    leastK: coordinator.quorum.replicasRequired(coordinator.members.length),
  })
  return { seen, living, rule }
}

/** The same question before anything is touched: would the rule be met if all who answered their last probe were stopped? */
export function foresee(
  { members, quorum }: CoordinatorState,
  seen: GtidSet,
  source: Member | null,
): ReturnType<typeof mayTakeOver> {
  const reachable = members.filter((m) => m !== source && m.probe === 'answered')
  return mayTakeOver(members.length, livingEpoch(seen), {
    members: reachable.map((m) => m.index),
    excluded: new Set(members.filter((m) => m.lost).map((m) => m.index)),
    fenced: source?.probe === 'answered' ? source.index : null,
    leastK: quorum.replicasRequired(members.length),
  })
}
