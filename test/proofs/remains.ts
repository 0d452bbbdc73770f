/** What a cluster could leave behind, looked for from outside. */
import { existsSync, readdirSync } from 'node:fs'
import { stateRoot } from '../../real/drivers/local/ownership.ts'
import { Mark } from '../real/leftovers.ts'

export class Remains {
  readonly #mark = new Mark()

  constructor() {
    const [name, text] = this.#mark.assignment.split('=')
    process.env[name!] = text
  }

  /** Processes that descend from us, and records of clusters. */
  left(): readonly string[] {
    const records = existsSync(stateRoot()) ? readdirSync(stateRoot()) : []
    return [
      ...this.#mark.bearers().map(({ pid, command }) => `process ${pid}: ${command}`),
      ...records.map((record) => `record ${record}`),
    ]
  }
}
