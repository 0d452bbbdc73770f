/**
 * What happens to the links between processes beyond a cut: they come and go, are narrow, long by turns, or forget what was
 * open. Drawn where a file asks for it, from a stream of its own: what is drawn beside it stays as it was.
 */
import type { Written } from '../file/written.ts'
import type { Chance } from './chance.ts'
import { moment } from './faults.ts'
import type { Plan, Span, Target } from './plan.ts'

/** Each kind that is asked for is in so many of the runs. */
const HAPPENS = 0.4

export function drawLinks(plan: Plan): void {
  const { setting } = plan
  const { chance, verbs } = setting
  const span = (): Span => ({ atMs: moment(setting, 0.05, 0.6), forMs: chance.between(300, 3000) })
  if (verbs.includes('flap') && chance.happens(HAPPENS))
    plan.add('flap', someOrLink(plan), span(), {
      period: `${chance.pick([100, 200, 500, 1500])}ms`,
      up: chance.pick([0.2, 0.5, 0.8]),
    })
  if (verbs.includes('reset') && chance.happens(HAPPENS))
    for (let i = chance.between(1, 3); i > 0; i--) plan.strike('reset', someOrLink(plan), moment(setting, 0.05, 0.8))
  if (verbs.includes('slow') && chance.happens(HAPPENS))
    for (let i = chance.between(1, 2); i > 0; i--) plan.add('slow', linkOf(plan), span(), amounts(chance))
}

function everybody({ setting: { nodes, coordinators, timestampServers } }: Plan): readonly string[] {
  return [...nodes, ...coordinators, ...timestampServers, 'client']
}

function linkOf(plan: Plan): Target {
  const [from, to] = plan.setting.chance.some(everybody(plan), 2)
  return { link: `${from}->${to}` }
}

function someOrLink(plan: Plan): Target {
  const { chance } = plan.setting
  return chance.happens(0.4) ? linkOf(plan) : chance.pick(['source', 'source', 'replica', ...everybody(plan)])
}

/** Beside the delays that the random faults have: uneven, narrow, or with ends of connections that come late. */
function amounts(chance: Chance): Written {
  const kind = chance.below(4)
  const uneven = { delay: `${chance.pick([2, 20, 80])}ms`, jitter: `${chance.pick([2, 20, 80])}ms` }
  const narrow = { bandwidth: `${chance.pick([20, 100, 1000])}kB/s` }
  if (kind === 0) return uneven
  if (kind === 1) return narrow
  return kind === 2 ? { close: `${chance.pick([50, 500, 5000])}ms` } : { ...uneven, ...narrow }
}
