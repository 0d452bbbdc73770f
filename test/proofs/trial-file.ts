/** Attempts as they were made, a line of JSON each: whoever is killed goes on where the file ends. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

/** Of one proof. `L`: what its lines hold; `kind` there tells attempts apart. */
export class TrialFile<L extends object> {
  readonly path: string

  constructor(folder: string, name: string) {
    mkdirSync(folder, { recursive: true })
    this.path = join(folder, `${name}.jsonl`)
  }

  get lines(): readonly L[] {
    return this.#whole()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as L)
  }

  append(line: L): void {
    if (existsSync(this.path)) truncateSync(this.path, Buffer.byteLength(this.#whole()))
    appendFileSync(this.path, `${JSON.stringify(line)}\n`)
  }

  /** Without a last line that a kill cut off. */
  #whole(): string {
    const text = existsSync(this.path) ? readFileSync(this.path, 'utf8') : ''
    return text.slice(0, text.lastIndexOf('\n') + 1)
  }
}
