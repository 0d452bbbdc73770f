/** Which network a run gets: what the scenario needs of its links, what was wished for, and what there is here. */
import type { Scenario } from '../../scenarios/scenario.ts'
import type { NetworkForm, NetworkWish, ServerWorld } from '../../scenarios/worlds.ts'
import type { Driver } from '../drivers/driver.ts'
import { EnvironmentError } from '../drivers/environment-error.ts'
import { DirectNetwork } from './direct.ts'
import type { RunNetwork } from './network.ts'
import { linksHurtBy, pathsInNeed, statedState } from './paths.ts'
import { ProxyNetwork } from './proxy/proxy-network.ts'

export interface ChosenNetwork {
  readonly form: NetworkForm
  readonly reason: string
}

/** Throws an EnvironmentError where the wish and the scenario do not go together, before anything is started. */
export function chooseNetwork(scenario: Scenario, world: ServerWorld, wish: NetworkWish = 'auto'): ChosenNetwork {
  if (world === 'docker') {
    if (wish === 'auto' || wish === 'direct') return { form: 'direct', reason: "the containers' own network" }
    throw new EnvironmentError(`--network ${wish} is for --on local: containers have a network of their own`)
  }
  if (wish === 'namespaces')
    throw new EnvironmentError(
      '--network namespaces: this version knows no network namespaces yet; --network proxy does the same',
    )
  const paths = pathsInNeed(scenario).length
  if (paths === 0) return { form: 'direct', reason: 'the scenario needs nothing of its links' }
  if (wish !== 'direct')
    return { form: 'proxy', reason: `${paths} ${paths === 1 ? 'path leads' : 'paths lead'} through a proxy` }
  const hurting = scenario.faults.find((step) => linksHurtBy(step, scenario.cluster).length > 0)
  if (hurting !== undefined)
    throw new EnvironmentError(
      `${scenario.file}:${hurting.line}: --network direct leaves every link as it is, and \`${hurting.verb}\` is done to links: leave --network out, or name --network proxy`,
    )
  return { form: 'direct', reason: 'as --network asks' }
}

interface Made {
  /** Of the run's servers. */
  readonly driver: Driver
  readonly network?: NetworkWish | undefined
  readonly seed: number
}

export function makeNetwork(
  scenario: Scenario,
  { driver, network, seed }: Made,
  onFailure: (error: Error) => void,
): RunNetwork {
  const { form, reason } = chooseNetwork(scenario, driver.world, network)
  const { bind } = driver.services
  if (form === 'direct') return new DirectNetwork(bind, reason)
  return new ProxyNetwork({
    ...{ bind, reason, seed, onFailure },
    paths: pathsInNeed(scenario),
    base: (link) => statedState(scenario, link),
    own: (name, pid) => driver.own(name, pid),
  })
}
