/** The whole state, what changes in it live, and the pages of the dashboard. */
import type { FastifyInstance } from 'fastify'
import type { EventLog } from './event-log.ts'
import type { EventStreams } from './event-streams.ts'
import type { SystemWatch } from './system-watch.ts'

interface WatchCallParts {
  readonly watch: SystemWatch
  readonly log: EventLog
  readonly streams: EventStreams
}

export function serveWatching(app: FastifyInstance, { watch, log, streams }: WatchCallParts): void {
  app.get('/state', { schema: { summary: 'Everything that there is to see, once' } }, async () =>
    watch.snapshot(log.lastId),
  )
  app.get(
    '/events',
    {
      config: { isLong: true },
      schema: { summary: 'The state, and then what changes: server-sent events, resumed by Last-Event-ID' },
    },
    (request, reply) => streams.open(request, reply),
  )
}
