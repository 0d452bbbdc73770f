/**
 * The coordinator's events. Read with fetch, not with EventSource: that one gives up for good when anything answers with an error
 * (a proxy in front of a coordinator that restarts does), and it cannot carry a token.
 */
import { EventStreamParser } from '../../state/event-stream.ts'
import type { SystemEvent } from '../../state/reduce.ts'
import { tokenHeaders } from './token.ts'

export type Connection = 'connecting' | 'open' | 'lost' | 'refused'

interface FeedSink {
  event(event: SystemEvent, id: number | null): void
  connection(state: Connection, reason: string): void
}

/** The topology is told twice a second: so long a silence is a connection that broke without saying so. */
const SILENCE_MS = 6000
const RETRY_MS = [250, 500, 1000, 2000] as const
/** All of them; a newer server may send others, which are nobody's business here. */
const NAMES: ReadonlySet<string> = new Set<SystemEvent['name']>([
  ...(['snapshot', 'services', 'topology', 'sample', 'decision', 'failover', 'fault', 'stress', 'run'] as const),
])

/** Goes on until the returned function is called. */
export function openLiveFeed(sink: FeedSink, path = 'events'): () => void {
  let isClosed = false
  let lastId: string | null = null
  let abort = new AbortController()
  void (async () => {
    for (let attempt = 0; !isClosed; attempt++) {
      abort = new AbortController()
      const outcome = await followOnce(path, lastId, abort, sink, (id) => {
        attempt = 0
        lastId = id ?? lastId
      })
      if (isClosed) return
      sink.connection(outcome.isRefused ? 'refused' : 'lost', outcome.reason)
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]))
    }
  })()
  return () => {
    isClosed = true
    abort.abort()
  }
}

interface Ending {
  readonly isRefused: boolean
  readonly reason: string
}

async function followOnce(
  path: string,
  lastId: string | null,
  abort: AbortController,
  sink: FeedSink,
  heard: (id: string | null) => void,
): Promise<Ending> {
  let silence = setTimeout(() => abort.abort(), SILENCE_MS)
  try {
    const response = await fetch(path, {
      headers: {
        accept: 'text/event-stream',
        ...tokenHeaders(),
        ...(lastId === null ? {} : { 'last-event-id': lastId }),
      },
      cache: 'no-store',
      signal: abort.signal,
    })
    if (response.status === 401 || response.status === 403) return { isRefused: true, reason: 'it asks for a token' }
    if (!response.ok || response.body === null) return { isRefused: false, reason: `it answered ${response.status}` }
    const parser = new EventStreamParser(({ id, name, data }) => {
      heard(id)
      if (!NAMES.has(name)) return
      sink.connection('open', '')
      sink.event({ name, data: JSON.parse(data) } as SystemEvent, id === null ? null : Number(id))
    })
    const decoder = new TextDecoder()
    const reader = response.body.getReader()
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      clearTimeout(silence)
      silence = setTimeout(() => abort.abort(), SILENCE_MS)
      parser.push(decoder.decode(chunk.value, { stream: true }))
    }
    return { isRefused: false, reason: 'it ended the connection' }
  } catch {
    return { isRefused: false, reason: abort.signal.aborted ? 'it fell silent' : 'it cannot be reached' }
  } finally {
    clearTimeout(silence)
  }
}
