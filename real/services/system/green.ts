/** Waiting until a system is well: every process healthy, one source, everybody else its replica. */
import { setTimeout as sleep } from 'node:timers/promises'
import { EnvironmentError } from '../../drivers/environment-error.ts'
import type { ProcessState } from '../operator.ts'
import type { ServiceState } from '../wire.ts'
import { proberOf, topologyOf } from './look.ts'
import type { SystemRecord } from './system-file.ts'

const DEADLINE_MS = 60_000
const POLL_MS = 100

export async function awaitGreen(
  addresses: SystemRecord['addresses'],
  processes: () => readonly ProcessState[],
  signal: AbortSignal,
): Promise<void> {
  const prober = proberOf(addresses, processes)
  const endMs = performance.now() + DEADLINE_MS
  for (;;) {
    const ill = (await prober.look()).filter(({ state }) => state !== 'healthy').map(stateText)
    const wrong = ill.length > 0 ? ill : await unfollowed(addresses)
    if (wrong.length === 0) return
    if (performance.now() > endMs)
      throw new EnvironmentError(`the system was not well within ${DEADLINE_MS / 1000} s: ${wrong.join('; ')}`, {
        kind: 'stalled',
        subject: 'system',
        advice: 'The machine may be too busy or its disk too slow: end other programs, or name another --data-dir.',
      })
    await sleep(POLL_MS, undefined, { signal })
  }
}

/** `coordinator is down: nothing listens there` */
function stateText({ id, state, detail }: ServiceState): string {
  return `${id} is ${state}${detail === '' ? '' : `: ${detail}`}`
}

/** Without a coordinator there is nobody to follow. */
async function unfollowed(addresses: SystemRecord['addresses']): Promise<readonly string[]> {
  if (addresses.coordinator === undefined) return []
  const topology = await topologyOf(addresses)
  if (topology === null) return ['the coordinator does not say who is the source']
  const wanted = Object.keys(addresses).filter((name) => name.startsWith('node')).length - 1
  return topology.replicas === wanted ? [] : [`${topology.replicas} of ${wanted} replicas follow ${topology.source}`]
}
