/** Looks at links in one direction, over lines of the witness: does a message arrive, how late, how many of them, how fast. */
import type { Pair } from '../../scenarios/faults/link-pairs.ts'
import { typicalUs } from '../../scenarios/link-delays.ts'
import { monotonicUs } from '../drivers/driver.ts'
import type { LinkAspect, LinkSight, LinkState } from './network.ts'
import { close, type Direction, end, isOpen, type Line, send, Witness } from './witness.ts'

/** Of a message that arrives: what nothing has come of by then is silence. */
const SILENT_MS = 250
const MESSAGE_BYTES = 16
/** Odd: the middle one counts. */
const DELAY_MESSAGES = 5
/** What a limited link is measured with: as much as it carries in so long, and at most so much. */
const BURST_S = 0.1
const MOST_BURST_BYTES = 4_194_304
/** Of so many messages four or so are lost; at most so many are sent at once. */
const LOST_OF_LINES = 4
const USUAL_LINES = 40
const MOST_LINES = 400
/** Sent again it comes 200 ms later. */
const LATE_MS = 150

interface Entry {
  readonly host: string
  readonly port: number
}

/** Makes a path like the run's own that ends at the witness; where it is entered. */
type OpenPath = (path: Pair, witness: Entry) => Promise<Entry>

export class LinkLooks {
  readonly #witness: Witness
  readonly #bind: string
  readonly #paths: readonly Pair[]
  readonly #base: (link: Pair) => LinkState
  readonly #open: OpenPath
  readonly #states = new Map<string, LinkState>()
  readonly #entries = new Map<string, Promise<Entry>>()
  /** One for each path that has been looked at, which stays open: a link that is cut is looked at over what was open before. */
  readonly #lines = new Map<string, Promise<Line | null>>()

  /** By path: how often its line was found broken. */
  readonly #resets = new Map<string, number>()

  private constructor(
    witness: Witness,
    bind: string,
    paths: readonly Pair[],
    base: (link: Pair) => LinkState,
    open: OpenPath,
  ) {
    this.#witness = witness
    this.#bind = bind
    this.#paths = paths
    this.#base = base
    this.#open = open
  }

  static async begin(
    bind: string,
    paths: readonly Pair[],
    base: (link: Pair) => LinkState,
    open: OpenPath,
  ): Promise<LinkLooks> {
    return new LinkLooks(await Witness.listen(bind), bind, paths, base, open)
  }

  /** How long an answer may take by what holds on the link now. */
  expect(link: Pair, state: LinkState): void {
    this.#states.set(String(link), state)
  }

  async look(link: Pair, aspect: LinkAspect): Promise<LinkSight> {
    const [from, to] = link
    const path = this.#paths.find((one) => one.includes(from) && one.includes(to))
    if (path === undefined) throw new Error(`assertion: nothing travels from ${from} to ${to}`)
    const look = new Look(link, path[0] === from ? 'forth' : 'back', this.#limitMs(link))
    const line = await this.#lineOf(path)
    if (aspect === 'resets') return look.resets(this.#resets.get(String(path)) ?? 0)
    if (line === null || aspect === 'delivery') return await look.delivery(line)
    if (aspect === 'delay') return await look.delay(line)
    if (aspect === 'bandwidth') return await look.bandwidth(line, this.#stateOf(link).bandwidthBytesPerSec)
    const { lossRatio } = this.#stateOf(link)
    const many = lossRatio === 0 ? USUAL_LINES : Math.min(MOST_LINES, Math.ceil(LOST_OF_LINES / lossRatio))
    const lines = await this.#moreLines(path, aspect === 'loss' ? many : 1)
    try {
      return aspect === 'loss' ? await look.loss(lines) : await look.close(lines[0] ?? null)
    } finally {
      for (const one of lines) close(one)
    }
  }

  end(): void {
    for (const line of this.#lines.values()) void line.then((one) => one !== null && close(one))
    this.#witness.close()
  }

  #stateOf(link: Pair): LinkState {
    return this.#states.get(String(link)) ?? this.#base(link)
  }

  #limitMs(link: Pair): number {
    const { delays } = this.#stateOf(link)
    return SILENT_MS + delays.reduce((sum, delay) => sum + 4 * (typicalUs(delay) / 1_000), 0)
  }

  async #entryOf(path: Pair): Promise<Entry> {
    const key = String(path)
    const entry = this.#entries.get(key) ?? this.#open(path, { host: this.#bind, port: this.#witness.port })
    this.#entries.set(key, entry)
    return await entry
  }

  /** Null: there is none, and none can be had now. */
  async #lineOf(path: Pair): Promise<Line | null> {
    const key = String(path)
    const known = this.#lines.get(key)
    const line = (await known) ?? null
    if (line !== null && isOpen(line)) return line
    // Whoever looks at the same time finds the same.
    if (this.#lines.get(key) === known) {
      if (line !== null) this.#resets.set(key, (this.#resets.get(key) ?? 0) + 1)
      this.#lines.set(
        key,
        this.#moreLines(path, 1).then(([one]) => one ?? null),
      )
    }
    return await this.#lines.get(key)!
  }

  async #moreLines(path: Pair, count: number): Promise<Line[]> {
    const { host, port } = await this.#entryOf(path)
    const [opener, acceptor] = path
    const limitMs = this.#limitMs(path) + this.#limitMs([acceptor, opener])
    const lines = await Promise.all(Array.from({ length: count }, () => this.#witness.open(host, port, limitMs)))
    return lines.filter((line) => line !== null)
  }
}

