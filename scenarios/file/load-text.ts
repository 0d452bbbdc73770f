/** The load of a scenario in words, for the terminal, the report and `explain`. */

import { hotCount } from '../clients/key-choice.ts'
import type { ClosedWorkload, OpenWorkload, Workload } from '../scenario.ts'
import { formatDuration } from './amounts.ts'
import { delayText } from './delay-text.ts'
import { payloadText } from './sizes.ts'

/** `1000 keys`, `1000 keys (Zipf 0.99)`, `1000 keys (80 % of operations on the hottest 200)`. */
export function keysText({ keys, keyChoice }: Pick<Workload, 'keys' | 'keyChoice'>): string {
  const all = keys === 1 ? '1 key' : `${keys} keys`
  if (keyChoice === undefined) return all
  if (keyChoice.kind === 'zipf') return `${all} (Zipf ${keyChoice.exponent})`
  const percent = Math.round(keyChoice.operationShare * 1000) / 10
  return `${all} (${percent} % of operations on the hottest ${hotCount(keys, keyChoice.keyShare)})`
}

/** `100/s for 10s, to 400/s over 20s, at once to 50/s for 5s`. */
export function stagesText(stages: NonNullable<OpenWorkload['stages']>): string {
  let atPerSec: number | null = null
  return stages
    .map(({ fromPerSec, toPerSec, durationUs }) => {
      const jump = atPerSec === null ? `${fromPerSec}/s` : fromPerSec === atPerSec ? '' : `at once to ${fromPerSec}/s`
      const time = formatDuration(durationUs)
      atPerSec = toPerSec
      if (fromPerSec === toPerSec) return `${jump === '' ? `${toPerSec}/s` : jump} for ${time}`
      return `${jump === '' ? '' : `${jump}, `}to ${toPerSec}/s over ${time}`
    })
    .join(', ')
}

/** `32 clients in a closed loop`, with what they wait between two operations. */
export function closedText({ clients, thinkTime }: Pick<ClosedWorkload, 'clients' | 'thinkTime'>): string {
  const who = clients === 1 ? '1 client in a closed loop' : `${clients} clients in a closed loop`
  if (thinkTime.kind === 'constant' && thinkTime.us === 0) return who
  return `${who}, each thinking ${delayText(thinkTime)} between two operations`
}

/** What one write is, where it is more than an INSERT of numbers: `writes are transactions of 3 statements, ...`; '' else. */
export function writeText({ transaction, payload }: Pick<Workload, 'transaction' | 'payload'>): string {
  const parts = [
    ...(transaction === undefined
      ? []
      : [`a write is a transaction of ${transaction.statements} statements, each with a row of another key`]),
    ...(payload === undefined ? [] : [`each row carries ${payloadText(payload)}`]),
  ]
  return parts.join(', ')
}

/** For `explain`. */
export function loadText(workload: Workload): string {
  const time = formatDuration(workload.durationUs)
  if (workload.mode === 'closed')
    return `As many operations as are answered in ${time} to ${closedText(workload)}: each sends the next one when its last one has ended`
  const { ratePerSec, stages, arrivals, clients, durationUs } = workload
  const rate = stages === undefined ? `${ratePerSec} per second` : stagesText(stages)
  const count = Math.round((ratePerSec * durationUs) / 1e6)
  return `About ${count} operations in ${time} (${rate}, ${arrivals} arrivals, at most ${clients} at once)`
}
