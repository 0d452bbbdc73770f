/** Which network a run gets: what the scenario needs of its links, what was wished for, and what there is here. */
import { processNames } from '../../scenarios/faults/aims.ts'
import type { Pair } from '../../scenarios/faults/link-pairs.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { NetworkForm, NetworkWish, ServerWorld } from '../../scenarios/worlds.ts'
import type { Driver } from '../drivers/driver.ts'
import { EnvironmentError } from '../drivers/environment-error.ts'
import { DirectNetwork } from './direct.ts'
import { ability } from './namespaces/ability.ts'
import { NamespacesNetwork } from './namespaces/namespaces-network.ts'
import type { RunNetwork } from './network.ts'
import { isTravelled, linksHurtBy, pathsInNeed, pathsNeedingProxy, statedState } from './paths.ts'
import { ProxyNetwork } from './proxy/proxy-network.ts'

export interface ChosenNetwork {
  readonly form: NetworkForm
  readonly reason: string
}

/** Throws an EnvironmentError where the wish and the scenario do not go together, before anything is started. */
export function chooseNetwork(scenario: Scenario, world: ServerWorld, wish: NetworkWish = 'auto'): ChosenNetwork {
  const paths = pathsInNeed(scenario).length
  const through = `${paths} ${paths === 1 ? 'path leads' : 'paths lead'} through a proxy`
  if (wish === 'namespaces' || (paths > 0 && world === 'docker' && wish === 'auto')) {
    const found = ability()
    if (found.able) return { form: 'namespaces', reason: NAMESPACES[world] }
    const asked = wish === 'namespaces' ? '--network namespaces' : `${scenario.file}: hurting links of containers`
    throw new EnvironmentError(`${asked} takes what is not there: ${found.reason}`, { advice: found.advice })
  }
  if (world === 'docker' && wish === 'proxy')
    throw new EnvironmentError('--network proxy is for --on local: containers have network namespaces of their own')
  if (paths === 0) return { form: 'direct', reason: 'the scenario needs nothing of its links' }
  if (wish === 'proxy') return { form: 'proxy', reason: through }
  if (wish === 'auto') {
    const found = ability()
    if (found.able) return { form: 'namespaces', reason: NAMESPACES[world] }
    return { form: 'proxy', reason: `${through}, because there are no network namespaces: ${found.reason}` }
  }
  const hurting = scenario.faults.find((step) => linksHurtBy(step, scenario.cluster).length > 0)
  if (hurting !== undefined)
    throw new EnvironmentError(
      `${scenario.file}:${hurting.line}: --network direct leaves every link as it is, and \`${hurting.verb}\` is done to links: leave --network out, or name --network proxy`,
    )
  return { form: 'direct', reason: 'as --network asks' }
}

const NAMESPACES: Readonly<Record<ServerWorld, string>> = {
  local: 'each process has a network namespace of its own',
  docker: "the containers' namespaces, and one for the clients",
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
  const proxy = {
    ...{ seed, onFailure },
    base: (link: Pair) => statedState(scenario, link),
    own: (name: string, pid: number) => driver.own(name, pid),
  }
  if (form === 'proxy') return new ProxyNetwork({ ...proxy, bind, reason, paths: pathsInNeed(scenario) })
  return new NamespacesNetwork({
    rooms: (names) => driver.rooms(names),
    names: processNames(scenario.cluster),
    isUsed: (link) => isTravelled(link, scenario.cluster),
    reason,
    proxy: { ...proxy, paths: pathsNeedingProxy(scenario) },
  })
}
