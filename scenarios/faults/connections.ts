/** All client connections of a MySQL server are taken: nobody new comes in, and the administrative port answers. */
import { z } from 'zod'
import type { Hurt, Undo, Worlds } from './fault.ts'
import { does, target, when } from './schema-parts.ts'

/** `silent`: it runs, and does not answer its administrator either. */
export type ConnectionsLook = 'open' | 'exhausted' | 'silent' | 'gone'

export const exhaustConnections: Hurt<ConnectionsLook, Worlds<'sim' | 'local' | 'docker'>> = {
  kind: 'hurts',
  undo: 'release-connections',
  // Who is connected is served.
  away: 'never',
  disturbs: true,
  each: 'process',
  schema: z.strictObject({ ...does, 'exhaust-connections': target }),
  aim: 'server',
  words: {
    note: 'new clients and replicas get error 1040, who is connected is served',
    targets: 'MySQL servers',
    does: 'has all its client connections taken',
  },
  witness: {
    looks: ['open', 'exhausted', 'silent', 'gone'],
    idle: { gone: 'it does not run', silent: 'it does not answer', exhausted: 'they are taken already' },
    holds: 'exhausted',
    undone: ['open', 'silent', 'gone'],
  },
  worlds: {
    sim: 'yes',
    raft: { never: 'there is no limit to its connections' },
    local: 'yes',
    docker: 'yes',
  },
  swarm: { drawnBy: 'machines' },
}

export const releaseConnections: Undo = {
  kind: 'undoes',
  nests: false,
  schema: z.strictObject({ ...when, 'release-connections': target }),
  aim: 'server',
  words: { note: '', targets: 'MySQL servers', does: 'lets new clients in again' },
}
