/**
 * How complicated a scenario is to a reader, as one whole number. The shrinker only ever goes to a smaller one, so it
 * ends. A step costs most, then a server, then anything that is said at all; of two times the rounder one is simpler,
 * and of two equally round ones the shorter.
 */
import { parseDuration } from '../file/amounts.ts'
import { isMapping, type Written } from '../file/written.ts'

const STEP = 100_000
const NODE = 10_000
const SAID = 100
const DEFAULT_NODES = 4

export function costOf(written: Written): number {
  const { faults = [], cluster, description: _, name: __, seed: ___, ...rest } = written
  const steps = faults as readonly Written[]
  const { nodes, ...others } = isMapping(cluster) ? cluster : {}
  const servers = NODE * (typeof nodes === 'number' ? nodes : DEFAULT_NODES) + (nodes === undefined ? 0 : SAID)
  return servers + steps.reduce((sum, step) => sum + STEP + leaves(step), 0) + leaves(rest) + leaves(others)
}

function leaves(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + leaves(item), 0)
  if (isMapping(value)) return Object.values(value).reduce((sum: number, item) => sum + SAID + leaves(item), 0)
  return leaf(value)
}

function leaf(value: unknown): number {
  if (typeof value === 'number') return amount(value * 1000)
  if (typeof value !== 'string') return value === true ? 1 : 0
  const us = parseDuration(value)
  return us === null ? value.length : amount(us)
}

/** Ten for each digit that is not a trailing zero, and one for each binary place. */
function amount(thousandths: number): number {
  const whole = Math.round(thousandths)
  const digits = `${whole}`.replace(/0+$/, '').length
  let places = 0
  for (let rest = whole; rest >= 1; rest /= 2) places++
  return 10 * digits + places
}
