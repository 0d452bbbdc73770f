/** A process is killed, shut down or frozen, and started again or thawed. */
import { z } from 'zod'
import type { Hurt, Undo, Witnessing, Worlds } from './fault.ts'
import { does, target, when } from './schema-parts.ts'

/** `refusing`: it runs, and refuses connections, because it boots or shuts down. */
export type ProcessLook = 'running' | 'refusing' | 'paused' | 'gone'

type Everywhere = Worlds<'sim' | 'raft' | 'local' | 'docker'>

const LOOKS: readonly ProcessLook[] = ['running', 'refusing', 'paused', 'gone']
const WORLDS: Everywhere = { sim: 'yes', raft: 'yes', local: 'yes', docker: 'yes' }

export const BECOMES_GONE: Witnessing<ProcessLook> = {
  looks: LOOKS,
  idle: { gone: 'already gone' },
  holds: 'gone',
  undone: ['running'],
}

export const crash: Hurt<ProcessLook, Everywhere> = {
  kind: 'hurts',
  undo: 'restart',
  away: 'until-undone',
  disturbs: true,
  each: 'process',
  schema: z.strictObject({ ...does, crash: target }),
  aim: 'process',
  words: {
    note: 'killed; what was written survives',
    targets: 'processes',
    does: 'is killed (what it wrote survives)',
  },
  witness: BECOMES_GONE,
  worlds: WORLDS,
  swarm: { drawnBy: 'takes-away' },
}

export const restart: Undo = {
  kind: 'undoes',
  nests: false,
  schema: z.strictObject({ ...when, restart: target }),
  aim: 'process',
  words: { note: '', targets: 'processes', does: 'is started again' },
}

export const stop: Hurt<ProcessLook, Everywhere> = {
  ...crash,
  undo: 'start',
  schema: z.strictObject({ ...does, stop: target }),
  words: { note: 'orderly', targets: 'processes', does: 'is shut down in order' },
  swarm: { drawnBy: 'takes-away' },
}

export const start: Undo = {
  ...restart,
  schema: z.strictObject({ ...when, start: target }),
}

export const pause: Hurt<ProcessLook, Everywhere> = {
  ...crash,
  undo: 'resume',
  schema: z.strictObject({ ...does, pause: target }),
  words: { note: 'frozen', targets: 'processes', does: 'is frozen' },
  witness: {
    looks: LOOKS,
    idle: { paused: 'already paused', gone: 'already gone' },
    holds: 'paused',
    undone: ['running'],
  },
  swarm: { drawnBy: 'takes-away' },
}

export const resume: Undo = {
  ...restart,
  schema: z.strictObject({ ...when, resume: target }),
  words: { note: '', targets: 'processes', does: 'goes on' },
}
