/** Waiting until a system is well: every process healthy, one source, everybody else its replica. */
import { setTimeout as sleep } from 'node:timers/promises'
import { EnvironmentError } from '../../drivers/environment-error.ts'
import { HealthProber } from '../health.ts'
import type { ProcessState } from '../operator.ts'
import type { ServiceState } from '../wire.ts'
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
    const wrong = [...(await prober.look()).filter(({ state }) => state !== 'healthy').map(stateText)]
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

export function proberOf(
  addresses: SystemRecord['addresses'],
  processes: () => readonly ProcessState[],
): HealthProber {
  const all = Object.entries(addresses)
  const isServer = (name: string) => /^node\d+$/.test(name)
  return new HealthProber({
    members: all.filter(([name]) => isServer(name)).map(([name, address]) => ({ name, ...address })),
    services: Object.fromEntries(all.filter(([name]) => !isServer(name))),
    processes: async () => processes(),
  })
}

/** `coordinator is down: nothing listens there` */
export function stateText({ id, state, detail }: ServiceState): string {
  return `${id} is ${state}${detail === '' ? '' : `: ${detail}`}`
}
