/**
 * What the schemas of the verbs are made of. A union of fault objects could only say "Invalid input", so each verb has a
 * strict schema of its own. A fault is one verb with its target, plus named amounts; `for:` stands for the verb's undo
 * that much later.
 */
import { z } from 'zod'
import { duration } from '../file/amounts.ts'
import { after } from './anchors.ts'

export const TARGET = 'the name of a process (node2, timestamp-1, coordinator) or a role (source, replica, any, ...)'
const name = z.string(TARGET).min(1, TARGET)
export const target = z
  .union([name, z.array(name, TARGET).min(1, TARGET)], `${TARGET}, or a list of them`)
  .transform((names): readonly string[] => (typeof names === 'string' ? [names] : names))

const LINK = 'a link between two processes, such as node1->node2'
/** `a->b`; `*` matches any process. */
const link = z
  .string(LINK)
  .regex(/^\s*[\w*-]+?\s*->\s*[\w*-]+\s*$/, LINK)
  .transform((text) => {
    const [from, to] = text.split('->')
    return { from: from!.trim(), to: to!.trim() }
  })
export const onLink = z.strictObject({ link })

export const GROUPS = 'at least two groups of processes, such as [[node1, node2], [node3, node4]]'
export const split = z.array(z.array(name, GROUPS).min(1, GROUPS), GROUPS).min(2, GROUPS)

const at = duration().optional().meta({ description: 'When, from the start of the workload (warm-up included).' })
/** One of the two. */
export const when = { at, after: after.optional() }
const length = duration({ minUs: 1 }).meta({ description: 'Undo it this much later.' }).optional()
export const does = { ...when, for: length }
