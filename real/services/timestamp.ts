/**
 * A timestamp service: the algorithm's own server behind HTTP. `GET /timestamp` is the original's call; `POST /tick`
 * asks for a number above one that was seen, which `taas` lives on. Both give several at once to who asks for `count`.
 */
import { randomInt } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { textOf } from '../../algorithms/reasons/text.ts'
import type { Outcome, RequestOf, TimestampRequests } from '../../algorithms/servers.ts'
import type { RunningTimestampServer } from '../../algorithms/timestamps/algorithm.ts'
import type { Timestamp } from '../../algorithms/timestamps/timestamp.ts'
import { DEFAULT_TUNING } from '../../scenarios/scenario.ts'
import { EnvironmentError } from '../drivers/environment-error.ts'
import { RunClock } from '../processes/run-clock.ts'
import { prepareTimestampServer } from '../processes/timestamp-server.ts'
import type { ServiceName, SystemConfig } from './config.ts'
import { CallFailure } from './http/failures.ts'
import type { LogStream } from './http/log.ts'
import { close, createService, listen, type ServiceFace } from './http/server.ts'
import type { RunningService } from './service.ts'
import { shortenLimits } from './shorten-limits.ts'
import { wireTimestamp } from './wire-timestamp.ts'

/** A server that cannot write its log answers nobody; its clients are told before they give up by themselves. */
const ANSWER_DEADLINE_MS = 3_000
/** Asked for at once. */
export const MOST_TIMESTAMPS = 1_000

interface TimestampReply {
  readonly timestamp: number
  readonly server_id: number
  /** For who asked for several: the counters of all of them, ascending. */
  readonly counters?: readonly number[]
}

const REPLY = {
  type: 'object',
  properties: {
    timestamp: { type: 'integer' },
    server_id: { type: 'integer' },
    counters: { type: 'array', items: { type: 'integer' } },
  },
  required: ['timestamp', 'server_id'],
} as const

export async function startTimestampService(
  name: ServiceName,
  config: SystemConfig,
  log: LogStream,
): Promise<RunningService> {
  const names = config.timestampServers
  const place = names.indexOf(name as (typeof names)[number])
  if (place < 0)
    throw new EnvironmentError(
      `${name} takes no part in this system, whose timestamps come from ${names.join(', ')}.`,
      {
        subject: name,
      },
    )
  const algorithm = config.algorithms.timestamps
  const face: ServiceFace = {
    ...{ name, config, log, cors: false },
    title: `quorumlab ${name}`,
    description: `Server ${place + 1} of ${names.length}, algorithm ${algorithm}`,
  }
  const { app } = await createService(face)
  let server: RunningTimestampServer | null = null
  let given = 0

  const ask = (request: RequestOf<TimestampRequests>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (server === null) throw new CallFailure(503, `${name} has just started`)
      const timer = setTimeout(
        () => reject(new CallFailure(503, `${name} cannot write its log`)),
        ANSWER_DEADLINE_MS,
      ).unref()
      server.handle(request, (outcome: Outcome<unknown>) => {
        clearTimeout(timer)
        if (outcome.kind === 'ok') resolve(outcome.reply)
        else reject(new CallFailure(409, `${textOf(outcome.why)} (algorithm ${algorithm})`))
      })
    })
  const issue = async (after: number, count: number | null): Promise<TimestampReply> => {
    const request = algorithm === 'odd-even' ? ({ kind: 'next' } as const) : ({ kind: 'tick', after } as const)
    const replies = await Promise.all(Array.from({ length: count ?? 1 }, () => ask(request)))
    const timestamps = replies.map((reply) => (reply as { readonly timestamp: Timestamp }).timestamp)
    given = Math.max(given, timestamps.at(-1)!.counter)
    return {
      timestamp: wireTimestamp(algorithm, names.length, timestamps[0]!),
      server_id: place + 1,
      ...(count === null ? {} : { counters: timestamps.map(({ counter }) => counter) }),
    }
  }

  app.get('/health', { config: { open: true }, schema: { summary: 'Does it serve?' } }, async () => ({
    ...{ status: 'healthy', service: name, server_id: place + 1, current_counter: given, algorithm },
  }))
  app.get<{ Querystring: { count?: string } }>(
    '/timestamp',
    {
      schema: {
        summary: 'The next timestamp, or the next `count`',
        querystring: { type: 'object', properties: { count: { type: 'string', pattern: '^[1-9]\\d{0,3}$' } } },
        response: { 200: REPLY },
      },
    },
    async ({ query: { count } }) => issue(0, count === undefined ? null : bounded(Number(count))),
  )
  app.post<{ Body: { counter: number; count?: number } }>(
    '/tick',
    {
      schema: {
        summary: 'A timestamp whose counter is above `counter` and above every one given before, or `count` of them',
        body: {
          type: 'object',
          required: ['counter'],
          properties: {
            counter: { type: 'integer', minimum: 0, maximum: 2 ** 52 },
            count: { type: 'integer', minimum: 1, maximum: MOST_TIMESTAMPS },
          },
        },
        response: { 200: REPLY },
      },
    },
    async ({ body: { counter, count } }) => {
      if (algorithm === 'odd-even') throw new CallFailure(409, 'odd-even cannot go above a number that it is told')
      return issue(counter, count ?? null)
    },
  )
  app.post('/reset', { schema: { summary: 'Begin again with the first number (odd-even alone can)' } }, async () => {
    if (algorithm !== 'odd-even')
      throw new CallFailure(409, `${algorithm} never gives a number twice, so it cannot begin again`)
    await ask({ kind: 'reset' })
    given = 0
    return { status: 'reset', server_id: place + 1, current_counter: given }
  })

  const port = await listen(app, face)
  // From here on the log is nobody else's.
  const journalPath = join(config.stateDirectory, `${name}.journal`)
  await mkdir(config.stateDirectory, { recursive: true, mode: 0o700 })
  await shortenLimits(journalPath)
  const startServer = await prepareTimestampServer(
    {
      run: { originUs: RunClock.hostUs(), seed: randomInt(2 ** 31) },
      ...{ algorithm, index: place, names, volatileLimit: false },
      leaseUs: DEFAULT_TUNING.timestampLeaseUs,
      journalPath,
    },
    new Map(),
    () => {},
  )
  server = startServer()
  return { port, close: () => close(app) }
}

function bounded(count: number): number {
  if (count > MOST_TIMESTAMPS) throw new CallFailure(422, `count is at most ${MOST_TIMESTAMPS}`)
  return count
}
