/** What a coordinator remembers of its earlier lives: all of it from its journal. */
import { call, type Fiber } from '../effects.ts'
import { useThreshold } from './change-threshold.ts'
import type { Loss } from './loss.ts'
import type { CoordinatorState } from './state.ts'

interface JournalRecord {
  readonly kind?: string
  readonly epoch?: number
  readonly node?: string
  readonly uuid?: string
  readonly failureThreshold?: number
  readonly automatic?: boolean
  readonly loss?: Loss
  readonly provedUs?: number
}

/** What an earlier coordinator wrote down: epochs it may have promised, servers that lost data or were being rebuilt. */
export function* recall(coordinator: CoordinatorState): Fiber<void> {
  const outcome = yield* call(coordinator.journal, { kind: 'readAll' }, coordinator.tuning.adminTimeoutUs)
  if (outcome.kind !== 'ok') throw new Error(`the journal cannot be read: ${outcome.reason}`)
  // Moments of the journal may be of another start of the machine, whose clock had another zero.
  const byNow = (us: number) => Math.min(us, coordinator.process.nowUs)
  const rebuilt: Loss = {
    seen: { kind: 'rebuilt', byUs: coordinator.process.nowUs },
    doubted: false,
    joined: false,
  }
  for (const record of outcome.reply.records as readonly JournalRecord[]) {
    if (record.kind === 'threshold') useThreshold(coordinator, record.failureThreshold!)
    if (record.kind === 'mode') coordinator.mode.automatic = record.automatic!
    const { epoch } = record
    if (record.kind === 'whole') coordinator.journalIsWhole = true
    // One that was passed over is never opened again either: peers were told so.
    if (record.kind === 'take-over' || record.kind === 'given-up')
      coordinator.highestEpoch = Math.max(coordinator.highestEpoch, epoch!)
    if (record.kind === 'take-over') coordinator.opened.add(epoch!)
    if (record.kind === 'given-up') coordinator.givenUp.add(epoch!)
    const member = coordinator.byNode.get(record.node ?? '')
    if (member === undefined) continue
    if (record.kind === 'rebuild') member.rebuild = { uuid: record.uuid ?? '', before: member.loss, sinceUs: null }
    if (record.kind === 'lost' || record.kind === 'proved') member.rebuild = null
    if (record.kind === 'rebuild') member.loss = member.lossInJournal = rebuilt
    if (record.kind === 'lost') {
      const { seen, ...loss } = record.loss!
      member.loss = member.lossInJournal = { ...loss, seen: seen && { ...seen, byUs: byNow(seen.byUs) } }
    }
    if (record.kind === 'proved') {
      member.loss = member.lossInJournal = null
      member.provedUs = byNow(record.provedUs!)
    }
    if (record.kind === 'server') member.knownUuid = member.uuidInJournal = record.uuid ?? null
  }
}
