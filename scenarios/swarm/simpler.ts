/**
 * Ways to make a scenario simpler, the greatest steps first. Each proposes; whether a proposal still fails is the
 * shrinker's to find out, and what cannot be a scenario at all it passes over.
 */
import { formatDuration, parseDuration } from '../file/amounts.ts'
import { isMapping, type Written } from '../file/written.ts'

type Simplify = (written: Written, check: string) => Generator<Written>

export const SIMPLIFICATIONS: readonly Simplify[] = [
  fewerSteps,
  onlyTheCheck,
  lessSaid,
  fewerNodes,
  fewerOperations,
  shorter,
  simplerSteps,
  rounderTimes,
]

function stepsOf(written: Written): readonly Written[] {
  return (written.faults as readonly Written[] | undefined) ?? []
}

function withSteps(written: Written, faults: readonly Written[]): Written {
  return { ...written, faults }
}

function replaced(written: Written, index: number, step: Written): Written {
  return withSteps(
    written,
    stepsOf(written).map((other, i) => (i === index ? step : other)),
  )
}

/** As in ddmin (Zeller and Hildebrandt, 2002): all, halves, quarters, ..., single ones. */
function* fewerSteps(written: Written): Generator<Written> {
  const steps = stepsOf(written)
  for (let size = steps.length; size >= 1; size = Math.floor(size / 2))
    for (let start = 0; start < steps.length; start += size)
      yield withSteps(
        written,
        steps.filter((_, i) => i < start || i >= start + size),
      )
}

function* onlyTheCheck(written: Written, check: string): Generator<Written> {
  const { expect, fuzz: __, ...unexpecting } = written
  const limit = isMapping(expect) ? expect[check] : undefined
  const rest: Written = limit === undefined ? unexpecting : { ...unexpecting, expect: { [check]: limit } }
  yield rest
  const checks = written.checks as readonly string[] | undefined
  if (checks?.includes(check)) yield { ...rest, checks: [check] }
}

/** What must stay: without it a default takes its place that makes the run longer, or another one. */
const STAYS: ReadonlySet<string> = new Set(['ratePerSec', 'duration', 'nodes'])

function* lessSaid(written: Written): Generator<Written> {
  for (const part of ['network', 'liveness', 'tuning', 'unsafe', 'algorithms', 'cluster', 'workload']) {
    const value = written[part]
    if (value === undefined) continue
    const { [part]: _, ...without } = written
    if (!isMapping(value) || !Object.keys(value).some((key) => STAYS.has(key))) yield without
    if (isMapping(value))
      for (const less of withoutKeys(value))
        yield Object.keys(less).length === 0 ? without : { ...written, [part]: less }
    if (Array.isArray(value))
      for (const item of value) yield { ...written, [part]: value.filter((other: unknown) => other !== item) }
  }
}

/** Without one of its keys, or with one of its mappings smaller. */
function* withoutKeys(mapping: Written): Generator<Written> {
  for (const [key, value] of Object.entries(mapping)) {
    const { [key]: _, ...rest } = mapping
    if (!STAYS.has(key)) yield rest
    if (isMapping(value) && Object.keys(value).length > 1)
      for (const less of withoutKeys(value)) yield { ...mapping, [key]: less }
  }
}

/** With fewer there is no quorum that could lose a server. */
const FEWEST_NODES = 3

function* fewerNodes(written: Written): Generator<Written> {
  const cluster = isMapping(written.cluster) ? written.cluster : {}
  const nodes = typeof cluster.nodes === 'number' ? cluster.nodes : 4
  for (const fewer of [3, 4, nodes - 1])
    if (fewer < nodes && fewer >= FEWEST_NODES) yield { ...written, cluster: { ...cluster, nodes: fewer } }
  if (nodes === 4) {
    const { nodes: _, ...rest } = cluster
    const { cluster: __, ...without } = written
    yield Object.keys(rest).length === 0 ? without : { ...written, cluster: rest }
  }
}

function* fewerOperations(written: Written): Generator<Written> {
  const workload = isMapping(written.workload) ? written.workload : {}
  const less: Readonly<Record<string, readonly number[]>> = {
    ratePerSec: [5, 10, 20, 50, 100],
    clients: [1, 2, 4],
    reads: [0, 0.5, 1],
    keys: [1, 2],
  }
  for (const [key, values] of Object.entries(less))
    for (const value of values)
      if (workload[key] !== value) yield { ...written, workload: { ...workload, [key]: value } }
}

