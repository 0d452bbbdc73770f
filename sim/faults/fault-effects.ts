/** What each verb does to the simulated cluster. A verb whose record says that it can be simulated is missing here at compile time. */
import type { Effects } from '../../scenarios/faults/fault-world.ts'
import type { SimCluster } from '../mysql/cluster.ts'
import { alter, bootWritable, errantWrite, longTransaction, purgeBinlogs, reject } from './incident-effects.ts'
import { flap, partition, troubleLink } from './link-effects.ts'
import { ended, losePower, paused } from './process-effects.ts'
import { reset } from './reset-effect.ts'
import {
  blockApplier,
  exhaustConnections,
  fillDisk,
  loseJournal,
  loseRelayLogs,
  skewClock,
  slow,
  stallDisk,
} from './server-effects.ts'

export const EFFECTS: Effects<'sim', SimCluster> = {
  crash: ended((host) => host.crash()),
  stop: ended((host) => host.stop()),
  'power-loss': ended(losePower),
  pause: paused,
  partition,
  slow,
  'lose-relay-logs': loseRelayLogs,
  'block-applier': blockApplier,
  'lose-journal': loseJournal,
  lose: troubleLink('lose'),
  duplicate: troubleLink('duplicate'),
  reorder: troubleLink('reorder'),
  'skew-clock': skewClock,
  'long-transaction': longTransaction,
  alter,
  'errant-write': errantWrite,
  reject,
  'purge-binlogs': purgeBinlogs,
  'boot-writable': bootWritable,
  'stall-disk': stallDisk,
  'fill-disk': fillDisk,
  'exhaust-connections': exhaustConnections,
  flap,
  reset,
}
