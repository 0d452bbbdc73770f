/** The relay log of one MySQL server, as files in its data directory. */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { counted } from '../../../algorithms/wording.ts'

/** The index among them. */
const RELAY_LOG = /^relay\.(\d+|index)$/

export class RelayLogFiles {
  readonly #data: string

  constructor(data: string) {
    this.#data = data
  }

  async look(): Promise<{ readonly files: number; readonly bytes: number; readonly text: string }> {
    const logs = (await this.#names()).filter((name) => !name.endsWith('index'))
    const sizeOf = (name: string) => stat(join(this.#data, name)).then(({ size }) => size)
    const sizes = await Promise.all(logs.map((name) => sizeOf(name).catch(() => 0)))
    const bytes = sizes.reduce((sum, one) => sum + one, 0)
    return { files: logs.length, bytes, text: `its relay log is ${counted(logs.length, 'file')} of ${bytes} bytes` }
  }

  /** Of a server that does not run. */
  async remove(): Promise<void> {
    await Promise.all((await this.#names()).map((name) => rm(join(this.#data, name), { force: true })))
  }

  async #names(): Promise<readonly string[]> {
    const names = await readdir(this.#data).catch(() => [] as string[])
    return names.filter((name) => RELAY_LOG.test(name))
  }
}
