/**
 * A server that says what it is told to, in the coordinator's own words: the page is looked at in states that a real system
 * is in for moments only (a lost connection, a failover half done, an adviser that is down). What a real system says is
 * another test's business.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readBuiltPage } from '../../../real/dashboard/built-page.ts'
import type { SystemEvent } from '../../../real/dashboard/state/reduce.ts'
import type { SystemSnapshot } from '../../../real/services/wire.ts'
import { builtPage } from './built.ts'

interface Told {
  readonly method: string
  readonly path: string
  readonly body: string
}

export class ToldSystem {
  /** What the page asked for, beside its files and its events. */
  readonly asked: Told[] = []
  /** The `Last-Event-ID` of each connection, in order. */
  readonly resumed: (string | undefined)[] = []
  /** Answers by path; another path is answered 404. */
  readonly answers: Record<string, unknown> = {}
  /** What a connection begins with. */
  snapshot: SystemSnapshot
  /** Durable events that a connection with an older id is told. */
  readonly #durable: { readonly id: number; readonly event: SystemEvent }[] = []
  readonly #listeners = new Set<ServerResponse>()
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  #port = 0

  constructor(snapshot: SystemSnapshot) {
    this.snapshot = snapshot
  }

  async listen(port = 0): Promise<string> {
    await builtPage()
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
    return `http://127.0.0.1:${this.#port}/`
  }

  tell(event: SystemEvent): void {
    for (const listener of this.#listeners) listener.write(textOf(event, null))
  }

  tellDurable(event: SystemEvent): void {
    const id = (this.#durable.at(-1)?.id ?? 0) + 1
    this.#durable.push({ id, event })
    for (const listener of this.#listeners) listener.write(textOf(event, id))
  }

  /** As a coordinator that dies does. */
  dropConnections(): void {
    for (const listener of this.#listeners) listener.destroy()
    this.#listeners.clear()
  }

  /** Nobody listens any more, until `listen` with the same port. */
  async stop(): Promise<number> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.dropConnections()
    this.#server.closeAllConnections()
    await closed
    return this.#port
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search } = new URL(request.url ?? '/', 'http://127.0.0.1')
    const file = readBuiltPage()?.get(pathname)
    if (file !== undefined) response.writeHead(200, { 'content-type': file.type }).end(file.body)
    else if (pathname === '/events') this.#follow(request, response)
    else {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      this.asked.push({ method: request.method ?? '', path: pathname + search, body })
      const answer = this.answers[pathname]
      response
        .writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer ?? { detail: 'not here' }))
    }
  }

  #follow(request: IncomingMessage, response: ServerResponse): void {
    const last = request.headers['last-event-id'] as string | undefined
    this.resumed.push(last)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(textOf({ name: 'snapshot', data: { ...this.snapshot, atMs: Date.now() } }, null))
    if (last !== undefined)
      for (const { id, event } of this.#durable) if (id > Number(last)) response.write(textOf(event, id))
    this.#listeners.add(response)
    response.on('close', () => this.#listeners.delete(response))
  }
}

function textOf({ name, data }: SystemEvent, id: number | null): string {
  return `${id === null ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
