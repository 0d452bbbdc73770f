/** `cluster.semiSync` in a file: on, off, or with MySQL's own settings of its plug-in. */
import { z } from 'zod'
import { type SemiSyncSettings, STRICT_SEMI_SYNC } from '../../algorithms/semi-sync.ts'
import { duration } from './amounts.ts'
import { count } from './schema-numbers.ts'

const EXPECTED = 'true, false, or a mapping such as { timeout: 500ms, waitForReplicas: 1, waitNoReplica: true }'
const REPLICAS = '`quorum`, or a whole number of replicas'
/** MySQL's, in milliseconds. */
const MAX_TIMEOUT_US = 24 * 3_600_000_000

export function semiSyncSchema(mostReplicas: number) {
  const settings = z
    .strictObject({
      timeout: z
        .union([z.literal('never'), duration({ minUs: 1000, maxUs: MAX_TIMEOUT_US })], '`never`, or a duration')
        .prefault('never')
        .meta({
          description:
            'A commit waits so long; then the source answers alone, and goes on without replicas. MySQL: 10s.',
        }),
      waitForReplicas: z
        .union([z.literal('quorum'), count(1, mostReplicas)], REPLICAS)
        .prefault('quorum')
        .meta({ description: 'Receipts that a commit waits for; `quorum`: as many as the quorum asks for. MySQL: 1.' }),
      waitNoReplica: z
        .boolean('true or false')
        .prefault(true)
        .meta({ description: 'false: with fewer replicas connected the source does not wait at all. MySQL: true.' }),
    })
    .transform(({ timeout, ...rest }): SemiSyncSettings => ({ timeoutUs: timeout, ...rest }))
  return z
    .union([z.boolean(EXPECTED).transform((on) => (on ? STRICT_SEMI_SYNC : null)), settings], EXPECTED)
    .optional()
    .meta({
      description:
        "MySQL's semi-synchronous replication on the source; `true`: no timeout, and with the quorum's k. By default where it carries `acknowledge: received`: any k replicas are a quorum.",
    })
}
