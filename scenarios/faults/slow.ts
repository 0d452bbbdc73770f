/** A server with less of its processors or a slow disk, or a link with a longer way. */
import { z } from 'zod'
import { bandwidth, delay, duration, formatBandwidth, formatDuration } from '../file/amounts.ts'
import { delayText } from '../file/delay-text.ts'
import type { DelayDistribution } from '../scenario.ts'
import type { Hurt, Undo, Worlds } from './fault.ts'
import { does, onLink, TARGET, target, when } from './schema-parts.ts'
import type { Refuse, WrittenFault } from './written-fault.ts'

const SHARE = 'a share of the CPU above 0 and at most 1, such as 0.3'

export const slow: Hurt<'as-it-is', Worlds<'sim' | 'raft' | 'local' | 'docker'>> = {
  kind: 'hurts',
  undo: 'unslow',
  away: 'never',
  disturbs: true,
  each: 'process',
  schema: z.strictObject({
    ...does,
    slow: z.union([target, onLink], `${TARGET}, or { link: node1->node2 }`),
    delay: delay.optional().meta({ description: 'Added to every message of the link.' }),
    jitter: duration({ minUs: 1 }).optional().meta({ description: 'Of a delay that is a duration: its deviation.' }),
    bandwidth: bandwidth
      .optional()
      .meta({ description: 'What the link carries in a second, for all its connections.' }),
    close: duration({ minUs: 1 }).optional().meta({ description: 'The ends of connections come this much later.' }),
    cpu: z.number(SHARE).gt(0, SHARE).max(1, SHARE).optional().meta({ description: 'What is left of the CPU.' }),
    disk: duration({ minUs: 1 }).optional().meta({ description: 'Added to every write to disk.' }),
  }),
  aim: 'server',
  words: {
    note: '',
    targets:
      'servers with `cpu: 0.3` (what is left), `disk: 20ms` (added), or `{ link: node1->node2 }` with `delay: 5ms`, ' +
      '`jitter: 2ms`, `bandwidth: 1MB/s` (or `8Mbit/s`), `close: 5s` (the ends of connections come later)',
    does: 'is slowed down',
    amounts: ({ cpuShare, diskUs }) =>
      (cpuShare === null ? '' : ` cpu ${cpuShare}`) + (diskUs === null ? '' : ` disk +${diskUs / 1000} ms`),
    details: (step) => [
      ...(step.delay === null ? [] : [`${delayText(step.delay)} added`]),
      ...(step.bandwidthBytesPerSec === null ? [] : [`${formatBandwidth(step.bandwidthBytesPerSec)} at most`]),
      ...(step.closeDelayUs === null ? [] : [`ends of connections ${formatDuration(step.closeDelayUs)} later`]),
      ...(step.cpuShare === null ? [] : [`${Math.round(step.cpuShare * 100)} % of its CPU left`]),
      ...(step.diskUs === null ? [] : [`${formatDuration(step.diskUs)} added to each write to disk`]),
    ],
  },
  amounts: (parsed) => ({
    delay: spread(parsed.delay, parsed.jitter),
    bandwidthBytesPerSec: parsed.bandwidth ?? null,
    closeDelayUs: parsed.close ?? null,
    cpuShare: parsed.cpu ?? null,
    diskUs: parsed.disk ?? null,
  }),
  check,
  witness: { looks: ['as-it-is'], idle: {}, holds: 'changed', undone: null },
  worlds: {
    sim: 'yes',
    raft: 'yes',
    local: 'yes',
    docker: 'yes',
  },
  swarm: { drawnBy: 'slows' },
}

export const unslow: Undo = {
  kind: 'undoes',
  nests: false,
  schema: z.strictObject({ ...when, unslow: z.union([target, onLink], `all, ${TARGET}, or { link: node1->node2 }`) }),
  aim: 'server',
  words: { note: '', targets: '`all`, or what was slowed down', does: 'has its full speed again' },
}

/** A duration with its deviation. */
function spread(mean: DelayDistribution | undefined, jitterUs: number | undefined): DelayDistribution | null {
  if (mean?.kind !== 'constant' || jitterUs === undefined) return mean ?? null
  return { kind: 'normal', meanUs: mean.us, deviationUs: jitterUs }
}

/** A link takes what is done to messages and nothing else, a server anything else. */
function check({ parsed, target: slowed, path }: WrittenFault, refuse: Refuse): void {
  const { delay: added, jitter, bandwidth: narrow, close, cpu, disk } = parsed
  if ('link' in slowed) {
    if (added === undefined && narrow === undefined && close === undefined)
      refuse([...path, 'slow'], 'a slow link without its amount', 'delay, bandwidth or close', 'nothing')
    if (jitter !== undefined && added?.kind !== 'constant')
      refuse([...path, 'jitter'], 'jitter of no delay', 'delay: a duration beside it', added?.kind ?? 'none')
    if (cpu !== undefined) refuse([...path, 'cpu'], 'cpu of a link', 'cpu with a server as target', 'a link')
    if (disk !== undefined) refuse([...path, 'disk'], 'disk of a link', 'disk with a server as target', 'a link')
    return
  }
  for (const [name, amount] of Object.entries({ delay: added, jitter, bandwidth: narrow, close }))
    if (amount !== undefined)
      refuse([...path, name], `${name} of a server`, '{ link: node1->node2 } as target, or cpu or disk', 'a server')
  if (cpu === undefined && disk === undefined)
    refuse([...path, 'slow'], 'a slow server without its amount', 'cpu: 0.3 or disk: 20ms', 'neither')
}
