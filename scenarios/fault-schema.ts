/**
 * One strict schema per fault verb. A union of fault objects could only say "Invalid input", so the verb is found
 * first and its own schema then says what is wrong. A fault is one verb with its target, plus named amounts; `for:`
 * stands for the verb's undo that much later.
 */
import { z } from 'zod'
import { delay, drift, duration, signedDuration } from './amounts.ts'
import { after } from './anchors.ts'
import { FAULT_VERBS, type FaultVerb } from './scenario.ts'

const DO_AND_UNDO: readonly (readonly [FaultVerb, FaultVerb])[] = [
  ['crash', 'restart'],
  ['power-loss', 'restart'],
  ['stop', 'start'],
  ['pause', 'resume'],
  ['partition', 'heal'],
  ['slow', 'unslow'],
  ['block-applier', 'unblock-applier'],
  ['skew-clock', 'unskew-clock'],
  ['lose', 'deliver'],
  ['duplicate', 'deliver'],
  ['reorder', 'deliver'],
]
export const UNDO_OF: ReadonlyMap<FaultVerb, FaultVerb> = new Map(DO_AND_UNDO)
/** What an undo undoes: one verb, or several. */
export const DOES_OF: ReadonlyMap<FaultVerb, readonly FaultVerb[]> = new Map(
  DO_AND_UNDO.map(([, undo]) => [undo, DO_AND_UNDO.filter(([, other]) => other === undo).map(([does]) => does)]),
)

/** What a swarm may draw: everything but the undos, which come with what they undo. */
export const FAULT_KINDS: readonly FaultVerb[] = FAULT_VERBS.filter((verb) => !DOES_OF.has(verb))

/** Verbs of the design that this version does not know yet. */
export const PLANNED_VERBS = [
  'stall-disk',
  'unstall-disk',
  'fill-disk',
  'free-disk',
  'flap',
  'settle',
  'exhaust-connections',
  'release-connections',
] as const

const TARGET = 'the name of a process (node2, timestamp-1, coordinator) or a role (source, replica, any, ...)'
const name = z.string(TARGET).min(1, TARGET)
const target = z
  .union([name, z.array(name, TARGET).min(1, TARGET)], `${TARGET}, or a list of them`)
  .transform((names): readonly string[] => (typeof names === 'string' ? [names] : names))

const LINK = 'a link between two processes, such as node1->node2'
/** `a->b`; `*` matches any process. */
export const link = z
  .string(LINK)
  .regex(/^\s*[\w*-]+?\s*->\s*[\w*-]+\s*$/, LINK)
  .transform((text) => {
    const [from, to] = text.split('->')
    return { from: from!.trim(), to: to!.trim() }
  })
const onLink = z.strictObject({ link })

const everything = z.literal('all').transform((all): readonly string[] => [all])

const GROUPS = 'at least two groups of processes, such as [[node1, node2], [node3, node4]]'
const split = z.array(z.array(name, GROUPS).min(1, GROUPS), GROUPS).min(2, GROUPS)

const at = duration().optional().meta({ description: 'When, from the start of the workload (warm-up included).' })
/** One of the two. */
const when = { at, after: after.optional() }
const length = duration({ minUs: 1 }).meta({ description: 'Undo it this much later.' }).optional()
const does = { ...when, for: length }

const THRESHOLD = 'a failure threshold of 1 or more'
const SUCCESSOR = 'the name of a server (node2) or a role (replica, fastest, any)'
const SHARE = 'a share of the CPU above 0 and at most 1, such as 0.3'

const RATIO = 'a share of the messages above 0 and at most 1, such as 0.2'
const ratio = z.number(RATIO).gt(0, RATIO).max(1, RATIO)
const LINK_TARGET = '{ link: coordinator->timestamp-1 }'

