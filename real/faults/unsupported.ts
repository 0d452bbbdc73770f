/** What real servers cannot do is refused before anything is started. */
import { isPossible, possibleIn } from '../../scenarios/faults/facts.ts'
import { FAULTS, type FaultVerb } from '../../scenarios/faults/list.ts'
import { isClairvoyant } from '../../scenarios/file/policy-names.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { EnvironmentError } from '../drivers/environment-error.ts'

export function refuseUnsupported(scenario: Scenario): void {
  if (scenario.raft !== null)
    throw new EnvironmentError(
      `${scenario.file}: a Raft group (\`protocol: raft\`) exists in the simulator only: run this scenario with --on sim`,
    )
  if (isClairvoyant(scenario.algorithms.election))
    throw new EnvironmentError(
      `${scenario.file}: election \`${scenario.algorithms.election}\` knows the simulator's network and processors, and nobody knows those of ` +
        'real servers: run this scenario with --on sim, or choose another policy (lowest-rtt is the nearest)',
    )
  for (const { verb, line } of scenario.faults)
    if (!isPossible(verb, 'local'))
      throw new EnvironmentError(
        `${scenario.file}:${line}: real servers cannot \`${verb}\`${whyNot(verb)}: ` +
          `run this scenario with --on sim, or use ${wordList(possibleIn('local'))}`,
      )
}

/** ` yet (it needs a proxy on every link)`. */
function whyNot(verb: FaultVerb): string {
  const fault = FAULTS[verb]
  if (fault.kind === 'undoes' || fault.worlds.local === 'yes') return ''
  const { local } = fault.worlds
  return 'later' in local ? ` yet (${local.later})` : ` (${local.never})`
}

function wordList(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
