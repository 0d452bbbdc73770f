/**
 * Generators of faults. Each is after something: random ones find what nobody thought of, the others aim at what a
 * careless design gets wrong. A run takes one or two of them.
 */
import { drawnBy, undoOf } from '../faults/facts.ts'
import type { Chance } from './chance.ts'
import type { Plan, Setting, Span } from './plan.ts'

type Generator = (plan: Plan) => void

const GENERATORS: readonly (readonly [Generator, number])[] = [
  [sourceGone, 4],
  [scattered, 4],
  [leftBehind, 4],
  [twice, 2],
  [inMidFailover, 3],
  [partitions, 3],
  [grey, 2],
  [services, 2],
  [insideServers, 4],
  [messages, 2],
  [requests, 1],
]
/** Of the runs: a failover is what most of the design is about, so its cause is never left to luck alone. */
const SOURCE_GONE = 0.4

export function drawFaults(plan: Plan): void {
  const { chance } = plan.setting
  if (chance.happens(SOURCE_GONE)) sourceGone(plan)
  const count = chance.pick([1, 1, 2, 2, 3])
  for (let i = 0; i < count; i++) chance.weighted(GENERATORS)(plan)
}

/** Somewhere in the part of the run that `from` and `to` (shares of the duration) bound. */
export function moment({ chance, durationMs }: Setting, from: number, to: number): number {
  return chance.between(Math.floor(durationMs * from), Math.floor(durationMs * to))
}

/** Long enough that a failover follows, mostly. */
function gone({ chance, unreachableMs }: Setting): number {
  return chance.between(Math.floor(unreachableMs * 0.5), unreachableMs + 2000)
}

/** The source goes away, however, and a failover has to follow. */
function sourceGone(plan: Plan): void {
  const { setting } = plan
  plan.takeAway('source', { atMs: moment(setting, 0.1, 0.5), forMs: gone(setting) })
}

/** One to four faults on targets of their own, overlapping as they like. */
function scattered(plan: Plan): void {
  const { setting } = plan
  const { chance, nodes, timestampServers, coordinators } = setting
  const targets = ['source', 'source', 'replica', 'fastest', 'minority', 'any', ...coordinators, ...nodes]
  const chosen = new Set(chance.some([...targets, ...timestampServers], chance.between(1, 4)))
  for (const target of chosen) {
    const span = { atMs: moment(setting, 0.05, 0.8), forMs: chance.between(50, 3000) }
    const isServer = !timestampServers.includes(target) && !coordinators.includes(target)
    if (isServer && chance.happens(0.2)) slowServer(plan, target, span)
    else plan.takeAway(target, span)
  }
}

/**
 * What a careless take-over loses writes to: some replicas are left behind, then the source and perhaps a replica that
 * was up to date are gone at nearly the same moment as the laggards are back.
 */
function leftBehind(plan: Plan): void {
  const { setting } = plan
  const { chance, nodes } = setting
  const replicas = chance.some(nodes.slice(1), nodes.length - 1)
  const behind = replicas.splice(0, chance.between(1, Math.max(1, replicas.length - 1)))
  const turnMs = moment(setting, 0.35, 0.55)
  const near = () => turnMs + chance.between(-100, 300)
  for (const node of behind) {
    const atMs = moment(setting, 0.1, 0.3)
    plan.takeAway(node, { atMs, forMs: near() - atMs })
  }
  plan.takeAway(chance.pick(['node1', 'source']), { atMs: near(), forMs: gone(setting) })
  for (const node of replicas)
    if (chance.happens(0.5)) plan.takeAway(node, { atMs: near(), forMs: chance.between(500, 3000) })
}

/** The new source goes away as well, soon after it has begun. */
function twice(plan: Plan): void {
  const { setting } = plan
  const { chance, unreachableMs } = setting
  const atMs = moment(setting, 0.05, 0.3)
  const forMs = chance.between(unreachableMs, unreachableMs + 1500)
  plan.takeAway('source', { atMs, forMs })
  const againMs = atMs + unreachableMs + chance.between(0, 1000)
  // A fault of the same role overlaps with the first one, so its verb may have to differ.
  for (let tries = 0; tries < 3; tries++) if (plan.takeAway('source', { atMs: againMs, forMs: gone(setting) })) return
}

/** While the failover is under way, somebody else who has a part in it is hurt. */
function inMidFailover(plan: Plan): void {
  const { setting } = plan
  const { chance, nodes, unreachableMs, coordinators } = setting
  const atMs = moment(setting, 0.1, 0.45)
  plan.takeAway('source', { atMs, forMs: gone(setting) })
  const others = [...coordinators, 'coordinator', 'replica', 'fastest', 'minority', ...nodes.slice(1)]
  for (const other of new Set(chance.some(others, chance.between(1, 2))))
    plan.takeAway(other, {
      atMs: atMs + Math.max(0, chance.pick([0, unreachableMs]) + chance.between(-50, 400)),
      forMs: chance.between(50, 1500),
    })
}

