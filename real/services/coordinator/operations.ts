/** Clients' statements on their way through this service: held through a failover, counted, and told to whoever records. */

import type { Session } from '../../../algorithms/servers.ts'
import type { Consistency, SqlClass, SqlValue } from '../../../algorithms/statements.ts'
import type { Timestamp } from '../../../algorithms/timestamps/timestamp.ts'
import type { Acknowledged } from './acknowledged.ts'
import type { Asking } from './asking.ts'
import type { FailoverRecords } from './failover-records.ts'
import { type Held, perform } from './held-operations.ts'
import type { LevelMetrics } from './level-metrics.ts'
import type { TableTimestamps } from './table-timestamps.ts'

interface Parts {
  readonly asking: Asking
  readonly metrics: LevelMetrics
  readonly timestamps: TableTimestamps
  readonly failoverRecords: FailoverRecords
  readonly acknowledged: Acknowledged
  readonly onWire: (timestamp: Timestamp) => number
}

export interface Asked {
  readonly text: string
  readonly parameters?: readonly SqlValue[]
  readonly sqlClass: SqlClass
  readonly consistency: Consistency
  readonly session?: Session | null
  readonly operationId?: string | undefined
}

export class Operations {
  readonly #parts: Parts
  #probes = 0

  constructor(parts: Parts) {
    this.#parts = parts
    // Also where no client writes anything, one wants to know when one could have.
    parts.asking.onEvent((event) => {
      if (event.kind === 'reign') void this.#firstWrite(event.epoch)
    })
  }

  async run(asked: Asked): Promise<{ readonly held: Held; readonly latencyMs: number }> {
    const { asking, metrics, failoverRecords } = this.#parts
    const { text, parameters = [], sqlClass, consistency, session = null, operationId } = asked
    const kind = sqlClass === 'read' ? 'read' : 'write'
    const startMs = performance.now()
    const held = await perform(
      asking,
      kind,
      {
        ...{ statement: { kind: 'sql', text, parameters, class: sqlClass }, consistency, session },
        ...(operationId === undefined ? {} : { operationId }),
      },
      () => failoverRecords.troubled(Date.now()),
    )
    const latencyMs = performance.now() - startMs
    const missedQuorum = held.kind === 'unknown' && held.why.code === 'quorum-late'
    // What is wrong with the statement itself is no failure of the system.
    if (held.kind === 'ok' || held.why.code !== 'statement-refused')
      metrics.finished({ level: consistency, kind, latencyMs, verdict: held.kind, missedQuorum })
    if (held.kind === 'ok' && kind === 'write') this.#written(text, held, consistency !== 'EVENTUAL')
    return { held, latencyMs }
  }

  #written(text: string, { reply }: Extract<Held, { kind: 'ok' }>, isAcknowledged: boolean): void {
    const { acknowledged, failoverRecords, timestamps, onWire } = this.#parts
    if (isAcknowledged) failoverRecords.acknowledged(reply.epoch, Date.now(), true)
    if (isAcknowledged && 'gtid' in reply && reply.gtid !== null) acknowledged.add(reply.gtid)
    if ('timestamp' in reply && reply.timestamp !== null) timestamps.written(text, onWire(reply.timestamp))
  }

  /** One row in the workloads' table, which nobody else here writes to. */
  async #firstWrite(epoch: number): Promise<void> {
    const op = Date.now() * 1_000 + (this.#probes++ % 1_000)
    const statement = { kind: 'keyed', op, key: 0 } as const
    const reply = await this.#parts.asking.ask({ kind: 'write', statement, consistency: 'STRONG', session: null })
    if (reply.verdict !== 'ok') return
    this.#parts.failoverRecords.acknowledged(epoch, Date.now(), false)
    if (reply.gtid !== null) this.#parts.acknowledged.add(reply.gtid)
  }
}