/** Ends sooner after the last step, and begins later before the first. */
function* shorter(written: Written): Generator<Written> {
  const workload = isMapping(written.workload) ? written.workload : {}
  const durationUs = microseconds(workload.duration)
  if (durationUs === null) return
  const lasting = (us: number, steps: readonly Written[]): Written => ({
    ...written,
    workload: { ...workload, duration: formatDuration(us) },
    faults: steps,
  })
  const steps = stepsOf(written)
  const lastUs = Math.max(0, ...steps.map((step) => (microseconds(step.at) ?? 0) + (microseconds(step.for) ?? 0)))
  for (const tailUs of [100_000, 500_000, 1_000_000, 2_000_000])
    if (lastUs + tailUs < durationUs) yield lasting(roundedUp(lastUs + tailUs), steps)
  const firstUs = Math.min(...steps.map((step) => microseconds(step.at) ?? Number.POSITIVE_INFINITY))
  if (!Number.isFinite(firstUs)) return
  for (const share of [1, 0.5, 0.25]) {
    const byUs = Math.floor((firstUs * share) / 100_000) * 100_000
    if (byUs > 0)
      yield lasting(
        durationUs - byUs,
        steps.map((step) => {
          const atUs = microseconds(step.at)
          return atUs === null ? step : { ...step, at: formatDuration(atUs - byUs) }
        }),
      )
  }
}

/** Of a step, what it may do without; what it cannot is no scenario without it. */
const AMOUNTS = [
  ...['for', 'direction', 'except', 'cpu', 'disk'],
  ...['jitter', 'delay', 'bandwidth', 'close', 'period', 'up', 'rows'],
]

/** A step with less in it: no end, no amounts, fewer targets, a plainer verb. */
function* simplerSteps(written: Written): Generator<Written> {
  for (const [index, step] of stepsOf(written).entries()) {
    for (const key of AMOUNTS)
      if (key in step) {
        const { [key]: _, ...rest } = step
        yield replaced(written, index, rest)
      }
    for (const [verb, target] of Object.entries(step)) {
      if (verb === 'at' || verb === 'after' || verb === 'for') continue
      if (Array.isArray(target) && target.length > 1)
        for (const one of target)
          yield replaced(written, index, { ...step, [verb]: target.filter((other) => other !== one) })
      if (isMapping(target) && Array.isArray(target.split))
        for (const split of smallerSplits(target.split as readonly string[][]))
          yield replaced(written, index, { ...step, [verb]: { split } })
      if (verb === 'stop' || verb === 'pause') {
        const { [verb]: _, ...rest } = step
        yield replaced(written, index, { ...rest, crash: target })
      }
    }
  }
}

function* smallerSplits(split: readonly (readonly string[])[]): Generator<readonly (readonly string[])[]> {
  if (split.length > 2) for (const group of split) yield split.filter((other) => other !== group)
  for (const group of split)
    if (group.length > 1)
      for (const name of group)
        yield split.map((other) => (other === group ? group.filter((one) => one !== name) : other))
}

const GRAINS_US = [1_000_000, 500_000, 100_000, 50_000, 10_000]

function* rounderTimes(written: Written): Generator<Written> {
  for (const grainUs of GRAINS_US) {
    const all = stepsOf(written).map((step) => roundedStep(step, grainUs))
    yield withSteps(written, all)
  }
  for (const [index, step] of stepsOf(written).entries())
    for (const key of ['at', 'for']) {
      const us = microseconds(step[key])
      if (us === null) continue
      for (const grainUs of GRAINS_US)
        for (const round of [Math.floor, Math.ceil]) {
          const roundUs = Math.max(grainUs, round(us / grainUs) * grainUs)
          if (roundUs !== us) yield replaced(written, index, { ...step, [key]: formatDuration(roundUs) })
        }
    }
}

function roundedStep(step: Written, grainUs: number): Written {
  const round = (key: string) => {
    const us = microseconds(step[key])
    return us === null ? {} : { [key]: formatDuration(Math.max(grainUs, Math.round(us / grainUs) * grainUs)) }
  }
  return { ...step, ...round('at'), ...round('for') }
}

function microseconds(text: unknown): number | null {
  return typeof text === 'string' ? parseDuration(text) : null
}

function roundedUp(us: number): number {
  return Math.ceil(us / 100_000) * 100_000
}
