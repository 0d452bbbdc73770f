/**
 * What of a scenario this very machine can do: asked before anything is started, by trying it where that leaves nothing.
 * What no machine of a world can do is in the verbs' own records (unsupported.ts).
 */
import type { FaultVerb } from '../../scenarios/faults/list.ts'
import type { FaultStep } from '../../scenarios/faults/step.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { ServerWorld } from '../../scenarios/worlds.ts'
import { EnvironmentError } from '../drivers/environment-error.ts'

/** Why not, and what the user can do about it. */
export interface Lack {
  readonly reason: string
  readonly advice: string
}

/** Null: this machine can. */
type Capability = (step: FaultStep, world: ServerWorld) => Promise<Lack | null>

/** A verb that is not here can be done wherever its world can. */
const CAPABILITIES: Partial<Record<FaultVerb, Capability>> = {}

/** Rejects with an EnvironmentError that names the step, the reason and what to do. */
export async function refuseIncapable({ file, faults }: Scenario, world: ServerWorld): Promise<void> {
  for (const step of faults) {
    const lack = (await CAPABILITIES[step.verb]?.(step, world)) ?? null
    if (lack === null) continue
    const { reason, advice } = lack
    throw new EnvironmentError(`${file}:${step.line}: \`${step.verb}\` cannot be done on this machine: ${reason}`, {
      advice,
    })
  }
}
