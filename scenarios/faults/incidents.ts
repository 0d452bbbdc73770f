/** What operators and applications do to servers that are well, as public incident reports tell it. */
import { z } from 'zod'
import { duration } from '../file/amounts.ts'
import type { Hurt, Undo, Worlds } from './fault.ts'
import { does, target, when } from './schema-parts.ts'

type OnServers = Worlds<'sim' | 'local' | 'docker'>

const WORLDS: OnServers = {
  sim: 'yes',
  raft: { never: 'there is no MySQL server' },
  local: 'yes',
  docker: 'yes',
}

/** `read-only`: nobody can begin a transaction there. */
export type TransactionLook = 'idle' | 'begun' | 'read-only' | 'paused' | 'gone'

const ROWS = 'a whole number of rows from 1 to 1000000'
const instead = (what: string) =>
  duration({ minUs: 1 })
    .meta({ description: `What \`for:\` says: ${what}` })
    .optional()

export const longTransaction: Hurt<TransactionLook, OnServers> = {
  kind: 'hurts',
  undo: 'end-transaction',
  away: 'never',
  disturbs: true,
  each: 'process',
  schema: z.strictObject({
    ...does,
    'long-transaction': target,
    rows: z
      .int(ROWS)
      .min(1, ROWS)
      .max(1_000_000, ROWS)
      .optional()
      .meta({ description: 'One statement inserts so many; it is sent, received and applied as one.' }),
    open: instead('the transaction stays open for so long.'),
  }),
  amounts: ({ rows = null }) => ({ rows }),
  check: ({ parsed, path }, refuse) => {
    const { rows, open } = parsed
    if (open !== undefined && parsed.for !== undefined)
      refuse([...path, 'open'], 'two lengths', '`open:` or `for:`', 'both')
    if (rows !== undefined && (open ?? parsed.for) !== undefined)
      refuse([...path, 'rows'], 'a transaction that is one statement and stays open', '`rows:` or `open:`', 'both')
  },
  aim: 'server',
  words: {
    note: '`rows: 200000`: one statement that writes so many; `open: 20s`: one that stays open, with locks on everything',
    targets: 'MySQL servers, with `rows:` or `open:`',
    does: 'has a long transaction',
    amounts: ({ rows }) => (rows === null ? '' : ` ${rows} rows`),
    details: ({ rows }) => [
      rows === null ? 'open, with locks on every row' : `one statement that inserts ${rows} rows`,
    ],
  },
  witness: {
    looks: ['idle', 'begun', 'read-only', 'paused', 'gone'],
    idle: { gone: 'it does not run', paused: 'it is paused', 'read-only': 'it takes no writes' },
    holds: 'begun',
    undone: ['idle', 'read-only', 'paused', 'gone'],
  },
  worlds: WORLDS,
  swarm: { drawnBy: 'incidents' },
}

export const endTransaction: Undo = {
  kind: 'undoes',
  nests: false,
  schema: z.strictObject({ ...when, 'end-transaction': target }),
  aim: 'server',
  words: { note: '', targets: 'MySQL servers', does: 'ends its transaction' },
}

export const alter: Hurt<TransactionLook, OnServers> = {
  ...longTransaction,
  undo: 'end-alter',
  // Writes go on beside it.
  disturbs: false,
  schema: z.strictObject({ ...does, alter: target, hold: instead('the change lasts so long.') }),
  amounts: () => ({}),
  check: ({ parsed, path }, refuse) => {
    if (parsed.hold !== undefined && parsed.for !== undefined)
      refuse([...path, 'hold'], 'two lengths', '`hold:` or `for:`', 'both')
  },
  words: {
    note: 'a change of a table with `hold: 10s`: writes go on beside it, and `super_read_only` waits behind its metadata lock',
    targets: 'MySQL servers',
    does: 'changes a table: writes go on, and whoever wants it read-only waits',
  },
}

export const endAlter: Undo = {
  ...endTransaction,
  schema: z.strictObject({ ...when, 'end-alter': target }),
  words: { note: '', targets: 'MySQL servers', does: 'is done with the change of its table' },
}

/** `source`: what it does is everybody's. */
export type OperatorLook = 'replica' | 'source' | 'paused' | 'gone'

export const errantWrite: Hurt<OperatorLook, OnServers> = {
  kind: 'hurts',
  undo: null,
  // It serves as before.
  away: 'never',
  disturbs: false,
  each: 'process',
  schema: z.strictObject({ ...when, 'errant-write': target }),
  aim: 'server',
  words: {
    note: 'an operator writes on a replica, `super_read_only` lifted for it, or on a source that was left',
    targets: 'MySQL servers',
    does: 'is written to by an operator, on its own',
  },
  witness: {
    looks: ['replica', 'source', 'paused', 'gone'],
    idle: { gone: 'it does not run', paused: 'it is paused', source: "it is the source: its writes are everybody's" },
    waitsFor: { verbs: ['stall-disk', 'fill-disk'], words: 'nothing can be written to its disk' },
    holds: 'changed',
    undone: null,
  },
  worlds: WORLDS,
  swarm: { drawnBy: 'incidents' },
}

export const reject: Hurt<OperatorLook | 'no-source', OnServers> = {
  ...errantWrite,
  schema: z.strictObject({ ...when, reject: target }),
  words: {
    note: 'a row that an operator wrote there by hand comes from the source as well: error 1062 stops the applier',
    targets: 'MySQL servers',
    does: 'has a row already that its source writes now: its applier stops with error 1062',
  },
  witness: {
    looks: ['replica', 'source', 'paused', 'gone', 'no-source'],
    idle: {
      gone: 'it does not run',
      paused: 'it is paused',
      source: 'it is the source and applies nothing',
      'no-source': 'there is no source that could write',
    },
    holds: 'changed',
    undone: null,
  },
}

export type ServerLook = 'running' | 'paused' | 'gone'

export const purgeBinlogs: Hurt<ServerLook, OnServers> = {
  ...errantWrite,
  schema: z.strictObject({ ...when, 'purge-binlogs': target }),
  words: {
    note: 'whoever lacks what was in them gets error 1236; what a connected replica still has to be sent stays',
    targets: 'MySQL servers',
    does: 'purges its binlogs',
  },
  witness: {
    looks: ['running', 'paused', 'gone'],
    idle: { gone: 'it does not run', paused: 'it is paused' },
    holds: 'changed',
    undone: null,
  },
}

export const bootWritable: Hurt<ServerLook, OnServers> = {
  ...purgeBinlogs,
  away: 'while-it-restarts',
  disturbs: true,
  schema: z.strictObject({ ...when, 'boot-writable': target }),
  words: {
    note: 'it is killed and comes back with `super_read_only` and `read_only` off',
    targets: 'MySQL servers',
    does: 'is killed and comes back writable',
  },
}
