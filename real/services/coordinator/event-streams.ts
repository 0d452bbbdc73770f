/**
 * Server-sent events to whoever watches. A listener gets the whole state first and then what changes; one that comes back
 * gets what it missed. One that reads too slowly is dropped, and comes back: what it missed meanwhile is kept for it, and
 * here nothing piles up.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SystemEvents, SystemSnapshot } from '../wire.ts'
import type { DurableEvent, EventLog } from './event-log.ts'

/** Not read yet by a listener. */
const MOST_UNREAD_BYTES = 1024 * 1024
/** Something passes through every proxy at least this often. */
const HEARTBEAT_MS = 10_000
/** A browser comes back after this. */
const RETRY_MS = 1_000
const MOST_LISTENERS = 200

type Transient = 'services' | 'topology' | 'sample'

export class EventStreams {
  readonly #log: EventLog
  readonly #snapshot: () => Promise<SystemSnapshot>
  readonly #listeners = new Set<ServerResponse>()
  readonly #heartbeat: NodeJS.Timeout
  readonly #forget: () => void

  constructor(log: EventLog, snapshot: () => Promise<SystemSnapshot>) {
    this.#log = log
    this.#snapshot = snapshot
    this.#forget = log.onEvent((event) => this.#sendAll(durableText(event)))
    this.#heartbeat = setInterval(() => this.#sendAll(': still here\n\n'), HEARTBEAT_MS)
    this.#heartbeat.unref()
  }

  get isWatched(): boolean {
    return this.#listeners.size > 0
  }

  send<N extends Transient>(name: N, data: SystemEvents[N]): void {
    if (this.isWatched) this.#sendAll(transientText(name, data))
  }

  /** Takes the connection over. */
  async open(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const last = request.headers['last-event-id']
    const lastId = typeof last === 'string' && /^\d{1,15}$/.test(last) ? Number(last) : null
    const snapshot = await this.#snapshot()
    if (this.#listeners.size >= MOST_LISTENERS) {
      reply.code(503).send({ success: false, ...told(`${MOST_LISTENERS} listeners are enough`) })
      return
    }
    reply.hijack()
    const listener = reply.raw
    listener.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    listener.on('close', () => this.#listeners.delete(listener))
    listener.on('error', () => this.#listeners.delete(listener))
    const missed = lastId === null ? [] : this.#log.after(lastId)
    const whole: SystemSnapshot =
      missed === null
        ? { ...snapshot, lastEventId: this.#log.lastId, reset: true }
        : { ...snapshot, lastEventId: this.#log.lastId }
    listener.write(
      `retry: ${RETRY_MS}\n\n${transientText('snapshot', whole)}${(missed ?? []).map(durableText).join('')}`,
    )
    this.#listeners.add(listener)
  }

  /** Listeners come back to the next process. */
  close(): void {
    clearInterval(this.#heartbeat)
    this.#forget()
    for (const listener of this.#listeners) listener.end()
    this.#listeners.clear()
  }

  #sendAll(text: string): void {
    for (const listener of this.#listeners) {
      if (listener.writableLength > MOST_UNREAD_BYTES) {
        this.#listeners.delete(listener)
        listener.destroy()
      } else listener.write(text)
    }
  }
}

function told(detail: string) {
  return { detail, message: detail, error: 'Service Unavailable' }
}

function transientText(name: Transient | 'snapshot', data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}

function durableText({ id, name, data }: DurableEvent): string {
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
