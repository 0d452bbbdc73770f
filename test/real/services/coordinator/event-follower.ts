/** A listener as a browser is one: it comes back where it was, and counts what it got. */
import { get, type IncomingMessage } from 'node:http'

const RETRY_MS = 100

export class EventFollower {
  /** Numbers of durable events, as they came. */
  readonly ids: number[] = []
  readonly names = new Map<string, number>()
  resets = 0
  connections = 0
  #last: string | null = null
  #isOver = false
  #response: IncomingMessage | null = null
  readonly #port: number

  constructor(port: number) {
    this.#port = port
    this.#connect()
  }

  /** Gaps and repetitions in what came. */
  get irregular(): readonly number[] {
    return this.ids.filter((id, place) => place > 0 && id !== this.ids[place - 1]! + 1)
  }

  stop(): void {
    this.#isOver = true
    this.#response?.destroy()
  }

  #connect(): void {
    if (this.#isOver) return
    const headers: Record<string, string> = this.#last === null ? {} : { 'last-event-id': this.#last }
    const again = () => setTimeout(() => this.#connect(), RETRY_MS).unref()
    const request = get({ host: '127.0.0.1', port: this.#port, path: '/events', headers, agent: false }, (response) => {
      this.#response = response
      this.connections++
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        text += part
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          this.#take(text.slice(0, end))
          text = text.slice(end + 2)
        }
      })
      response.on('error', () => {})
      response.on('close', again)
    })
    request.on('error', again)
  }

  #take(message: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(message)?.[1]
    const name = field('event')
    if (name === undefined) return
    this.names.set(name, (this.names.get(name) ?? 0) + 1)
    if (name === 'snapshot') {
      const { lastEventId, reset } = JSON.parse(field('data')!) as { lastEventId: number; reset?: true }
      if (reset === true) this.resets++
      // The first snapshot has everything up to here.
      if (this.#last === null) {
        this.#last = String(lastEventId)
        this.ids.push(lastEventId)
      }
    }
    const id = field('id')
    if (id === undefined) return
    this.#last = id
    this.ids.push(Number(id))
  }
}
