/** Every fault verb with its record. The order is that of messages, tables and of what a swarm chooses from. */
import { blockApplier, unblockApplier } from './applier.ts'
import { skewClock, unskewClock } from './clock.ts'
import { exhaustConnections, releaseConnections } from './connections.ts'
import { fillDisk, freeDisk, stallDisk, unstallDisk } from './disks.ts'
import type { Asking, Fault, Hurt, Undo, World } from './fault.ts'
import { flap, settle } from './flap.ts'
import {
  alter,
  bootWritable,
  endAlter,
  endTransaction,
  errantWrite,
  longTransaction,
  purgeBinlogs,
  reject,
} from './incidents.ts'
import { deliver, duplicate, lose, reorder } from './messages.ts'
import { changeThreshold, switchover } from './operator-requests.ts'
import { heal, partition } from './partition.ts'
import { crash, pause, restart, resume, start, stop } from './processes.ts'
import { reset } from './reset.ts'
import { slow, unslow } from './slow.ts'
import { loseJournal, loseRelayLogs, powerLoss } from './storage.ts'

const RECORDS = {
  crash,
  restart,
  stop,
  start,
  pause,
  resume,
  partition,
  heal,
  slow,
  unslow,
  'power-loss': powerLoss,
  'block-applier': blockApplier,
  'unblock-applier': unblockApplier,
  'lose-relay-logs': loseRelayLogs,
  'lose-journal': loseJournal,
  lose,
  duplicate,
  reorder,
  deliver,
  'skew-clock': skewClock,
  'unskew-clock': unskewClock,
  'long-transaction': longTransaction,
  'end-transaction': endTransaction,
  alter,
  'end-alter': endAlter,
  'errant-write': errantWrite,
  reject,
  'purge-binlogs': purgeBinlogs,
  'boot-writable': bootWritable,
  'stall-disk': stallDisk,
  'unstall-disk': unstallDisk,
  'fill-disk': fillDisk,
  'free-disk': freeDisk,
  'exhaust-connections': exhaustConnections,
  'release-connections': releaseConnections,
  switchover,
  'change-threshold': changeThreshold,
  flap,
  settle,
  reset,
}

type Records = typeof RECORDS
export type FaultVerb = keyof Records
type VerbsOf<Kind> = { [V in FaultVerb]: Records[V] extends Kind ? V : never }[FaultVerb]
export type HurtVerb = VerbsOf<{ readonly kind: 'hurts' }>
export type UndoVerb = VerbsOf<{ readonly kind: 'undoes' }>
export type AskingVerb = VerbsOf<{ readonly kind: 'asks' }>

/** What `W` carries out, and owes an effect for. */
export type HurtIn<W extends World> = {
  [V in HurtVerb]: Records[V]['worlds'][W] extends 'yes' ? V : never
}[HurtVerb]

/** What a world's look at a target of `V` can find. */
export type LookOf<V extends HurtVerb> = Records[V]['witness']['looks'][number]

export const FAULTS: Readonly<Record<FaultVerb, Fault>> = RECORDS
export const HURTS: Readonly<Record<HurtVerb, Hurt<string>>> = RECORDS
export const UNDOES: Readonly<Record<UndoVerb, Undo>> = RECORDS
export const ASKS: Readonly<Record<AskingVerb, Asking>> = RECORDS

export const FAULT_VERBS = Object.keys(RECORDS) as readonly FaultVerb[]
