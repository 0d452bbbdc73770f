/**
 * Epochs that will never begin because their coordinator has passed them by. The numbers are divided among coordinators,
 * so whoever opens a higher one leaves others between, and only their owner can tell that it never opened them. While
 * nobody knows, an epoch may have begun under each of them, and a fenced source does not stand for its own
 * (failover/rules.md section 1). An owner opens none at or below the highest epoch that it knows of; it journals that
 * before it tells, so that its next life opens none either.
 */
import { call, type Fiber, sleep } from '../effects.ts'
import { newestRow } from './epoch.ts'
import { nextEpoch } from './epoch-numbers.ts'
import type { Member } from './member.ts'
import type { CoordinatorState } from './state.ts'

/** For as long as the process lives, where there are peers to be told. */
export function* passedOverLoop(coordinator: CoordinatorState): Fiber<never> {
  for (;;) {
    yield* passOver(coordinator)
    yield* sleep(coordinator.tuning.probeIntervalUs)
  }
}

export function* passOver(coordinator: CoordinatorState): Fiber<void> {
  const { givenUp, opened, owner } = coordinator
  if (!(yield* knowsWhatItOpened(coordinator))) return
  const upTo = coordinator.highestEpoch
  for (let epoch = nextEpoch(0, owner); epoch <= upTo; epoch = nextEpoch(epoch, owner)) {
    if (opened.has(epoch) || givenUp.has(epoch)) continue
    if (yield* journal(coordinator, { kind: 'given-up', epoch })) givenUp.add(epoch)
  }
}

/**
 * A journal that was lost may have named epochs that began. So it is trusted only from a moment on at which nothing had
 * begun yet on any server.
 */
function* knowsWhatItOpened(coordinator: CoordinatorState): Fiber<boolean> {
  const { members } = coordinator
  if (coordinator.journalIsWhole || !members.every(({ metUnused }) => metUnused)) return coordinator.journalIsWhole
  coordinator.journalIsWhole = yield* journal(coordinator, { kind: 'whole' })
  return coordinator.journalIsWhole
}

function* journal({ journal, tuning }: CoordinatorState, record: object): Fiber<boolean> {
  return (yield* call(journal, { kind: 'append', record }, tuning.adminTimeoutUs)).kind === 'ok'
}

/** Had no epoch begun on the server, nor been promised by it, when this process first looked at it? */
export function isUnused({ promised, executed, retrieved }: NonNullable<Member['state']>): boolean {
  return promised === 0 && newestRow(executed.union(retrieved)) === null
}
