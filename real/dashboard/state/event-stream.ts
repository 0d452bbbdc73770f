/** Server-sent events, read from the bytes of a response: the standard's format, as far as our services write it. */

interface ServerSentEvent {
  readonly id: string | null
  readonly name: string
  readonly data: string
}

/** Takes text as it arrives, cut anywhere, and tells each event when its blank line has come. */
export class EventStreamParser {
  readonly #onEvent: (event: ServerSentEvent) => void
  #rest = ''
  #id: string | null = null
  #name = ''
  #data: string[] = []

  constructor(onEvent: (event: ServerSentEvent) => void) {
    this.#onEvent = onEvent
  }

  push(text: string): void {
    const lines = (this.#rest + text).split(/\r\n|\n|\r/)
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#line(line)
  }

  #line(line: string): void {
    if (line === '') {
      if (this.#data.length > 0)
        this.#onEvent({ id: this.#id, name: this.#name || 'message', data: this.#data.join('\n') })
      this.#id = null
      this.#name = ''
      this.#data = []
      return
    }
    const colon = line.indexOf(':')
    // A comment keeps the connection alive and says nothing.
    if (colon === 0) return
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') this.#data.push(value)
    else if (field === 'event') this.#name = value
    else if (field === 'id') this.#id = value
  }
}
