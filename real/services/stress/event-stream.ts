/**
 * A client of the coordinator's server-sent events, as a browser is one: it comes back after the connection is lost (or
 * the coordinator restarted) and names the last event that it has seen, so that it misses none.
 */
import type { SystemEvents } from '../wire.ts'

/** One message of the stream: its name is the key of what it carries. */
export type SystemEvent = {
  [K in keyof SystemEvents]: { readonly name: K; readonly data: SystemEvents[K] }
}[keyof SystemEvents]

const RECONNECT_MS = 250

/** Calls back for each event until `signal` is aborted. Settles then; rejects when what arrives is no event stream. */
export async function followEvents(
  url: string,
  onEvent: (event: SystemEvent) => void,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  let lastId: string | null = null
  while (!signal.aborted) {
    try {
      const resume: Record<string, string> = lastId === null ? {} : { 'last-event-id': lastId }
      const response = await fetch(`${url}/events`, { signal, headers: { ...headers, ...resume } })
      if (!response.ok || response.body === null) throw new Error(`${url}/events answered ${response.status}`)
      for await (const { id, name, data } of messagesOf(response.body)) {
        if (id !== null) lastId = id
        onEvent({ name, data: JSON.parse(data) } as SystemEvent)
      }
    } catch {
      // Lost, or not there yet: it is tried again until somebody stops waiting.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS))
  }
}

interface Message {
  readonly id: string | null
  readonly name: string
  readonly data: string
}

async function* messagesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const message = messageOf(text.slice(0, end))
      text = text.slice(end + 2)
      if (message !== null) yield message
    }
  }
}

/** Null: a comment, which keeps the connection open. */
function messageOf(block: string): Message | null {
  const fields = block.split('\n').flatMap((line) => {
    const [, field, value] = /^(id|event|data): ?(.*)$/.exec(line) ?? []
    return field === undefined ? [] : [[field, value!] as const]
  })
  const of = (name: string) => fields.filter(([field]) => field === name).map(([, value]) => value)
  const data = of('data')
  return data.length === 0
    ? null
    : { id: of('id')[0] ?? null, name: of('event')[0] ?? 'message', data: data.join('\n') }
}
