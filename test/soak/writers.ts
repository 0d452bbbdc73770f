/** Clients that write without an end, each row once, and know of each row what they were told. */
import { call } from '../real/services/call.ts'

const WRITERS = 2
const PAUSE_MS = 300
const PAGE_ROWS = 2_000

type Told = 'acknowledged' | 'failed' | 'unknown'

export interface ReadBack {
  /** Told, by what. */
  readonly counts: Readonly<Record<Told, number>>
  /** Acknowledged and not there. */
  readonly lost: readonly string[]
  /** There, although it had been said that they were certainly not done. */
  readonly undead: readonly string[]
}

export class Writers {
  readonly #port: number
  /** By the number of the row. */
  readonly #told: Told[] = []
  readonly #over = new AbortController()
  readonly #work: Promise<unknown>

  constructor(port: number) {
    this.#port = port
    this.#work = Promise.all(Array.from({ length: WRITERS }, () => this.#write()))
  }

  get acknowledged(): number {
    return this.#count('acknowledged')
  }

  get written(): number {
    return this.#told.length
  }

  /** Ends the writing, and reads everything that there is, STRONG. */
  async readBack(): Promise<ReadBack> {
    this.#over.abort()
    await this.#work
    const there = new Set<string>()
    for (let after = 0; ; ) {
      const answer = await call(this.#port, '/query', {
        body: { query: 'SELECT id, email FROM users WHERE id > ? ORDER BY id LIMIT ?', parameters: [after, PAGE_ROWS] },
      })
      const rows = answer.json.data as readonly { readonly id: number; readonly email: string }[] | undefined
      if (rows === undefined) throw new Error(`reading back: ${answer.text}`)
      for (const { email } of rows) there.add(email)
      if (rows.length < PAGE_ROWS) break
      after = rows.at(-1)!.id
    }
    const told = (wanted: Told) => this.#told.flatMap((one, row) => (one === wanted ? [emailOf(row)] : []))
    return {
      counts: {
        acknowledged: this.acknowledged,
        failed: this.#count('failed'),
        unknown: this.#count('unknown'),
      },
      lost: told('acknowledged').filter((email) => !there.has(email)),
      undead: told('failed').filter((email) => there.has(email)),
    }
  }

  #count(wanted: Told): number {
    return this.#told.reduce((sum, one) => sum + (one === wanted ? 1 : 0), 0)
  }

  async #write(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const row = this.#told.length
      // Until it is answered: nobody knows.
      this.#told.push('unknown')
      this.#told[row] = await this.#ask(row)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }

  async #ask(row: number): Promise<Told> {
    const query = 'INSERT INTO users (name, email) VALUES (?, ?)'
    try {
      const { json } = await call(this.#port, '/query', { body: { query, parameters: ['soak', emailOf(row)] } })
      if (json?.success === true) return 'acknowledged'
      return json?.outcome === 'failed' ? 'failed' : 'unknown'
    } catch {
      return 'unknown' // the coordinator was killed, or could not answer in time
    }
  }
}

function emailOf(row: number): string {
  return `soak-${row}@example.org`
}
