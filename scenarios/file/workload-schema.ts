/** What the file may say of its load. */
import { z } from 'zod'
import type { KeyChoice } from '../clients/key-choice.ts'
import { delay, duration } from './amounts.ts'
import { LEVELS } from './levels.ts'
import { count, number } from './schema-numbers.ts'
import { payloadSize } from './sizes.ts'

const LEVEL = 'the strength of a promise: STRONG, SESSION or EVENTUAL, or shares such as { STRONG: 0.5, EVENTUAL: 0.5 }'
const SHARES = 'shares that add up to 1, such as { STRONG: 0.5, SESSION: 0.3, EVENTUAL: 0.2 }'
const share = number('a share from 0 to 1', { min: 0, max: 1 })
const levelShares = z
  .strictObject({ STRONG: share.optional(), SESSION: share.optional(), EVENTUAL: share.optional() }, SHARES)
  .refine((shares) => Math.abs(LEVELS.reduce((sum, level) => sum + (shares[level] ?? 0), 0) - 1) < 1e-9, SHARES)

interface Keys {
  readonly count: number
  /** Absent: all alike. */
  readonly choice?: KeyChoice
}

const MOST_KEYS = 1_000_000
const KEYS =
  'a number of keys from 1 to 1000000, { zipf: 0.99, count: 1000 } or { hot: { keys: 0.2, operations: 0.8 }, count: 1000 }'
const keyCount = count(1, MOST_KEYS)
const keys = z.union(
  [
    keyCount.transform((all): Keys => ({ count: all })),
    z
      .strictObject({
        zipf: number('an exponent from 0 to 5', { min: 0, max: 5 }).meta({
          description: 'The k-th key is wanted in proportion to 1/k^zipf; 0 is uniform, 0.99 what YCSB takes.',
        }),
        count: keyCount,
      })
      .transform(({ zipf, count: all }): Keys => ({ count: all, choice: { kind: 'zipf', exponent: zipf } })),
    z
      .strictObject({
        hot: z
          .strictObject({ keys: share, operations: share })
          .meta({ description: "The share of the keys that are hot, and of the operations on them (YCSB's hotspot)." }),
        count: keyCount,
      })
      .transform(
        ({ hot, count: all }): Keys => ({
          count: all,
          choice: { kind: 'hot', keyShare: hot.keys, operationShare: hot.operations },
        }),
      ),
  ],
  KEYS,
)

const MOST_PER_SEC = 1e6
const STAGES = 'a list of stages such as [{ duration: 10s, ratePerSec: 100 }, { duration: 30s, ratePerSec: 400 }]'
const stage = z.strictObject(
  {
    duration: duration().meta({ description: 'How long it takes to get there; 0s: at once.' }),
    ratePerSec: number('a rate per second from 0 to 1000000', { min: 0, max: MOST_PER_SEC }),
  },
  STAGES,
)

export const workloadSchema = z
  .strictObject({
    mode: z.enum(['open', 'closed'], 'open or closed').prefault('open').meta({
      description:
        'Open loop: operations start on schedule whatever the system does. Closed loop: each client sends the next one when its last one has ended.',
    }),
    arrivals: z
      .enum(['poisson', 'uniform'], 'poisson or uniform')
      .prefault('poisson')
      .meta({ description: 'Of an open loop.' }),
    ratePerSec: number('a rate per second above 0 and at most 1000000', { above: 0, max: MOST_PER_SEC })
      .prefault(400)
      .meta({ description: 'Of an open loop; with `stages`, the rate that the first one begins with.' }),
    stages: z.array(stage, STAGES).min(1, STAGES).max(1000, STAGES).optional().meta({
      description:
        'Of an open loop: in each stage the rate goes in a straight line from where it is to `ratePerSec`. The first one holds its own, unless the workload has a `ratePerSec` to begin with.',
    }),
    thinkTime: delay.optional().meta({
      description: 'Of a closed loop: from an answer to the next operation of the same client; 0s by default.',
    }),
    clients: count(1, 10_000).prefault(32).meta({ description: 'At most so many operations are in flight.' }),
    reads: number('a share from 0 to 1', { min: 0, max: 1 }).prefault(0.3).meta({ description: 'Share of reads.' }),
    consistency: z
      .union([z.enum(LEVELS), levelShares], LEVEL)
      .prefault('STRONG')
      .meta({ description: 'Of every operation; or shares, by which each operation gets its own.' }),
    transaction: z
      .strictObject({ statements: count(1, 100).meta({ description: 'Each writes a row of another key.' }) })
      .optional()
      .meta({
        description:
          'Each write is a transaction of several statements: its keys are locked, one after the other, until it has committed. By default it is one INSERT.',
      }),
    payload: payloadSize.optional().meta({
      description: 'What each written row carries beside its numbers; nothing by default.',
    }),
    keys: keys.prefault(1000).meta({ description: 'How many, and whether some are wanted more often than others.' }),
    duration: duration({ minUs: 1000 }).prefault('30s').meta({ description: 'Whole run, warm-up included.' }),
    warmup: duration().prefault('0s').meta({ description: 'Executed and checked, but not measured.' }),
    deadline: duration({ minUs: 1000 })
      .prefault('8s')
      .meta({ description: 'A client gives an operation up after this.' }),
  })
  .prefault({})
