/** Steps that hurt nobody: they ask the coordinator for something, the way an operator would. */
import { z } from 'zod'
import { largestFailureThreshold } from '../../algorithms/quorum/weights.ts'
import type { Asking } from './fault.ts'
import { when } from './schema-parts.ts'

const THRESHOLD = 'a failure threshold of 1 or more'
const SUCCESSOR = 'the name of a server (node2) or a role (replica, fastest, any)'

export const switchover: Asking = {
  kind: 'asks',
  schema: z.strictObject({
    ...when,
    switchover: z
      .string(SUCCESSOR)
      .min(1, SUCCESSOR)
      .transform((to): readonly string[] => [to])
      .meta({ description: 'The coordinator is asked to make this server the source.' }),
  }),
  aim: 'successor',
  words: {
    note: 'the coordinator is asked to move the source there; nothing is hurt, there is no undo',
    targets: 'one MySQL server, or `replica`, `fastest`, `any`',
    does: 'is asked to become the source',
  },
  request: (_, target) => ({ kind: 'switchover', to: target[0] ?? null }),
  label: ({ verb }, source, target) => `${verb} ${source} -> ${target.join(', ')}`,
  isSeen: (_, before, after) => before.writable.join() !== after.writable.join(),
  worlds: {
    sim: 'yes',
    raft: { never: 'there is no coordinator to ask' },
    local: 'yes',
    docker: 'yes',
  },
  swarm: { drawnBy: 'requests' },
}

export const changeThreshold: Asking = {
  ...switchover,
  schema: z.strictObject({
    ...when,
    'change-threshold': z
      .int(THRESHOLD)
      .min(1, THRESHOLD)
      .transform((failureThreshold) => ({ failureThreshold }))
      .meta({ description: 'The coordinator is asked to go on with this failure threshold.' }),
  }),
  aim: 'nobody',
  words: {
    note: 'hurts nobody: the coordinator is asked to go on with another failure threshold, within the epoch',
    targets: '`change-threshold: 1`; quorum `cabinet`, `flexible`',
    does: 'is asked for',
  },
  check: ({ target, path }, refuse, { nodes }) => {
    const most = largestFailureThreshold(nodes)
    if ('failureThreshold' in target && target.failureThreshold > most)
      refuse(
        [...path, 'change-threshold'],
        'too high a failure threshold',
        `1 to ${most}`,
        `${target.failureThreshold}`,
      )
  },
  request: ({ failureThreshold }) => ({ kind: 'changeThreshold', failureThreshold: failureThreshold! }),
  label: ({ verb, failureThreshold }) => `${verb} -> ${failureThreshold}`,
  // It may be in force already.
  isSeen: ({ failureThreshold }, _, after) => after.k.includes(failureThreshold!),
  swarm: { drawnBy: 'thresholds' },
}
