/**
 * The terminal as the program uses it: lines that stay, and below them at most one that is rewritten in place. On
 * something that is no terminal the rewritten line does not exist.
 */
import type { Style } from './terminal.ts'
import { shownLength } from './wrapping.ts'

export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

const FASTEST_MS = 80

export class Screen {
  readonly #output: Output
  readonly #silent: boolean
  #live = ''
  #drawnAt = 0

  /** `silent`: nothing is written at all. */
  constructor(output: Output, silent: boolean) {
    this.#output = output
    this.#silent = silent
  }

  line(text: string): void {
    if (this.#silent) return
    this.#output.write(`${this.#erased()}${text}\n${this.#live}`)
  }

  /** Draws what `text` returns, but not oftener than an eye can follow. */
  live(text: () => string): void {
    const now = performance.now()
    if (this.#silent || this.#output.isTTY !== true || now - this.#drawnAt < FASTEST_MS) return
    this.#drawnAt = now
    const erased = this.#erased()
    this.#live = text()
    this.#output.write(erased + this.#live)
  }

  /** Takes the live line away. */
  close(): void {
    if (this.#live !== '') this.#output.write(this.#erased())
    this.#live = ''
  }

  /** In a window that has become narrower the line stands on several rows: all of them go. */
  #erased(): string {
    if (this.#live === '') return ''
    const rows = Math.ceil(shownLength(this.#live) / widthOf(this.#output))
    return `\r\x1b[2K${'\x1b[1A\x1b[2K'.repeat(Math.max(0, rows - 1))}`
  }
}

/** In columns. A terminal that was given no size, as scripts and containers open them, says 0 and is as wide as any. */
export function widthOf({ columns }: Output): number {
  return columns === undefined || columns === 0 ? 80 : columns
}

/** Colour only on a terminal, and never against NO_COLOR. */
export function styleOf(output: Output, environment: Readonly<Record<string, string | undefined>>): Style {
  const terminal = output.isTTY === true
  const colour = terminal && (environment.NO_COLOR ?? '') === '' && environment.TERM !== 'dumb'
  return {
    colour,
    // Asked again for every line: a window may be made wider or narrower while a run lasts.
    get width() {
      return terminal ? widthOf(output) : Number.POSITIVE_INFINITY
    },
  }
}
