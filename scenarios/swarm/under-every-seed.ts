/**
 * A small failure that every seed shows, if there is one. The smallest number of operations that fails under one seed
 * is a matter of luck under any other, and on real servers every run is another. More operations are not more to read.
 */
import { formatDuration, parseDuration } from '../file/amounts.ts'
import { isMapping, type Written } from '../file/written.ts'
import type { Failing } from './shrink.ts'

const RATES = [5, 10, 20, 50, 100, 200]
/** Beside the failure's own. */
const SEEDS = [11, 12, 13, 14, 15]

/** After the last step: a real process takes its time to start. */
const ROOM_US = 3_000_000

/** The failure at the lowest rate under which it fails with all seeds; as it is, where there is none. */
export function failingUnderEverySeed(start: Failing, fails: (candidate: Failing) => boolean): Failing {
  const roomy = withRoom(start)
  const failing = fails(roomy) ? roomy : start
  const { written, seed } = failing
  const workload = isMapping(written.workload) ? written.workload : {}
  const least = workload.ratePerSec
  if (typeof least !== 'number') return failing
  for (const ratePerSec of [least, ...RATES.filter((rate) => rate > least)]) {
    const at = (own: number): Failing => ({
      written: { ...written, workload: { ...workload, ratePerSec }, seed: own },
      seed: own,
    })
    if ([seed, ...SEEDS].every((own) => fails(at(own)))) return at(seed)
  }
  return failing
}

function withRoom({ written, seed }: Failing): Failing {
  const workload = isMapping(written.workload) ? written.workload : {}
  const steps = (written.faults as readonly Written[] | undefined) ?? []
  const us = (text: unknown) => (typeof text === 'string' ? (parseDuration(text) ?? 0) : 0)
  const lastUs = Math.max(0, ...steps.map((step) => us(step.at) + us(step.for)))
  const durationUs = Math.max(us(workload.duration), Math.ceil((lastUs + ROOM_US) / 1_000_000) * 1_000_000)
  return { written: { ...written, workload: { ...workload, duration: formatDuration(durationUs) } }, seed }
}
