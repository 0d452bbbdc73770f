/** Processes lose one another: messages on the links between them stay where they are until the heal. */
import { z } from 'zod'
import type { Hurt, Undo, Worlds } from './fault.ts'
import { does, GROUPS, split, TARGET, target, when } from './schema-parts.ts'

type CutLook = 'cut' | 'open'

export const partition: Hurt<CutLook, Worlds<'sim' | 'raft' | 'local' | 'docker'>> = {
  kind: 'hurts',
  undo: 'heal',
  away: 'until-undone',
  disturbs: true,
  each: 'links',
  schema: z.strictObject({
    ...does,
    partition: z.union([target, z.strictObject({ split })], `${TARGET}, a list of them, or { split: ${GROUPS} }`),
    direction: z
      .enum(['both', 'in', 'out'])
      .prefault('both')
      .meta({ description: 'What is cut, seen from the target.' }),
    except: target.optional().meta({ description: 'Processes the partition does not touch.' }),
  }),
  aim: 'process-or-client',
  words: {
    note: '',
    targets:
      'processes, against everybody else, or `{ split: [[node1, node2], [node3, node4]] }`; `direction: both, in, out`; `except: coordinator`',
    does: 'is cut off',
    amounts: ({ direction, except }) =>
      (direction === 'both' ? '' : ` (${direction})`) + (except.length === 0 ? '' : `, except ${except.join(', ')}`),
    details: ({ direction }) =>
      direction === 'both' ? [] : [direction === 'in' ? 'what is sent to it is lost' : 'what it sends is lost'],
  },
  witness: { looks: ['cut', 'open'], idle: { cut: 'cut off already' }, holds: 'cut', undone: null },
  worlds: {
    sim: 'yes',
    raft: 'yes',
    local: 'yes',
    docker: 'yes',
  },
  swarm: { drawnBy: 'takes-away' },
}

export const heal: Undo = {
  kind: 'undoes',
  nests: false,
  schema: z.strictObject({
    ...when,
    heal: z.union([target, z.strictObject({ split })], `all, ${TARGET}, or { split: ... }`),
  }),
  aim: 'process-or-client',
  words: { note: '', targets: '`all`, or what was cut off', does: 'is reachable again' },
}