/** By verb: the whole step. */
export const faultSchemas = {
  crash: z.strictObject({ ...does, crash: target }),
  restart: z.strictObject({ ...when, restart: target }),
  stop: z.strictObject({ ...does, stop: target }),
  start: z.strictObject({ ...when, start: target }),
  pause: z.strictObject({ ...does, pause: target }),
  resume: z.strictObject({ ...when, resume: target }),
  partition: z.strictObject({
    ...does,
    partition: z.union([target, z.strictObject({ split })], `${TARGET}, a list of them, or { split: ${GROUPS} }`),
    direction: z
      .enum(['both', 'in', 'out'])
      .prefault('both')
      .meta({ description: 'What is cut, seen from the target.' }),
    except: target.optional().meta({ description: 'Processes the partition does not touch.' }),
  }),
  heal: z.strictObject({
    ...when,
    heal: z.union([target, z.strictObject({ split })], `all, ${TARGET}, or { split: ... }`),
  }),
  slow: z.strictObject({
    ...does,
    slow: z.union([target, onLink], `${TARGET}, or { link: node1->node2 }`),
    delay: delay.optional().meta({ description: 'Added to every message of the link.' }),
    cpu: z.number(SHARE).gt(0, SHARE).max(1, SHARE).optional().meta({ description: 'What is left of the CPU.' }),
    disk: duration({ minUs: 1 }).optional().meta({ description: 'Added to every write to disk.' }),
  }),
  'power-loss': z.strictObject({ ...does, 'power-loss': target }),
  'lose-relay-logs': z.strictObject({ ...when, 'lose-relay-logs': target }),
  'lose-journal': z.strictObject({ ...when, 'lose-journal': target }),
  'block-applier': z.strictObject({ ...does, 'block-applier': target }),
  'unblock-applier': z.strictObject({ ...when, 'unblock-applier': target }),
  unslow: z.strictObject({ ...when, unslow: z.union([target, onLink], `all, ${TARGET}, or { link: node1->node2 }`) }),
  switchover: z.strictObject({
    ...when,
    switchover: z
      .string(SUCCESSOR)
      .min(1, SUCCESSOR)
      .transform((to): readonly string[] => [to])
      .meta({ description: 'The coordinator is asked to make this server the source.' }),
  }),
  'change-threshold': z.strictObject({
    ...when,
    'change-threshold': z
      .int(THRESHOLD)
      .min(1, THRESHOLD)
      .transform((failureThreshold) => ({ failureThreshold }))
      .meta({ description: 'The coordinator is asked to go on with this failure threshold.' }),
  }),
  'skew-clock': z.strictObject({
    ...does,
    'skew-clock': target,
    by: signedDuration().optional().meta({ description: 'How far the wall clock is ahead; negative: behind.' }),
    drift: drift.optional().meta({ description: 'How much faster its clocks run; negative: slower.' }),
  }),
  'unskew-clock': z.strictObject({ ...when, 'unskew-clock': target }),
  lose: z.strictObject({ ...does, lose: onLink, ratio }),
  duplicate: z.strictObject({ ...does, duplicate: onLink, ratio }),
  reorder: z.strictObject({ ...does, reorder: onLink, ratio }),
  deliver: z.strictObject({ ...when, deliver: z.union([everything, onLink], `all, or ${LINK_TARGET}`) }),
} as const satisfies Record<FaultVerb, z.ZodType>

/** What every parsed step has in common, whichever its verb. */
export type ParsedFault = {
  readonly at?: number | undefined
  readonly after?: z.output<typeof after> | undefined
  readonly for?: number | undefined
  readonly direction?: 'both' | 'in' | 'out'
  readonly except?: readonly string[] | undefined
  readonly delay?: z.output<typeof delay> | undefined
  readonly cpu?: number | undefined
  readonly disk?: number | undefined
  readonly ratio?: number | undefined
  readonly by?: number | undefined
  readonly drift?: number | undefined
}

/** The verb's value: a target, or another kind of target by its name. */
export type ParsedTarget =
  | readonly string[]
  | { readonly split: readonly (readonly string[])[] }
  | { readonly failureThreshold: number }
  | { readonly link: { readonly from: string; readonly to: string } }
