/** What was written is gone: not synced yet, the relay log's files, or a coordinator's journal. */
import { z } from 'zod'
import type { Hurt, Worlds } from './fault.ts'
import { BECOMES_GONE, type ProcessLook } from './processes.ts'
import { does, target, when } from './schema-parts.ts'

export const powerLoss: Hurt<ProcessLook, Worlds<'sim'>> = {
  kind: 'hurts',
  undo: 'restart',
  away: 'until-undone',
  disturbs: true,
  each: 'process',
  schema: z.strictObject({ ...does, 'power-loss': target }),
  aim: 'server',
  words: {
    note: 'what was not synced is gone',
    targets: 'MySQL servers',
    does: 'loses power (what it had not synced is gone)',
  },
  witness: BECOMES_GONE,
  worlds: {
    sim: 'yes',
    raft: { never: 'what was not synced is lost with any crash' },
    local: { never: 'what a machine had not written to disk would have to be taken away' },
    docker: { never: 'what a machine had not written to disk would have to be taken away' },
  },
  swarm: { drawnBy: 'inside' },
}

export type RelayLogLook = 'filled' | 'empty' | 'rebuilding'

export const loseRelayLogs: Hurt<RelayLogLook, Worlds<'sim' | 'local' | 'docker'>> = {
  kind: 'hurts',
  undo: null,
  away: 'while-it-restarts',
  disturbs: true,
  each: 'process',
  schema: z.strictObject({ ...when, 'lose-relay-logs': target }),
  aim: 'server',
  words: {
    note: 'a running server is killed and started again without them',
    targets: 'MySQL servers',
    does: 'loses its relay logs (if it runs, it is killed and started again without them)',
  },
  witness: {
    looks: ['filled', 'empty', 'rebuilding'],
    idle: { empty: 'its relay log is empty', rebuilding: 'it is being rebuilt' },
    holds: 'changed',
    undone: null,
  },
  worlds: {
    sim: 'yes',
    raft: { never: 'there is no relay log' },
    local: 'yes',
    docker: 'yes',
  },
  swarm: { drawnBy: 'inside' },
}

export type JournalLook = 'there' | 'gone'

export const loseJournal: Hurt<JournalLook, Worlds<'sim' | 'local' | 'docker'>> = {
  kind: 'hurts',
  undo: null,
  // Its coordinator goes on with what it knows.
  away: 'never',
  disturbs: false,
  each: 'process',
  schema: z.strictObject({ ...when, 'lose-journal': target }),
  aim: 'coordinator',
  words: {
    note: "its durable log is gone: it notices nothing, and finds none when it is started again; its peers' journals stay",
    targets: 'coordinators',
    does: 'loses its journal (it notices nothing, and finds none when it is started again)',
  },
  witness: { looks: ['there', 'gone'], idle: { gone: 'its journal is gone already' }, holds: 'gone', undone: null },
  worlds: {
    sim: 'yes',
    raft: { never: 'there is no coordinator' },
    local: 'yes',
    docker: 'yes',
  },
  swarm: { drawnBy: 'journal' },
}
