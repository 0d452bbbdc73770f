/**
 * `POST /query`: one statement of a client's. MySQL says what it does; a read, a write and a change of the schema then go
 * the coordinator's way at the level that was asked for, and wait while the source is replaced.
 */
import type { FastifyInstance } from 'fastify'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import type { Why } from '../../../algorithms/reasons/why.ts'
import type { ReadReply, WriteReply } from '../../../algorithms/servers.ts'
import type { Consistency, Rows, SqlClass, SqlValue } from '../../../algorithms/statements.ts'
import type { Timestamp } from '../../../algorithms/timestamps/timestamp.ts'
import { counted } from '../../../algorithms/wording.ts'
import { type StatementClassifier, sqlClassOf } from '../../mysql/statement-class.ts'
import { CallFailure } from '../http/failures.ts'
import type { ClusterState } from './cluster-state.ts'
import type { Held } from './held-operations.ts'
import { rounded } from './level-metrics.ts'
import type { Operations } from './operations.ts'
import { NEW_SESSION, sessionOf, tokenOf } from './session-token.ts'

interface QueryBody {
  readonly query: string
  readonly consistency?: Consistency
  readonly parameters?: readonly SqlValue[]
  readonly session_token?: string
  readonly operation_id?: string
}

interface QueryParts {
  readonly cluster: ClusterState
  readonly classifier: StatementClassifier
  readonly operations: Operations
  readonly onWire: (timestamp: Timestamp) => number
}

const BODY = {
  type: 'object',
  required: ['query'],
  properties: {
    query: { type: 'string', description: 'One statement; `?` stands for a parameter' },
    consistency: { enum: ['STRONG', 'SESSION', 'EVENTUAL'], default: 'STRONG' },
    parameters: { type: 'array', maxItems: 1_000, items: { type: ['string', 'number', 'boolean', 'null'] } },
    session_token: { type: 'string', maxLength: 100_000, description: 'SESSION: what the last answer gave' },
    operation_id: {
      ...{ type: 'string', minLength: 1, maxLength: 64 },
      description: 'Makes a repeat of this write harmless: it is answered with what came of the first',
    },
  },
} as const

export function serveQueries(app: FastifyInstance, parts: QueryParts): void {
  app.post<{ Body: QueryBody }>(
    '/query',
    // What is wrong with the body is told by us: every unsuccessful answer of this call says what came of it.
    {
      attachValidation: true,
      schema: { summary: 'One SQL statement, at a level of consistency', body: BODY },
      config: { failure: (status) => ({ outcome: status < 500 ? 'failed' : 'unknown' }) },
    },
    async ({ body, validationError }) => {
      if (validationError !== undefined) throw refusal(422, validationError.message, {})
      if (body.query.trim() === '') throw refusal(400, 'Empty query', {})
      return await answer(parts, body, await classOf(parts, body.query, (body.parameters ?? []).length > 0))
    },
  )
}

async function classOf({ classifier }: QueryParts, text: string, hasParameters: boolean): Promise<SqlClass> {
  const found = await classifier.classify(text, hasParameters)
  const { why } = found
  if (why?.code === 'statement-refused') throw refusal(400, why.message, mysqlError(why))
  if (why !== null) throw refusal(503, `no server says what this statement does: ${found.reason}`, {})
  const sqlClass = sqlClassOf(found)
  if (typeof sqlClass === 'string') return sqlClass
  throw refusal(400, `Unsupported query type: ${sqlClass.refused}`, {})
}

