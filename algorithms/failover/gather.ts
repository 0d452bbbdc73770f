/** Steps 1 and 2 of a take-over: promise and stop everywhere, fence what can still write (failover/rules.md section 2). */

import { type Deferred, deferred, emit, type Fiber, fork, wait } from '../effects.ts'
import { administer, commandTimeoutUs, commandUs, isDeposed } from './administer.ts'
import { unionOf } from './epoch.ts'
import type { Member } from './member.ts'
import { livingEpoch } from './quorum-rule.ts'
import type { CoordinatorState } from './state.ts'
import type { Gathered } from './take-over-steps.ts'

/**
 * Detach every replica and fence every server that may still write, all at once; and the living epoch's source in any
 * case: one that came back read-only has everything of its epoch, too. Waits for those that answered their
 * last probe; those that did not, or take longer than they should, are tried as well, but once the rule can be met without
 * them they are not waited for (their call goes on: it is never abandoned). `first` is dealt with before all others: at a
 * planned move the source is fenced while its replicas still take from it what they lack.
 */
export function* gather(coordinator: CoordinatorState, epoch: number, first: Member | null = null): Fiber<Gathered> {
  const gathered: Gathered = { epoch, stopped: new Set(), fenced: new Set(), deposed: null }
  const left = new Set(coordinator.members)
  const living = livingEpoch(unionOf(coordinator.members.map(({ held }) => held)))
  let changed: Deferred<void> = deferred()
  function* stop(member: Member): Fiber<void> {
    const isSource = member.index === living?.member && member.state?.receiver === 'stopped'
    let writable = member.state !== null && !member.state.superReadOnly
    let command: 'fence' | 'detach' = writable || isSource ? 'fence' : 'detach'
    const askedUs = coordinator.process.nowUs
    let outcome = yield* administer(coordinator, member, { epoch, source: null }, { command, promise: epoch })
    // It was promoted since it was last looked at, by another coordinator.
    if (outcome.kind === 'ok' && !outcome.reply.superReadOnly) {
      command = 'fence'
      writable = true
      outcome = yield* administer(coordinator, member, { epoch, source: null }, { command, promise: epoch })
    }
    if (outcome.kind === 'ok') {
      if (command === 'fence') {
        gathered.fenced.add(member)
        if (writable)
          yield* emit({ kind: 'fenced', node: member.node, writableForUs: coordinator.process.nowUs - askedUs })
      } else if (outcome.reply.receiver === 'stopped') gathered.stopped.add(member)
    } else if (isDeposed(outcome)) gathered.deposed = outcome.why
    left.delete(member)
    changed.settle()
  }
  if (first !== null) yield* stop(first)
  for (const member of [...left]) yield* fork(`stop-${member.node}`, stop(member), { daemon: true })
  const { nowUs } = coordinator.process
  const answering = [...left].filter(({ probe }) => probe === 'answered')
  const latestUs = (most: (coordinator: CoordinatorState, member: Member) => number) =>
    nowUs + Math.max(coordinator.tuning.adminTimeoutUs, ...answering.map((member) => most(coordinator, member)))
  const dueUs = latestUs(commandUs)
  const deadlineUs = latestUs(commandTimeoutUs)
  for (;;) {
    const beforeUs = dueUs - coordinator.process.nowUs
    const remainingUs = deadlineUs - coordinator.process.nowUs
    if (left.size === 0 || gathered.deposed !== null || remainingUs <= 0) break
    const expected = beforeUs > 0 && [...left].some((member) => member.probe === 'answered')
    if (!expected && coordinator.procedures.judge(coordinator, gathered).rule.allowed) break
    changed = deferred()
    yield* wait(changed, beforeUs > 0 ? beforeUs : remainingUs)
  }
  // A copy: who is stopped later was not read into the target, and has to come back through a rejoin.
  return { ...gathered, stopped: new Set(gathered.stopped), fenced: new Set(gathered.fenced) }
}
