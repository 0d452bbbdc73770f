/** What real servers cannot do is refused before anything is started. */
import { isHurt, isPossible, possibleIn } from '../../scenarios/faults/facts.ts'
import { FAULTS, type FaultVerb } from '../../scenarios/faults/list.ts'
import type { FaultStep } from '../../scenarios/faults/step.ts'
import { isClairvoyant } from '../../scenarios/file/policy-names.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { type NetworkWish, SERVER_WORLDS, type ServerWorld } from '../../scenarios/worlds.ts'
import { EnvironmentError } from '../drivers/environment-error.ts'
import { type ChosenNetwork, chooseNetwork } from '../network/choose.ts'
import { isTravelled, linksHurtBy } from '../network/paths.ts'

/** What the servers of a world are called where they are refused something. */
const SERVERS: Readonly<Record<ServerWorld, string>> = { local: 'local servers', docker: 'containers' }

/** Returns the network that the run will have. */
export function refuseUnsupported(scenario: Scenario, world: ServerWorld, network?: NetworkWish): ChosenNetwork {
  if (scenario.raft !== null)
    throw new EnvironmentError(
      `${scenario.file}: a Raft group (\`protocol: raft\`) exists in the simulator only: run this scenario with --on sim`,
    )
  if (isClairvoyant(scenario.algorithms.election))
    throw new EnvironmentError(
      `${scenario.file}: election \`${scenario.algorithms.election}\` knows the simulator's network and processors, and nobody knows those of ` +
        'real servers: run this scenario with --on sim, or choose another policy (lowest-rtt is the nearest)',
    )
  for (const step of scenario.faults) {
    const impossible = impossibleStep(step, world)
    if (impossible !== null) throw new EnvironmentError(`${scenario.file}:${step.line}: ${impossible}`)
    const { link } = step
    if (
      link !== null &&
      isHurt(step.verb) &&
      !linksHurtBy(step, scenario.cluster).some((pair) => isTravelled(pair, scenario.cluster))
    )
      throw new EnvironmentError(
        `${scenario.file}:${step.line}: nothing travels from ${link.from} to ${link.to} on real servers: name a link between two processes that talk to each other`,
      )
  }
  return chooseNetwork(scenario, world, network)
}

/** Null: servers of this world can do it. */
export function impossibleStep(step: FaultStep, world: ServerWorld): string | null {
  const { verb } = step
  const who = SERVERS[world]
  if (!isPossible(verb, world)) {
    const others = possibleIn(world)
    const instead = others.length === 0 ? '' : `, or use ${wordList(others)}`
    return `${who} cannot \`${verb}\`${whyNot(verb, world)}: run this scenario ${elsewhere(verb, world)}${instead}`
  }
  return null
}

function elsewhere(verb: FaultVerb, world: ServerWorld): string {
  const able = SERVER_WORLDS.filter((other) => other !== world && isPossible(verb, other))
  return `with ${[...able, 'sim'].map((other) => `--on ${other}`).join(' or ')}`
}

/** ` (its messages travel by TCP)`. */
function whyNot(verb: FaultVerb, world: ServerWorld): string {
  const fault = FAULTS[verb]
  if (fault.kind === 'undoes') return ''
  const ability = fault.worlds[world]
  if (ability === 'yes') return ''
  return ` (${ability.never})`
}

function wordList(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
