/** A container's processors, as the engine gives and takes them. */
import { cpus } from 'node:os'
import type { Machine } from '../machine.ts'
import type { Container } from './container.ts'

export class ContainerMachine implements Machine {
  readonly #container: Container

  constructor(container: Container) {
    this.#container = container
  }

  /** Of the machine's processors: what is left of all, as far as the others leave it. */
  async limitCpu(share: number): Promise<void> {
    await this.#container.limitCpus(share * cpus().length)
  }

  async cpu(): Promise<{ readonly share: number; readonly text: string }> {
    const { NanoCpus } = (await this.#container.inspect()).HostConfig
    const cores = cpus().length
    const allowed = NanoCpus === 0 ? cores : NanoCpus / 1e9
    return { share: allowed / cores, text: `may use ${Number(allowed.toFixed(2))} of ${cores} processors` }
  }
}