/** One look at one link. */
class Look {
  readonly #name: string
  readonly #direction: Direction
  readonly #limitMs: number

  constructor([from, to]: Pair, direction: Direction, limitMs: number) {
    this.#name = `${from}->${to}`
    this.#direction = direction
    this.#limitMs = limitMs
  }

  async delivery(line: Line | null): Promise<LinkSight> {
    if (line === null) return this.#silent('no connection', monotonicUs())
    const { sentUs, tookUs } = await send(line, this.#direction, MESSAGE_BYTES, this.#limitMs)
    if (tookUs === null) return this.#silent(isOpen(line) ? 'nothing arrives' : 'the connection is reset', sentUs)
    return this.#sight(tookUs, `a message takes ${ms(tookUs)}`)
  }

  async delay(line: Line): Promise<LinkSight> {
    const times: number[] = []
    for (let i = 0; i < DELAY_MESSAGES; i++) {
      const { sentUs, tookUs } = await send(line, this.#direction, MESSAGE_BYTES, this.#limitMs)
      if (tookUs === null) return this.#silent('nothing arrives', sentUs)
      times.push(tookUs)
    }
    const median = times.sort((a, b) => a - b)[(DELAY_MESSAGES - 1) / 2]!
    return this.#sight(median, `a message takes ${ms(median)}`)
  }

  async bandwidth(line: Line, limit: number | null): Promise<LinkSight> {
    const bytes = Math.round(Math.min(MOST_BURST_BYTES, Math.max(1_024, (limit ?? Number.POSITIVE_INFINITY) * BURST_S)))
    const { sentUs, tookUs } = await send(line, this.#direction, bytes, this.#limitMs + 2_000 * BURST_S)
    if (tookUs === null) return this.#silent('nothing arrives', sentUs)
    const perSec = Math.round(bytes / (tookUs / 1_000_000))
    return this.#sight(perSec, `${bytes} bytes at ${Math.round(perSec / 1_000)} kB/s`)
  }

  async loss(lines: readonly Line[]): Promise<LinkSight> {
    const limitMs = LATE_MS + this.#limitMs - SILENT_MS
    const sent = await Promise.all(lines.map((line) => send(line, this.#direction, MESSAGE_BYTES, limitMs)))
    const late = sent.filter(({ tookUs }) => tookUs === null).length
    return this.#sight(late, `${late} of ${lines.length} messages come late, sent again`)
  }

  async close(line: Line | null): Promise<LinkSight> {
    if (line === null) return this.#silent('no connection', monotonicUs())
    const { sentUs, tookUs } = await end(line, this.#direction, this.#limitMs)
    if (tookUs === null)
      return { ...this.#silent(`no end within ${this.#limitMs} ms`, sentUs), amount: this.#limitMs * 1_000 }
    return this.#sight(tookUs, `the end of a connection takes ${ms(tookUs)}`)
  }

  resets(count: number): LinkSight {
    return this.#sight(count, count === 0 ? 'a connection stays open' : `an open connection was reset, ${count} in all`)
  }

  #sight(amount: number, text: string): LinkSight {
    return { delivers: true, amount, text: `${this.#name}: ${text}`, seenUs: monotonicUs() }
  }

  #silent(text: string, seenUs: number): LinkSight {
    return { delivers: false, amount: 0, text: `${this.#name}: ${text}`, seenUs }
  }
}

function ms(us: number): string {
  return `${(us / 1_000).toFixed(2)} ms`
}
