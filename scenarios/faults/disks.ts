/** The disk under a MySQL server stands still, or is full: it answers what it reads, and cannot write. */
import { z } from 'zod'
import type { Hurt, Undo, Worlds } from './fault.ts'
import { does, target, when } from './schema-parts.ts'

type Servers = Worlds<'sim' | 'local' | 'docker'>

const WORLDS: Servers = {
  sim: 'yes',
  raft: { never: 'who leads there says how long its disk takes (`slow`), and has no other disk' },
  local: 'yes',
  docker: 'yes',
}

/** `silent`: it runs, and answers not even a SELECT. */
export type StalledLook = 'writes' | 'stalled' | 'silent' | 'gone'

export const stallDisk: Hurt<StalledLook, Servers> = {
  kind: 'hurts',
  undo: 'unstall-disk',
  // It answers, whoever asks for what need not be written.
  away: 'never',
  disturbs: true,
  each: 'process',
  schema: z.strictObject({ ...does, 'stall-disk': target }),
  aim: 'server',
  words: {
    note: 'nothing that has to be durable ends, and reads go on',
    targets: 'MySQL servers',
    does: 'has a disk that stands still',
  },
  witness: {
    looks: ['writes', 'stalled', 'silent', 'gone'],
    idle: { gone: 'it does not run', silent: 'it does not answer', stalled: 'it stands still already' },
    holds: 'stalled',
    undone: ['writes', 'silent', 'gone'],
  },
  worlds: WORLDS,
  swarm: { drawnBy: 'machines' },
}

export const unstallDisk: Undo = {
  kind: 'undoes',
  nests: false,
  schema: z.strictObject({ ...when, 'unstall-disk': target }),
  aim: 'server',
  words: { note: '', targets: 'MySQL servers', does: 'has a disk that goes on' },
}

export type FullLook = 'room' | 'full' | 'silent' | 'gone'

export const fillDisk: Hurt<FullLook, Servers> = {
  ...stallDisk,
  // MySQL's MY_WAIT_FOR_USER_TO_FIX_PANIC: who found it full looks again so much later.
  lingersUs: 60_000_000,
  undo: 'free-disk',
  schema: z.strictObject({ ...does, 'fill-disk': target }),
  words: {
    note: 'whoever writes there waits, looks again each minute, and reads go on',
    targets: 'MySQL servers, whose data are on a disk of their own then',
    does: 'has a full disk',
  },
  witness: {
    looks: ['room', 'full', 'silent', 'gone'],
    idle: { gone: 'it does not run', silent: 'it does not answer', full: 'it is full already' },
    holds: 'full',
    undone: ['room', 'silent', 'gone'],
  },
}

export const freeDisk: Undo = {
  ...unstallDisk,
  schema: z.strictObject({ ...when, 'free-disk': target }),
  words: { note: '', targets: 'MySQL servers', does: 'has room on its disk again' },
}
