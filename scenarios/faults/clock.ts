/** A machine's clocks go wrong. */
import { z } from 'zod'
import { drift, formatDuration, signedDuration } from '../file/amounts.ts'
import type { Hurt, Undo, Worlds } from './fault.ts'
import { does, target, when } from './schema-parts.ts'
import type { FaultStep } from './step.ts'

export const skewClock: Hurt<'as-it-is', Worlds<'sim' | 'local' | 'docker'>> = {
  kind: 'hurts',
  undo: 'unskew-clock',
  away: 'never',
  disturbs: false,
  each: 'process',
  schema: z.strictObject({
    ...does,
    'skew-clock': target,
    by: signedDuration().optional().meta({ description: 'How far the wall clock is ahead; negative: behind.' }),
    drift: drift.optional().meta({ description: 'How much faster its clocks run; negative: slower.' }),
  }),
  aim: 'clock',
  words: {
    note: '',
    targets:
      'timestamp servers with `by: -50ms` (wall clock behind), `drift: 100ppm` (all of its clocks fast; on real servers the wall clock alone)',
    does: 'has a wrong clock',
    amounts: ({ skew }) =>
      (skew!.byUs === 0 ? '' : ` by ${skew!.byUs / 1000} ms`) +
      (skew!.driftPpm === 0 ? '' : ` drift ${skew!.driftPpm} ppm`),
    details: ({ skew }) => [skewText(skew!)],
  },
  amounts: ({ by, drift: gained }) => ({ skew: { byUs: by ?? 0, driftPpm: gained ?? 0 } }),
  check: ({ parsed, path }, refuse) => {
    if ((parsed.by ?? 0) === 0 && (parsed.drift ?? 0) === 0)
      refuse([...path, 'skew-clock'], 'a skewed clock without its amount', 'by: -50ms or drift: 100ppm', 'neither')
  },
  witness: { looks: ['as-it-is'], idle: {}, holds: 'changed', undone: null },
  worlds: {
    sim: 'yes',
    raft: { never: 'nobody there reads a clock' },
    local: 'yes',
    docker: 'yes',
  },
  swarm: { drawnBy: 'clock' },
}

export const unskewClock: Undo = {
  kind: 'undoes',
  nests: false,
  schema: z.strictObject({ ...when, 'unskew-clock': target }),
  aim: 'clock-or-all',
  words: { note: '', targets: 'timestamp servers, or `all`', does: 'has the right time again' },
}

function skewText({ byUs, driftPpm }: NonNullable<FaultStep['skew']>): string {
  const parts: string[] = []
  if (byUs !== 0) parts.push(`${formatDuration(Math.abs(byUs))} ${byUs > 0 ? 'ahead' : 'behind'}`)
  if (driftPpm !== 0) parts.push(`${Math.abs(driftPpm)} ppm too ${driftPpm > 0 ? 'fast' : 'slow'}`)
  return parts.join(' and ')
}
