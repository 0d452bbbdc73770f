/** What several faults do to one link at once: their changes upon what the scenario itself says of it. */
import type { Pair } from '../../scenarios/faults/link-pairs.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { LinkState, RunNetwork } from './network.ts'
import { statedState } from './paths.ts'

export type LinkChange = Partial<LinkState>

export class LinkChanges {
  readonly #network: Pick<RunNetwork, 'set'>
  readonly #scenario: Pick<Scenario, 'network'>
  readonly #changes = new Map<string, LinkChange[]>()

  constructor(network: Pick<RunNetwork, 'set'>, scenario: Pick<Scenario, 'network'>) {
    this.#network = network
    this.#scenario = scenario
  }

  /** Settles when it holds on all of them. */
  async add(links: readonly Pair[], change: LinkChange): Promise<void> {
    for (const link of links) this.#of(link).push(change)
    await this.#tell(links)
  }

  /** `change`: the very object that was added. */
  async remove(links: readonly Pair[], change: LinkChange): Promise<void> {
    for (const link of links) {
      const changes = this.#of(link)
      const index = changes.indexOf(change)
      if (index >= 0) changes.splice(index, 1)
    }
    await this.#tell(links)
  }

  async #tell(links: readonly Pair[]): Promise<void> {
    await Promise.all(
      links.map((link) => this.#network.set(link, combined(statedState(this.#scenario, link), this.#of(link)))),
    )
  }

  #of(link: Pair): LinkChange[] {
    const changes = this.#changes.get(String(link)) ?? []
    this.#changes.set(String(link), changes)
    return changes
  }
}

function combined(base: LinkState, changes: readonly LinkChange[]): LinkState {
  return changes.reduce<LinkState>(
    (state, change) => ({
      // Of a link that is silent nobody hears a reset.
      cut: state.cut === 'drop' || change.cut === 'drop' ? 'drop' : (change.cut ?? state.cut),
      delays: [...state.delays, ...(change.delays ?? [])],
      bandwidthBytesPerSec: narrower(state.bandwidthBytesPerSec, change.bandwidthBytesPerSec ?? null),
      lossRatio: 1 - (1 - state.lossRatio) * (1 - (change.lossRatio ?? 0)),
      closeDelayUs: state.closeDelayUs + (change.closeDelayUs ?? 0),
    }),
    base,
  )
}

function narrower(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b)
}

/** For the faults of a run. */
export function linkPlace<N extends Pick<RunNetwork, 'set'>>(network: N, scenario: Pick<Scenario, 'network'>) {
  return { network, changes: new LinkChanges(network, scenario) }
}
