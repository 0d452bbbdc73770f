/** From what a file says of its load to the complete workload, or to what is wrong with it. */
import type { z } from 'zod'
import { operationsOf, type RateStage } from '../clients/rate-stages.ts'
import type { Refuse } from '../faults/written-fault.ts'
import type { DelayDistribution, Workload } from '../scenario.ts'
import { formatDuration } from './amounts.ts'
import type { workloadSchema } from './workload-schema.ts'

/** A history of more than this would not fit into memory. */
const MAX_OPERATIONS = 20_000_000
const NO_TIME: DelayDistribution = { kind: 'constant', us: 0 }

type Data = z.output<typeof workloadSchema>

/** `written`: what the file says itself, without defaults. */
export function completeWorkload(data: Data, written: unknown, refuse: Refuse): Workload {
  const says = (key: keyof Data) => typeof written === 'object' && written !== null && key in written
  refuseOfOtherMode(data, says, refuse)
  const stages =
    data.stages === undefined ? null : completeStages(data.stages, says('ratePerSec') ? data.ratePerSec : null)
  const durationUs = stages === null ? data.duration : stages.reduce((sum, stage) => sum + stage.durationUs, 0)
  if (stages !== null) {
    if (says('duration') && data.duration !== durationUs)
      refuse(
        ['workload', 'duration'],
        'stages of another duration',
        `${formatDuration(durationUs)}, which the stages take together, or nothing`,
        formatDuration(data.duration),
      )
    if (operationsOf(stages) === 0)
      refuse(['workload', 'stages'], 'no load', 'a stage that takes its time and has a rate above 0', 'none')
  }
  const { arrivals, ratePerSec, clients, reads, consistency, keys, warmup, deadline, thinkTime = NO_TIME } = data
  const { transaction, payload } = data
  const load = {
    clients,
    reads,
    consistency,
    keys: keys.count,
    ...(keys.choice === undefined ? {} : { keyChoice: keys.choice }),
    ...(transaction === undefined ? {} : { transaction }),
    ...(payload === undefined ? {} : { payload }),
    durationUs,
    warmupUs: warmup,
    deadlineUs: deadline,
  }
  if (data.mode === 'closed') return { mode: 'closed', thinkTime, ...load }
  if (stages === null) return { mode: 'open', arrivals, ratePerSec, ...load }
  return { mode: 'open', arrivals, ratePerSec: (operationsOf(stages) * 1e6) / durationUs, stages, ...load }
}

const OF_OPEN = ['arrivals', 'ratePerSec', 'stages'] as const
const OF_CLOSED = ['thinkTime'] as const

function refuseOfOtherMode({ mode }: Data, says: (key: keyof Data) => boolean, refuse: Refuse): void {
  const wrong = (mode === 'closed' ? OF_OPEN : OF_CLOSED).find(says)
  if (wrong === undefined) return
  const why =
    mode === 'closed'
      ? '`mode: open` (in a closed loop the answers set the pace, by `clients` and `thinkTime`)'
      : '`mode: closed` (in an open loop the schedule sets the pace, by `ratePerSec`)'
  refuse(['workload', wrong], `${wrong} in ${mode === 'closed' ? 'a closed' : 'an open'} loop`, why, `mode: ${mode}`)
}

/** `beginPerSec` null: the first stage holds its rate. Stages without duration are jumps, and are in the next one's beginning. */
function completeStages(stages: NonNullable<Data['stages']>, beginPerSec: number | null): readonly RateStage[] {
  let fromPerSec = beginPerSec ?? stages[0]!.ratePerSec
  return stages.flatMap(({ duration, ratePerSec }) => {
    const stage = { fromPerSec, toPerSec: ratePerSec, durationUs: duration }
    fromPerSec = ratePerSec
    return duration === 0 ? [] : [stage]
  })
}

export function checkWorkload(workload: Workload, refuse: Refuse): void {
  const { warmupUs, durationUs } = workload
  if (warmupUs >= durationUs)
    refuse(['workload', 'warmup'], 'nothing to measure', 'a warm-up shorter than the duration', 'one as long or longer')
  const { keys, transaction } = workload
  if (transaction !== undefined && transaction.statements > keys)
    refuse(
      ['workload', 'transaction', 'statements'],
      'more rows than keys',
      `at most ${keys}, as many as there are keys`,
      `${transaction.statements}`,
    )
  if (workload.mode === 'closed') return
  const operations = (workload.ratePerSec * durationUs) / 1e6
  if (operations > MAX_OPERATIONS)
    refuse(['workload'], 'too much work', `at most ${MAX_OPERATIONS} operations (rate x duration)`, `${operations}`)
}

/** A Raft group's log holds one entry of one size for each operation. */
export function refuseTransactions(workload: Workload, refuse: Refuse): void {
  for (const part of ['transaction', 'payload'] as const)
    if (workload[part] !== undefined)
      refuse(['workload', part], `a ${part} in a Raft group`, '`cluster: { protocol: mysql }`, or nothing', 'raft')
}
