/** A process, or a link, is cut off and reachable again, over and over: a loose cable, a port that negotiates. */
import { z } from 'zod'
import { duration, formatDuration } from '../file/amounts.ts'
import type { Hurt, Undo, Worlds } from './fault.ts'
import { does, onLink, TARGET, target, when } from './schema-parts.ts'

const SHARE = 'a share of the period above 0 and below 1, such as 0.5'
const DEFAULT_PERIOD_US = 1_000_000
const DEFAULT_UP = 0.5
/** Shorter ones are over before anybody can look at them. */
const SHORTEST_PERIOD_US = 100_000

export const flap: Hurt<'cut' | 'open', Worlds<'sim' | 'raft' | 'local' | 'docker'>> = {
  kind: 'hurts',
  undo: 'settle',
  // It serves, for a part of the time.
  away: 'never',
  disturbs: true,
  each: 'links',
  schema: z.strictObject({
    ...does,
    flap: z.union([target, onLink], `${TARGET}, or { link: node1->node2 }`),
    period: duration({ minUs: SHORTEST_PERIOD_US }).optional().meta({ description: 'From one cut to the next; 1s.' }),
    up: z
      .number(SHARE)
      .gt(0, SHARE)
      .lt(1, SHARE)
      .optional()
      .meta({ description: 'The part of it that is whole; 0.5.' }),
  }),
  aim: 'process-or-client',
  words: {
    note: '',
    targets:
      'processes, against everybody else, or `{ link: node1->node2 }`; `period: 1s`, `up: 0.5` (the part of it in which they are reachable)',
    does: 'is cut off and reachable in turn',
    amounts: ({ flap: turns }) => ` every ${formatDuration(turns!.periodUs)}`,
    details: ({ flap: turns }) => [
      `every ${formatDuration(turns!.periodUs)}, reachable for ${Math.round(turns!.up * 100)} % of it`,
    ],
  },
  amounts: ({ period, up }) => ({ flap: { periodUs: period ?? DEFAULT_PERIOD_US, up: up ?? DEFAULT_UP } }),
  witness: { looks: ['cut', 'open'], idle: { cut: 'cut off already' }, holds: 'cut', undone: null },
  worlds: { sim: 'yes', raft: 'yes', local: 'yes', docker: 'yes' },
  swarm: { drawnBy: 'links' },
}

export const settle: Undo = {
  kind: 'undoes',
  nests: false,
  schema: z.strictObject({ ...when, settle: z.union([target, onLink], `all, ${TARGET}, or { link: node1->node2 }`) }),
  aim: 'process-or-client',
  words: { note: '', targets: '`all`, or what flapped', does: 'is reachable all the time again' },
}

/** The two parts of a period, microseconds. */
export function partsOf({ periodUs, up }: { readonly periodUs: number; readonly up: number }): {
  readonly downUs: number
  readonly upUs: number
} {
  const upUs = Math.round(periodUs * up)
  return { upUs, downUs: periodUs - upUs }
}