async function answer(parts: QueryParts, body: QueryBody, sqlClass: SqlClass): Promise<object> {
  const { query: text, consistency = 'STRONG', parameters = [], session_token: token } = body
  const keepsSession = consistency === 'SESSION' || token !== undefined
  const session = token === undefined ? NEW_SESSION : sessionOf(token)
  const { held, latencyMs } = await parts.operations.run({
    ...{ text, parameters, sqlClass, consistency, operationId: body.operation_id },
    session: keepsSession ? session : null,
  })
  const common = { consistency_level: consistency, latency_ms: rounded(latencyMs) }
  if (held.kind !== 'ok') {
    const { at } = held
    const by = at === null ? {} : { executed_on: parts.cluster.instance(at.node).host, epoch: at.epoch }
    throw unsuccessful(held, { ...common, ...by }, sqlClass !== 'read' && consistency !== 'EVENTUAL')
  }
  const { reply } = held
  const shared = {
    success: true,
    ...common,
    executed_on: parts.cluster.instance(reply.node).host,
    epoch: reply.epoch,
  }
  if ('rows' in reply) return { ...shared, ...readAnswer(reply), ...tokenFor(keepsSession, session, reply) }
  const timestamp = reply.timestamp === null ? null : parts.onWire(reply.timestamp)
  const isHeld = consistency !== 'EVENTUAL'
  return {
    ...shared,
    message: isHeld ? 'Executed, and held by the quorum' : 'Executed on the source',
    ...(timestamp === null ? {} : { timestamp }),
    rows_affected: reply.result?.rowsAffected ?? 0,
    insert_id: reply.result?.insertId ?? 0,
    ...(isHeld ? { quorum_achieved: true } : {}),
    ...tokenFor(keepsSession, session, reply),
  }
}

type ReadOk = Extract<ReadReply, { verdict: 'ok' }>
type WriteOk = Extract<WriteReply, { verdict: 'ok' }>

function readAnswer({ rows, staleness }: ReadOk): object {
  const shown = rows ?? { columns: [], rows: [] }
  return {
    message: counted(shown.rows.length, 'row'),
    rows_affected: shown.rows.length,
    data: objectsOf(shown),
    replica_caught_up: staleness === null || staleness.lagTransactions === 0,
    ...(staleness === null
      ? {}
      : {
          lag_transactions: staleness.lagTransactions,
          lag_seen_ms_ago: rounded(staleness.probeAgeUs / 1_000),
        }),
  }
}

/** A column's name twice: the second has its place behind it. */
function objectsOf({ columns, rows }: Rows): object[] {
  const seen = new Set<string>()
  const names = columns.map((column, place) => {
    const name = seen.has(column) ? `${column}_${place + 1}` : column
    seen.add(column)
    return name
  })
  return rows.map((row) => Object.fromEntries(row.map((value, place) => [names[place] ?? `_${place + 1}`, value])))
}

function tokenFor(keeps: boolean, before: typeof NEW_SESSION, reply: ReadOk | WriteOk): object {
  if (!keeps) return {}
  const own = 'gtid' in reply && reply.gtid !== null ? MutableGtidSet.of(reply.gtid) : null
  const seen = [own, reply.seen].reduce((all, more) => (more === null ? all : all!.union(more)), before.seen)!
  const timestamp = ('timestamp' in reply ? reply.timestamp : null) ?? before.timestamp
  return { session_token: tokenOf({ seen, timestamp }) }
}

function unsuccessful({ kind, why, reason }: Exclude<Held, { kind: 'ok' }>, common: object, isHeld: boolean): Error {
  if (why.code === 'statement-refused')
    return refusal(400, why.message, { ...common, ...mysqlError(why), outcome: 'failed' })
  if (why.code === 'operation-reused' || why.code === 'operation-id-with-ddl')
    return refusal(400, reason, { ...common, outcome: 'failed' })
  const detail =
    kind === 'unknown'
      ? `It may have been done, and nobody can say: ${reason}. Do not just send it again.`
      : `It was not done: ${reason}.`
  return refusal(503, detail, {
    ...common,
    outcome: kind,
    reason: why.code,
    ...(isHeld ? { quorum_achieved: false } : {}),
  })
}

function mysqlError(why: Extract<Why, { code: 'statement-refused' }>): object {
  return { errno: why.errno, sqlState: why.sqlState }
}

function refusal(status: number, detail: string, more: object): CallFailure {
  return new CallFailure(status, detail, { outcome: 'failed', ...more })
}
