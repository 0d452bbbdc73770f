/** Who opens connections to whom in a run, and which of these paths a scenario needs in a hand of ours. */
import { processNames, rolesIn } from '../../scenarios/faults/aims.ts'
import { linkPairs, type Pair, partitionPairs } from '../../scenarios/faults/link-pairs.ts'
import { FAULTS } from '../../scenarios/faults/list.ts'
import type { FaultStep } from '../../scenarios/faults/step.ts'
import { scenarioOf } from '../../scenarios/file/load.ts'
import { delayBetween } from '../../scenarios/link-delays.ts'
import {
  coordinatorNames,
  type DelayDistribution,
  type Scenario,
  timestampServerNames,
} from '../../scenarios/scenario.ts'
import { type LinkState, WHOLE } from './network.ts'

type Cluster = Scenario['cluster']

/** From the opener to the acceptor. */
function pathsOf(cluster: Cluster): readonly Pair[] {
  const nodes = Array.from({ length: cluster.nodes }, (_, i) => `node${i + 1}`)
  const timestamps = timestampServerNames(cluster.timestampServers)
  const coordinators = coordinatorNames(cluster.coordinators)
  const pairs = (openers: readonly string[], acceptors: readonly string[]) =>
    openers.flatMap((opener) => acceptors.filter((name) => name !== opener).map((name): Pair => [opener, name]))
  return [
    ...pairs(['client'], coordinators),
    ...pairs(coordinators, [...nodes, ...timestamps, ...coordinators]),
    ...pairs(timestamps, timestamps),
    ...pairs(nodes, nodes),
  ]
}

/** What holds on a link that no fault has changed. */
export function statedState(scenario: Pick<Scenario, 'network'>, link: Pair): LinkState {
  const delay = statedDelay(scenario, link)
  return delay === null ? WHOLE : { ...WHOLE, delays: [delay] }
}

/** Null: the scenario says nothing of this link, and it is as the machine has it. */
function statedDelay({ network }: Pick<Scenario, 'network'>, [from, to]: Pair): DelayDistribution | null {
  const delay = delayBetween(network, from, to)
  return JSON.stringify(delay) === UNSTATED ? null : delay
}

const UNSTATED = JSON.stringify(scenarioOf({ name: 'untouched' }, 'untouched').network.defaultDelay)

/** Paths of which at least one direction is given a delay, or may be hurt by a fault. Empty: the scenario needs nothing. */
export function pathsInNeed(scenario: Scenario): readonly Pair[] {
  const { cluster, faults } = scenario
  const hurt = new Set(faults.flatMap((step) => linksHurtBy(step, cluster)).map(String))
  const isNeeded = (link: Pair) => hurt.has(String(link)) || statedDelay(scenario, link) !== null
  return pathsOf(cluster).filter(([opener, acceptor]) => isNeeded([opener, acceptor]) || isNeeded([acceptor, opener]))
}

/** Of these, the paths with something that no kernel does: a message or an end that comes late, a connection that is reset. */
export function pathsNeedingProxy(scenario: Scenario): readonly Pair[] {
  const faults = scenario.faults.filter(
    ({ verb, delay, ratio, closeDelayUs }) =>
      delay !== null || ratio !== null || closeDelayUs !== null || verb === 'reset',
  )
  return pathsInNeed({ ...scenario, faults })
}

/** Every link that a step may mean, whoever plays its roles when it fires. */
export function linksHurtBy(step: FaultStep, cluster: Cluster): readonly Pair[] {
  const fault = FAULTS[step.verb]
  if (fault.kind !== 'hurts') return []
  const processes = processNames(cluster)
  if (step.link !== null) return linkPairs(step.link, processes)
  if (fault.each !== 'links') return []
  const roles = rolesIn(cluster)
  const except = step.except.filter((word) => !roles.includes(word))
  if (step.split.length > 0) return partitionPairs(step, [], except, processes)
  const players = (word: string) => {
    if (!roles.includes(word)) return [word]
    return processes.filter((name) => name.startsWith(word === 'issuer' ? 'timestamp-' : 'node'))
  }
  return step.target.flatMap(players).flatMap((name) => partitionPairs(step, [name], except, processes))
}

/** May anything travel on it? Whoever neither opens a connection to the other nor accepts one says nothing to it. */
export function isTravelled([from, to]: Pair, cluster: Cluster): boolean {
  return pathsOf(cluster).some(
    ([opener, acceptor]) => [opener, acceptor].includes(from) && [opener, acceptor].includes(to),
  )
}
