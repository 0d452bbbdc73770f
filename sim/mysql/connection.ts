/** One TCP connection of a replica's receiver to its source's dump thread. */
import type { GtidSet } from '../../algorithms/gtid-set.ts'
import type { ServerState } from '../../algorithms/servers.ts'
import type { SimProcess } from '../kernel/process.ts'
import type { MysqlInstance } from './instance.ts'
import type { Transaction } from './transaction.ts'

export interface ReplicaConnection {
  readonly replica: MysqlInstance
  readonly source: SimProcess
  readonly account: 'plain' | 'drain'
  readonly heartbeatUs: number
  /** Executed and retrieved at the moment of connecting: what need not be sent. */
  readonly known: GtidSet
  refusal: Refusal | null
}

export interface Refusal {
  readonly reason: string
  /** The receiver stops with this error; null: it tries again. */
  readonly forGood: ServerState['receiverError']
}

/** Transactions `from` to `end` (exclusive) of the source's binlog. */
export interface Batch {
  readonly connection: ReplicaConnection
  readonly log: readonly Transaction[]
  readonly from: number
  readonly end: number
  /** Of its payloads. */
  readonly bytes: number
  /** The source runs semi-sync: tell it when this is in the relay log. */
  readonly wantsReceipt: boolean
}

/** A message of a large batch. */
export interface Part {
  readonly batch: Batch
  /** Of the batch, up to the end of this part. */
  readonly upTo: number
}
