/** The demo database as a whole: how much is in it, how far each server has it, and emptying it. */
import type { FastifyInstance } from 'fastify'
import type { Consistency, SqlClass } from '../../../algorithms/statements.ts'
import type { SystemConfig } from '../config.ts'
import { CallFailure } from '../http/failures.ts'
import type { AskedAdvice, CabinetAdvice } from './asked-advice.ts'
import { type ClusterState, DOWN_LATENCY_MS, isHealthy } from './cluster-state.ts'
import type { LevelMetrics } from './level-metrics.ts'
import { rounded } from './level-metrics.ts'
import type { Operations } from './operations.ts'
import type { TableTimestamps } from './table-timestamps.ts'

interface DataParts {
  readonly config: SystemConfig
  readonly operations: Operations
  readonly advice: AskedAdvice<'cabinet', CabinetAdvice>
  readonly cluster: ClusterState
  readonly metrics: LevelMetrics
  readonly timestamps: TableTimestamps
}

/** One transaction's, so that a full table does not hold everybody up. */
const ROWS_AT_ONCE = 2_000
const RESET_DEADLINE_MS = 2_000

export function serveData(app: FastifyInstance, parts: DataParts): void {
  const { cluster, timestamps } = parts
  app.get(
    '/table-timestamps',
    { schema: { summary: 'The newest timestamp of each table on each server' } },
    async () => {
      const read = await timestamps.read()
      const { source } = cluster
      const newest = read.get(source.node) ?? newestOf([...read.values()])
      const ofMaster = {
        id: source.id,
        host: source.host,
        global_timestamp: newest.global,
        table_timestamps: newest.tables,
      }
      return {
        master: ofMaster,
        replicas: cluster.instances
          .filter(({ node }) => node !== source.node)
          .map(({ node, id, host }) => {
            const { global, tables } = read.get(node) ?? { global: 0, tables: {} }
            const lag = Object.entries(newest.tables).map(([table, value]) => [table, lagOf(value, tables[table] ?? 0)])
            return {
              ...{ id, host, global_timestamp: global, global_lag: lagOf(newest.global, global) },
              ...{ table_timestamps: tables, table_lag: Object.fromEntries(lag) },
            }
          }),
      }
    },
  )
  app.get('/admin/stress-test/data-count', { schema: { summary: 'Rows in the demo database' } }, async () => {
    try {
      const count = await counted(parts)
      return { ...count, total: count.users + count.products }
    } catch (error) {
      // Polled by pages that read nothing but numbers.
      return { users: 0, products: 0, total: 0, error: (error as Error).message }
    }
  })
  app.get('/admin/current-quorum', { schema: { summary: 'Whom a write waits for now' } }, async () => {
    try {
      return currentQuorum(parts)
    } catch (error) {
      return { error: (error as Error).message }
    }
  })
  app.post(
    '/admin/clear-data',
    { config: { isLong: true }, schema: { summary: 'Empty the demo database' } },
    async () => {
      const users = await emptied(parts, 'users')
      const products = await emptied(parts, 'products')
      parts.metrics.reset()
      const isReset = await resetTimestamps(parts.config)
      if (isReset) timestamps.forget()
      const { timestamps: algorithm } = parts.config.algorithms
      const why = isReset
        ? 'timestamps begin again'
        : algorithm === 'odd-even'
          ? 'a timestamp service did not answer, so timestamps go on'
          : `timestamps go on: ${algorithm} never gives a number twice, and so cannot begin again`
      return {
        success: true,
        message: `${users + products} rows deleted; ${why}`,
        ...{ users_deleted: users, products_deleted: products, timestamp_reset: isReset },
      }
    },
  )
}

function currentQuorum({ cluster, advice }: DataParts): object {
  const overview = cluster.overview()
  const { reign, members } = overview
  if (reign === null) throw new Error('nobody reigns')
  const idOf = (node: string) => cluster.instance(node).id
  const waited =
    reign.members ?? members.filter((one) => one.node !== reign.source && isHealthy(one)).map(({ node }) => node)
  const metrics = members.map((member) => {
    const answers = member.probe === 'answered'
    const latency_ms = answers ? rounded(member.latencyUs / 1_000) : DOWN_LATENCY_MS
    return [idOf(member.node), { latency_ms, replication_lag: member.lag, is_healthy: isHealthy(member) }]
  })
  const { from, ageMs, reason } = advice.opinion
  return {
    master: idOf(reign.source),
    cabinet_selected: advice.fresh?.answer ?? waited.map(idOf),
    actual_replicas_to_wait: waited.map(idOf),
    quorum_size: reign.needed,
    total_instances: members.length,
    metrics: Object.fromEntries(metrics),
    ...{ from, age_ms: ageMs, reason: reason ?? '' },
  }
}

function newestOf(
  all: readonly ({ readonly global: number; readonly tables: Readonly<Record<string, number>> } | null)[],
) {
  return all.reduce((best, one) => (one !== null && one.global > best!.global ? one : best), { global: 0, tables: {} })!
}

function lagOf(newest: number, own: number): number {
  return Math.max(0, newest - own)
}

async function counted(parts: DataParts): Promise<{ readonly users: number; readonly products: number }> {
  const text = 'SELECT (SELECT COUNT(*) FROM users), (SELECT COUNT(*) FROM products)'
  const reply = await statement(parts, text, 'read', 'STRONG')
  const [users, products] = ('rows' in reply ? reply.rows?.rows[0] : undefined) ?? [0, 0]
  return { users: Number(users), products: Number(products) }
}

async function emptied(parts: DataParts, table: 'users' | 'products'): Promise<number> {
  for (let deleted = 0; ; ) {
    const reply = await statement(parts, `DELETE FROM ${table} ORDER BY id LIMIT ${ROWS_AT_ONCE}`, 'write', 'STRONG')
    const rows = ('result' in reply ? reply.result?.rowsAffected : undefined) ?? 0
    deleted += rows
    if (rows < ROWS_AT_ONCE) return deleted
  }
}

async function statement({ operations }: DataParts, text: string, sqlClass: SqlClass, consistency: Consistency) {
  const { held } = await operations.run({ text, sqlClass, consistency })
  if (held.kind === 'ok') return held.reply
  throw new CallFailure(503, held.reason, { outcome: held.kind })
}

/** Only where a number that comes twice breaks no promise. */
async function resetTimestamps({ algorithms, services, timestampServers, token }: SystemConfig): Promise<boolean> {
  if (algorithms.timestamps !== 'odd-even') return false
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` }
  const answers = await Promise.all(
    timestampServers.map(async (server) => {
      const { host, port } = services[server]
      const signal = AbortSignal.timeout(RESET_DEADLINE_MS)
      return await fetch(`http://${host}:${port}/reset`, { method: 'POST', headers, signal }).then(
        ({ ok }) => ok,
        () => false,
      )
    }),
  )
  return answers.every((ok) => ok)
}
