/** Open connections are reset, once: a firewall that forgets what it knew, a balancer that is restarted. */
import { z } from 'zod'
import type { Hurt, Worlds } from './fault.ts'
import { onLink, TARGET, target, when } from './schema-parts.ts'

export const reset: Hurt<'open' | 'reset', Worlds<'sim' | 'local' | 'docker'>> = {
  kind: 'hurts',
  undo: null,
  away: 'never',
  disturbs: true,
  each: 'links',
  schema: z.strictObject({ ...when, reset: z.union([target, onLink], `${TARGET}, or { link: node1->node2 }`) }),
  aim: 'process-or-client',
  words: {
    note: '',
    targets:
      'processes: all of their connections, or `{ link: node1->node2 }`: those between the two, whoever opened them',
    does: 'loses its open connections',
  },
  witness: { looks: ['open', 'reset'], idle: {}, holds: 'reset', undone: null },
  worlds: {
    sim: 'yes',
    raft: { never: 'its messages need no connection' },
    local: 'yes',
    docker: 'yes',
  },
  swarm: { drawnBy: 'links' },
}
