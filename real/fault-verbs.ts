/** Which faults can be done to real processes, and how; and what is refused before anything is started. */
import { isRequest } from '../scenarios/faults/facts.ts'
import type { FaultVerb } from '../scenarios/faults/list.ts'
import { isClairvoyant } from '../scenarios/policies.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { EnvironmentError } from './drivers/environment-error.ts'
import type { FaultTarget, Sight } from './fault-targets.ts'

/** What can be done to real processes without help from the kernel's network. What is gone is not blocked either. */
export const VERBS: Readonly<
  Partial<
    Record<FaultVerb, { readonly act: keyof Omit<FaultTarget, 'name' | 'look'>; readonly becomes: Sight['condition'] }>
  >
> = {
  crash: { act: 'kill', becomes: 'gone' },
  stop: { act: 'shutdown', becomes: 'gone' },
  pause: { act: 'pause', becomes: 'paused' },
  restart: { act: 'restart', becomes: 'running' },
  start: { act: 'restart', becomes: 'running' },
  resume: { act: 'resume', becomes: 'running' },
  'lose-journal': { act: 'loseJournal', becomes: 'unjournalled' },
  'block-applier': { act: 'blockApplier', becomes: 'blocked' },
  'unblock-applier': { act: 'unblockApplier', becomes: 'running' },
}

/** What it would take, where it is not a proxy. */
const NEEDS: Readonly<Partial<Record<FaultVerb, string>>> = {
  'power-loss': 'what a machine had not written to disk would have to be taken away',
  'lose-relay-logs': 'relay log files would have to be taken from under a server',
  'skew-clock': 'all processes share the clock of this machine',
  duplicate: 'its messages travel by TCP, which repeats and reorders nothing',
  reorder: 'its messages travel by TCP, which repeats and reorders nothing',
}

export const UNDOES: Readonly<Partial<Record<FaultVerb, FaultVerb>>> = {
  restart: 'crash',
  start: 'stop',
  resume: 'pause',
  'unblock-applier': 'block-applier',
}

/** Refuses, before anything is started, what this world cannot do. */
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
  for (const step of scenario.faults)
    if (VERBS[step.verb] === undefined && !isRequest(step.verb))
      throw new EnvironmentError(
        `${scenario.file}:${step.line}: real servers cannot \`${step.verb}\` yet (${NEEDS[step.verb] ?? 'it needs a proxy on every link'}): ` +
          'run this scenario with --on sim, or use crash, restart, stop, start, pause, resume, block-applier, lose-journal, switchover and change-threshold',
      )
}
