/** How far the replicas fall behind a burst of writes, and how soon they have caught up. */
import type { StressFigure } from '../../../scenarios/stress-result.ts'
import { figuresOf, type LevelAnswer, type Outcome, perSecond, type StressContext } from './stress-answer.ts'

const USUAL_OPERATIONS = 500
const CATCH_UP_MS = 30_000
const LOOK_MS = 50

export async function lagRun({ client, watch, operations, signal }: StressContext): Promise<Outcome> {
  const worst = new Map<string, { transactions: number; ms: number }>()
  const look = () => {
    for (const { id, role, lagTransactions, lagMs } of watch.topology?.nodes ?? []) {
      if (role === 'source') continue
      const { transactions = 0, ms = 0 } = worst.get(id) ?? {}
      worst.set(id, { transactions: Math.max(transactions, lagTransactions), ms: Math.max(ms, lagMs ?? 0) })
    }
  }
  const timer = setInterval(look, LOOK_MS)
  try {
    const body = { num_operations: operations ?? USUAL_OPERATIONS, consistency: 'EVENTUAL' }
    const answer = await client.post<LevelAnswer>('/admin/stress-test/concurrent-writes', body)
    const endMs = performance.now()
    const replicas = () => watch.topology?.nodes.filter(({ role }) => role !== 'source') ?? []
    // Looked at anew: what is known at the end of the call is from before it.
    await new Promise((resolve) => setTimeout(resolve, 600))
    const isCaughtUp = () => replicas().length > 0 && replicas().every(({ lagTransactions }) => lagTransactions === 0)
    const hasCaughtUp = await watch.until(isCaughtUp, CATCH_UP_MS, signal)
    const caughtUpMs = Math.max(0, performance.now() - endMs)
    look()
    const figures = [...worst].flatMap(([id, { transactions, ms }]): StressFigure[] => [
      { name: `${id} behind at most`, value: transactions, unit: '' },
      { name: `${id} lag at most`, value: ms, unit: 'ms' },
    ])
    const most = Math.max(0, ...[...worst.values()].map(({ transactions }) => transactions))
    return {
      sentence: `${perSecond(answer)}; replicas at most ${most} transactions behind`,
      figures: [...figuresOf(answer), ...figures],
      steps: [],
      checks: [
        {
          name: 'all replicas catch up',
          verdict: hasCaughtUp ? 'pass' : 'fail',
          detail: hasCaughtUp
            ? `seen within ${(caughtUpMs / 1000).toFixed(1)} s of the last write`
            : `not within ${CATCH_UP_MS / 1000} s`,
        },
      ],
      answer,
    }
  } finally {
    clearInterval(timer)
  }
}
