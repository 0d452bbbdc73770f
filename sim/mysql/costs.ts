/**
 * How long things take in a simulated MySQL server. The defaults are of the order seen on the machine the project was
 * built on (two shared cores, data on tmpfs); a calibration replaces them by fits to the cluster at hand.
 */

import { HEARTBEAT_US } from '../../algorithms/failover/source-watch.ts'
import { delayTable, type Sampler } from '../../scenarios/chance/sampling.ts'
import { REPLICA_NET_TIMEOUT_US } from '../../scenarios/limits.ts'

export interface MysqlCosts {
  readonly cores: number
  /** Processor time. */
  readonly insert: Sampler
  readonly read: Sampler
  readonly probe: Sampler
  readonly apply: Sampler
  readonly fsync: Sampler
  /** What each byte of a payload adds: to a statement's and a worker's processor time, to an fsync, on the wire. */
  readonly insertByteUs: number
  readonly applyByteUs: number
  readonly syncByteUs: number
  readonly sendByteUs: number
  /** A SET, a STOP, a CHANGE; and the one that throws clients out. */
  readonly statementUs: number
  readonly offlineModeUs: number
  readonly applierWorkers: number
  readonly bootUs: number
  readonly shutdownUs: number
  /** What the coordinator's CHANGE asks for. */
  readonly heartbeatUs: number
  /** SOURCE_CONNECT_RETRY, and replica_net_timeout. */
  readonly connectRetryUs: number
  readonly netTimeoutUs: number
}

/** What a CHANGE that does not name a heartbeat period sets it to [ran]: half of the default replica_net_timeout. */
export const FORGOTTEN_HEARTBEAT_US = 30_000_000

export const DEFAULT_COSTS: MysqlCosts = {
  cores: 2,
  insert: delayTable({ kind: 'lognormal', medianUs: 120, sigma: 0.3 }),
  read: delayTable({ kind: 'lognormal', medianUs: 60, sigma: 0.3 }),
  probe: delayTable({ kind: 'lognormal', medianUs: 150, sigma: 0.3 }),
  apply: delayTable({ kind: 'lognormal', medianUs: 90, sigma: 0.3 }),
  fsync: delayTable({ kind: 'lognormal', medianUs: 150, sigma: 0.4 }),
  // 200 and 250 MB/s through a session, 500 MB/s to a disk, 1 Gbit/s on the wire.
  insertByteUs: 0.005,
  applyByteUs: 0.004,
  syncByteUs: 0.002,
  sendByteUs: 0.008,
  statementUs: 400,
  offlineModeUs: 20_000,
  applierWorkers: 4,
  bootUs: 1_000_000,
  shutdownUs: 500_000,
  heartbeatUs: HEARTBEAT_US,
  connectRetryUs: 1_000_000,
  netTimeoutUs: REPLICA_NET_TIMEOUT_US,
}
