/** A container's network and processors, as the engine gives and takes them. */
import { cpus } from 'node:os'
import type { Machine } from '../machine.ts'
import type { Container } from './container.ts'
import { type Engine, EngineRefusal } from './engine.ts'

interface Place {
  readonly network: string
  readonly address: string
  /** Under which others find it. */
  readonly alias: string
}

export class ContainerMachine implements Machine {
  readonly #engine: Engine
  readonly #container: Container
  readonly #place: Place

  constructor(engine: Engine, container: Container, place: Place) {
    this.#engine = engine
    this.#container = container
    this.#place = place
  }

  async disconnect(): Promise<void> {
    const body = { Container: this.#container.id, Force: true }
    await this.#engine.post(`/networks/${this.#place.network}/disconnect`, body)
  }

  async connect(): Promise<void> {
    const { network, address, alias } = this.#place
    const config = { Aliases: [alias], IPAMConfig: { IPv4Address: address } }
    await this.#engine
      .post(`/networks/${network}/connect`, { Container: this.#container.id, EndpointConfig: config })
      .catch((error: unknown) => {
        // The undo of another step was first.
        if (!(error instanceof EngineRefusal) || !/already exists in network/.test(error.message)) throw error
      })
  }

  async network(): Promise<{ readonly look: 'cut' | 'open'; readonly text: string }> {
    const { network, address } = this.#place
    const { NetworkSettings } = await this.#container.inspect()
    return network in NetworkSettings.Networks
      ? { look: 'open', text: `in the network as ${address}` }
      : { look: 'cut', text: `in no network; ${address} belongs to nobody` }
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
