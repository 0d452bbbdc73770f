/** A session of its own holds a table lock, and what a replica receives is not applied. */
import { z } from 'zod'
import type { Hurt, Undo, Worlds } from './fault.ts'
import { does, target, when } from './schema-parts.ts'

/** `source`: it applies nothing. The lock ends with the server's process, like the session that holds it. */
export type ApplierLook = 'applying' | 'blocked' | 'source' | 'paused' | 'gone'

export const blockApplier: Hurt<ApplierLook, Worlds<'sim' | 'local' | 'docker'>> = {
  kind: 'hurts',
  undo: 'unblock-applier',
  // A replica serves what it has applied; its lag is what is measured.
  away: 'never',
  disturbs: false,
  each: 'process',
  schema: z.strictObject({ ...does, 'block-applier': target }),
  aim: 'server',
  words: {
    note: "a table lock: what is received is not applied; ends with the server's process",
    targets: 'MySQL servers',
    does: 'has its table locked: what it receives is not applied',
  },
  witness: {
    looks: ['applying', 'blocked', 'source', 'paused', 'gone'],
    idle: {
      gone: 'it does not run',
      paused: 'it is paused',
      source: 'it is the source and applies nothing',
      blocked: 'blocked already',
    },
    holds: 'blocked',
    undone: ['applying', 'source', 'paused', 'gone'],
  },
  worlds: {
    sim: 'yes',
    raft: { never: 'there is no table to lock' },
    local: 'yes',
    docker: 'yes',
  },
  swarm: { drawnBy: 'inside' },
}

export const unblockApplier: Undo = {
  kind: 'undoes',
  nests: false,
  schema: z.strictObject({ ...when, 'unblock-applier': target }),
  aim: 'server',
  words: { note: '', targets: 'MySQL servers', does: 'applies again' },
}