/** Cuts of every shape: one server, a link's one direction, two or three islands with everybody somewhere. */
function partitions(plan: Plan): void {
  const { setting } = plan
  const { chance, nodes, timestampServers, coordinators } = setting
  for (let i = chance.between(1, 2); i > 0; i--) {
    const span: Span = { atMs: moment(setting, 0.1, 0.6), forMs: chance.between(200, 3000) }
    const shape = chance.below(4)
    if (shape === 0) {
      const islands = islandsOf(chance, [...nodes, ...timestampServers, ...coordinators, 'client'])
      if (islands.length > 1) plan.add('partition', { split: islands }, span)
    } else if (shape === 1) {
      const direction = chance.pick(['both', 'in', 'out'])
      const except = chance.pick(['coordinator', 'client', chance.pick(nodes)])
      const target = chance.pick(['source', 'source', ...nodes].filter((name) => name !== except))
      plan.add('partition', target, span, { ...(direction === 'both' ? {} : { direction }), except })
    } else if (shape === 2) {
      // Replication alone: the servers lose one another, everybody else sees all of them.
      const islands = islandsOf(chance, nodes)
      if (islands.length > 1) plan.add('partition', { split: islands }, span)
    } else {
      const group = chance.some(nodes, chance.between(1, nodes.length - 1))
      plan.add('partition', group, span, { direction: chance.pick(['in', 'out']) })
    }
  }
}

function islandsOf(chance: Chance, processes: readonly string[]): string[][] {
  const islands: string[][] = chance.happens(0.8) ? [[], []] : [[], [], []]
  for (const process of processes) chance.pick(islands).push(process)
  return islands.filter((island) => island.length > 0)
}

/** Nobody is gone, but somebody is slow or comes and goes. */
function grey(plan: Plan): void {
  const { setting } = plan
  const { chance, nodes } = setting
  if (chance.happens(0.5)) {
    const target = chance.pick(['source', 'source', 'replica', ...nodes])
    let atMs = moment(setting, 0.1, 0.3)
    for (let i = chance.between(2, 5); i > 0; i--) {
      const forMs = chance.between(50, 700)
      plan.add('pause', target, { atMs, forMs })
      atMs += forMs + chance.between(20, 400)
    }
    return
  }
  const span = { atMs: moment(setting, 0.1, 0.5), forMs: chance.between(300, 3000) }
  if (chance.happens(0.5)) slowServer(plan, chance.pick(['source', 'replica', ...nodes]), span)
  else {
    const everybody = [...nodes, 'coordinator', 'client', '*']
    const [from, to] = chance.some(everybody, 2)
    plan.add('slow', { link: `${from}->${to}` }, span, { delay: `${chance.pick([2, 10, 40, 120, 300])}ms` })
  }
}

const INSIDE = drawnBy('inside')

/** What no network shows: power goes, an applier stands still, a relay log is gone. */
function insideServers(plan: Plan): void {
  const { setting } = plan
  const { chance, nodes, unreachableMs } = setting
  const atMs = moment(setting, 0.1, 0.5)
  const node = chance.pick(['replica', ...nodes])
  const on = INSIDE.filter((each) => setting.verbs.includes(each))
  if (on.length === 0) return
  const verb = chance.pick(on)
  if (undoOf(verb) === null) plan.strike(verb, node, atMs)
  else plan.add(verb, node, { atMs, forMs: chance.between(100, 2500) })
  if (chance.happens(0.5))
    plan.takeAway('source', { atMs: atMs + chance.between(0, unreachableMs), forMs: gone(setting) })
}

/** The servers beside MySQL: the coordinator restarts, timestamp servers come and go, one after another or at once. */
function services(plan: Plan): void {
  const { setting } = plan
  const { chance, timestampServers, coordinators } = setting
  const targets = chance.some([...timestampServers, ...coordinators, 'coordinator'], chance.between(1, 3))
  const atMs = moment(setting, 0.1, 0.5)
  targets.forEach((target, i) => {
    plan.takeAway(target, { atMs: atMs + i * chance.pick([0, 20, 300, 900]), forMs: chance.between(50, 1500) })
  })
}

/** Single messages to and from timestamp servers go astray, and their clocks are wrong; elsewhere TCP makes it late. */
function messages(plan: Plan): void {
  const { setting } = plan
  const { chance, nodes, timestampServers } = setting
  for (let i = chance.between(1, 3); i > 0; i--) {
    const span = { atMs: moment(setting, 0.05, 0.5), forMs: chance.between(300, 3000) }
    const server = chance.pick(timestampServers)
    const [from, to] = chance.happens(0.5) ? ['coordinator', server] : [server, 'coordinator']
    const ratio = chance.pick([0.05, 0.3, 0.7])
    const kind = chance.below(4)
    if (kind === 0) {
      const wrong = chance.happens(0.5)
        ? { by: `${chance.pick(['-200', '-20', '20', '200'])}ms` }
        : { drift: `${chance.pick(['-500', '500'])}ppm` }
      plan.add('skew-clock', server, span, wrong)
    } else if (kind === 1 && chance.happens(0.3))
      plan.add('lose', { link: `${chance.pick(nodes)}->*` }, span, { ratio: 0.05 })
    else plan.add((['lose', 'duplicate', 'reorder'] as const)[kind - 1]!, { link: `${from}->${to}` }, span, { ratio })
  }
}

/** Somebody asks for another source, perhaps just when something happens to one of the two. */
function requests(plan: Plan): void {
  const { setting } = plan
  const { chance, nodes } = setting
  const atMs = moment(setting, 0.1, 0.6)
  const to = chance.pick(['replica', 'fastest', ...nodes])
  plan.strike('switchover', to, atMs)
  if (chance.happens(0.5))
    plan.takeAway(chance.pick(['source', 'coordinator', to]), {
      atMs: Math.max(0, atMs + chance.between(-20, 100)),
      forMs: chance.between(50, 1500),
    })
}

function slowServer(plan: Plan, target: string, span: Span): void {
  const { chance } = plan.setting
  const amounts = chance.happens(0.5)
    ? { cpu: chance.pick([0.05, 0.2, 0.5]) }
    : { disk: `${chance.pick([5, 20, 80])}ms` }
  plan.add('slow', target, span, amounts)
}
