/**
 * What no coordinator can know and the simulator does: how long a commit would take if this server led. Medians of
 * the very links and costs that the run draws from, faults included; queues are not foreseen.
 */
import { RandomStreams } from '../../scenarios/chance/random.ts'
import type { Sampler } from '../../scenarios/chance/sampling.ts'
import type { SimProcess } from '../kernel/process.ts'
import type { Network } from '../network/network.ts'
import type { MysqlCluster } from './server.ts'

export class TrueDelay {
  readonly #network: Network
  readonly #mysql: MysqlCluster

  constructor(network: Network, mysql: MysqlCluster) {
    this.#network = network
    this.#mysql = mysql
  }

  /** From the coordinator's request to its knowledge that `k` replicas have applied the write; infinite: never. */
  readonly us = (source: string, k: number): number => {
    const coordinator = this.#network.process('coordinator')
    const own = this.#mysql.server(source).process
    if (own.state !== 'up') return Number.POSITIVE_INFINITY
    const { insert, apply } = this.#mysql.costs
    const writtenUs = this.#wayUs(coordinator, own) + this.#workUs(source, insert)
    const answeredUs = writtenUs + this.#wayUs(own, coordinator)
    const heldUs = this.#mysql.servers
      .filter(({ process }) => process !== own && process.state === 'up')
      .map(({ process }) => {
        const there = writtenUs + this.#wayUs(own, process) + this.#workUs(process.name, apply)
        return there + this.#wayUs(process, coordinator)
      })
      .sort((a, b) => a - b)
    return Math.max(answeredUs, k === 0 ? 0 : (heldUs[k - 1] ?? Number.POSITIVE_INFINITY))
  }

  #wayUs(from: SimProcess, to: SimProcess): number {
    const { delivers, us } = this.#network.link(from, to).look()
    return delivers ? us : Number.POSITIVE_INFINITY
  }

  /** Processor time on what is left of its processors, and its place in a group commit. */
  #workUs(name: string, processor: Sampler): number {
    const { cpuShare, extraSyncUs } = this.#mysql.server(name).slowness
    return median(processor) / cpuShare + median(this.#mysql.costs.fsync) + extraSyncUs
  }
}

/** Of the same nine draws every time; none of them is taken from a stream of the run. */
function median(sampler: Sampler): number {
  const stream = new RandomStreams(0).stream('oracle')
  const draws = Array.from({ length: 9 }, () => sampler.sample(stream))
  return draws.sort((a, b) => a - b)[4]!
}
