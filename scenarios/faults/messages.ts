/** Single messages of a link are lost, repeated or out of order. */
import { z } from 'zod'
import type { Hurt, Undo, Worlds } from './fault.ts'
import { does, onLink, when } from './schema-parts.ts'
import type { Refuse, WrittenFault } from './written-fault.ts'

const RATIO = 'a share of the messages above 0 and at most 1, such as 0.2'
const ratio = z.number(RATIO).gt(0, RATIO).max(1, RATIO)
const LINK_TARGET = '{ link: coordinator->timestamp-1 }'
const everything = z.literal('all').transform((all): readonly string[] => [all])

export const lose: Hurt<'as-it-is', Worlds<'sim' | 'raft' | 'local' | 'docker'>> = {
  kind: 'hurts',
  undo: 'deliver',
  away: 'never',
  disturbs: true,
  each: 'links',
  schema: z.strictObject({ ...does, lose: onLink, ratio }),
  aim: 'link',
  words: {
    note: '',
    targets:
      '`{ link: coordinator->timestamp-1 }` with `ratio: 0.2`. To and from timestamp servers a lost message is gone; ' +
      "everywhere else it is TCP's, arrives a retransmission (200 ms, doubling) later and holds up what follows",
    does: 'loses messages',
    amounts: (step) => ` ratio ${step.ratio}`,
    details: (step) => [`${Math.round(step.ratio! * 100)} % of them`],
  },
  amounts: (parsed) => ({ ratio: parsed.ratio! }),
  witness: { looks: ['as-it-is'], idle: {}, holds: 'changed', undone: null },
  worlds: {
    sim: 'yes',
    raft: 'yes',
    local: 'yes',
    docker: 'yes',
  },
  swarm: { drawnBy: 'messages' },
}

const NEVER = { never: 'its messages travel by TCP, which repeats and reorders nothing' }

export const duplicate: Hurt<'as-it-is', Worlds<'sim'>> = {
  ...lose,
  // To and from timestamp servers alone.
  disturbs: false,
  schema: z.strictObject({ ...does, duplicate: onLink, ratio }),
  check: refuseTcp,
  words: {
    ...lose.words,
    targets: 'a link to or from a timestamp server, with `ratio: 0.2`',
    does: 'delivers messages twice',
  },
  worlds: { sim: 'yes', raft: NEVER, local: NEVER, docker: NEVER },
}

export const reorder: Hurt<'as-it-is', Worlds<'sim'>> = {
  ...duplicate,
  schema: z.strictObject({ ...does, reorder: onLink, ratio }),
  words: {
    ...lose.words,
    targets: 'a link to or from a timestamp server, with `ratio: 0.2` (up to 10 ms late)',
    does: 'delivers messages out of order',
  },
}

export const deliver: Undo = {
  kind: 'undoes',
  nests: true,
  schema: z.strictObject({ ...when, deliver: z.union([everything, onLink], `all, or ${LINK_TARGET}`) }),
  aim: 'link',
  words: { note: '', targets: '`all`, or a link', does: 'delivers everything again' },
}

function refuseTcp({ verb, target, path }: WrittenFault, refuse: Refuse): void {
  const { from, to } = (target as Extract<typeof target, { readonly link: object }>).link
  if (![from, to].some((end) => end.startsWith('timestamp-')))
    refuse(
      [...path, verb, 'link'],
      `${verb} on a TCP connection, which hides it`,
      'a link to or from a timestamp server',
      `${from}->${to}`,
    )
}
