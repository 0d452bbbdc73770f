/** What each verb does to real processes. A verb whose record says that it can be done here is missing at compile time. */
import type { ApplierLook } from '../../scenarios/faults/applier.ts'
import type { Effect, Effects, Sight } from '../../scenarios/faults/fault-world.ts'
import type { Item } from '../../scenarios/faults/items.ts'
import type { ProcessLook } from '../../scenarios/faults/processes.ts'
import type { JournalLook } from '../../scenarios/faults/storage.ts'
import { type FaultPlace, targetOf } from './fault-place.ts'
import { alter, bootWritable, errantWrite, longTransaction, purgeBinlogs, reject } from './incidents/effects.ts'
import { flap, lose, partition, reset, slowLink } from './link-effects.ts'
import { exhaustConnections, fillDisk, loseRelayLogs, skewClock, slowServer, stallDisk } from './machine/effects.ts'
import { promised } from './promises.ts'
import type { Seen } from './targets.ts'

export const EFFECTS: Effects<'local', FaultPlace> = {
  crash: ended('kill'),
  stop: ended('shutdown'),
  pause: (item, place) => {
    const target = targetOf(item, place)
    const resume = async () => {
      const sight = await target.look()
      // It may have been killed and started again meanwhile.
      return sight.look === 'paused' ? await target.resume() : sight
    }
    return effect<ProcessLook>(
      place,
      () => target.look(),
      () => target.pause(),
      resume,
    )
  },
  partition,
  slow: (item, place) => (item.step.link === null ? slowServer : slowLink)(item, place),
  lose,
  'lose-relay-logs': loseRelayLogs,
  'skew-clock': skewClock,
  'stall-disk': stallDisk,
  'fill-disk': fillDisk,
  'exhaust-connections': exhaustConnections,
  flap,
  reset,
  'block-applier': blockApplier,
  'lose-journal': loseJournal,
  'long-transaction': longTransaction,
  alter,
  'errant-write': errantWrite,
  reject,
  'purge-binlogs': purgeBinlogs,
  'boot-writable': bootWritable,
}

/** A signal takes a moment to show; what takes longer is waited for by whoever applies it. */
const LIMIT_US = 2_000_000

function ended(end: 'kill' | 'shutdown'): (item: Item, place: FaultPlace) => Effect<ProcessLook> {
  return (item, place) => {
    const target = targetOf(item, place)
    const restart = async () => {
      const sight = await target.look()
      // Another fault's undo may have started it.
      return sight.look === 'gone' ? await target.restart() : sight
    }
    return effect(
      place,
      () => target.look(),
      () => target[end](),
      restart,
    )
  }
}

function blockApplier(item: Item, place: FaultPlace): Effect<ApplierLook> {
  const { name, applier } = targetOf(item, place)
  if (applier === undefined) throw new Error(`line ${item.step.line}: ${name} applies nothing`)
  const look = async (): Promise<Seen<ApplierLook>> => {
    const sight = await applier.look()
    return sight.look === 'applying' && name === place.source() ? { ...sight, look: 'source' } : sight
  }
  return effect(
    place,
    look,
    () => applier.block(),
    () => applier.unblock(),
  )
}

function loseJournal(item: Item, place: FaultPlace): Effect<JournalLook> {
  const { name, journal } = targetOf(item, place)
  if (journal === undefined) throw new Error(`line ${item.step.line}: ${name} keeps no journal`)
  return effect(
    place,
    () => journal.look(),
    () => journal.lose(),
    () => journal.look(),
  )
}

function effect<Look extends string>(
  { workloadStartUs }: FaultPlace,
  look: () => Promise<Seen<Look>>,
  apply: () => Promise<Seen<Look>>,
  undo: () => Promise<Seen<Look>>,
): Effect<Look> {
  const sight = (seen: Promise<Seen<Look>>) =>
    promised(seen.then((one): Sight<Look> => ({ ...one, seenUs: one.seenUs - workloadStartUs })))
  return {
    limitUs: LIMIT_US,
    look: () => sight(look()),
    apply: () => sight(apply()),
    undo: () => sight(undo()),
  }
}
