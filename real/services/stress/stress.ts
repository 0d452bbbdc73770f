/** A stress of a running system, run after run. */
import type { StressKindName, StressResult, StressRun } from '../../../scenarios/stress-result.ts'
import type { StressRecord } from '../wire.ts'
import { CoordinatorClient } from './coordinator-client.ts'
import type { StressContext } from './stress-answer.ts'
import { STRESS_KINDS } from './stress-kinds.ts'
import { Watch } from './watch.ts'

interface StressRequest {
  readonly url: string
  readonly token: string | null
  readonly kinds: readonly StressKindName[]
  readonly operations: number | null
  readonly consistency: StressContext['consistency']
  readonly signal: AbortSignal
  readonly onProgress: (kind: StressKindName, record: StressRecord | null) => void
  readonly onRun: (run: StressRun) => void
}

/** Without how it was asked for. Rejects with an EnvironmentError where no system answers, or one refuses. */
export async function stress(request: StressRequest): Promise<Omit<StressResult, 'quorumlab' | 'command'>> {
  const { kinds, signal, operations, consistency } = request
  const client = new CoordinatorClient(request.url, request.token, signal)
  // Said before anything is asked of it: is there a system at all?
  await client.get('/health')
  const startedAtMs = Date.now()
  const runs: StressRun[] = []
  let current: { readonly kind: StressKindName; readonly sinceMs: number } | null = null
  const watch = new Watch(client, (changed) => {
    if (current !== null) request.onProgress(current.kind, changed.stressSince(current.sinceMs))
  })
  try {
    for (const kind of kinds) {
      if (signal.aborted) break
      const sinceMs = Date.now()
      current = { kind, sinceMs }
      request.onProgress(kind, null)
      const { title, perform } = STRESS_KINDS[kind]
      const outcome = await perform({ client, watch, operations, consistency, signal })
      const run = { kind, title, startMs: sinceMs - startedAtMs, endMs: Date.now() - startedAtMs, ...outcome }
      runs.push(run)
      current = null
      request.onRun(run)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await watch.stop()
  }
  return {
    schema: 'quorumlab.stress/1',
    url: client.url,
    startedAt: new Date(startedAtMs).toISOString(),
    system: systemText(watch),
    runs,
    samples: watch.samples.map(({ atMs, writesPerSec, readsPerSec, failedPerSec, latencyP50Ms, latencyP99Ms }) => ({
      ...{ atMs: atMs - startedAtMs, writesPerSec, readsPerSec, failedPerSec, latencyP50Ms, latencyP99Ms },
    })),
    complete: runs.length === kinds.length,
  }
}

function systemText({ topology }: Watch): string {
  if (topology === null) return 'nothing is known of its algorithms'
  const { timestamps, quorum, election } = topology.algorithms
  return `timestamps ${timestamps}, quorum ${quorum}, election ${election}; acknowledged when ${topology.acknowledge}`
}
