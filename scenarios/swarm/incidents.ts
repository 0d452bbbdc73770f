/**
 * What operators and applications do meanwhile, drawn where a file asks for it, from a stream of its own: so the seeds of
 * every other swarm stay what they are.
 */
import { drawnBy } from '../faults/facts.ts'
import { moment } from './faults.ts'
import type { Plan } from './plan.ts'

const INCIDENTS = drawnBy('incidents')

/** `spare`: replicas beyond those that a write and the one that is set aside take. */
export function drawIncidents(plan: Plan, spare: number): void {
  const { setting } = plan
  const { chance, nodes, verbs } = setting
  const on = INCIDENTS.filter((verb) => verbs.includes(verb))
  let toBeRebuilt = 0
  // What an operator wrote becomes everybody's where its server wins, and must not have been purged there.
  const purges = chance.happens(0.5)
  for (let i = chance.pick([1, 1, 2, 3]); i > 0 && on.length > 0; i--) {
    const verb = chance.pick(on)
    const atMs = moment(setting, 0.05, 0.7)
    const node = chance.pick(nodes)
    const forMs = chance.between(100, 2500)
    const rows = chance.pick([1, 1000, 50_000, 200_000])
    const isOneStatement = chance.happens(0.5)
    switch (verb) {
      case 'long-transaction':
        if (isOneStatement) plan.strike(verb, 'source', atMs, { rows })
        else plan.add(verb, 'source', { atMs, forMs })
        break
      case 'alter':
        plan.add(verb, 'source', { atMs, forMs })
        // What a metadata lock is in the way of.
        if (chance.happens(0.5)) plan.strike('switchover', chance.pick(nodes), atMs + Math.floor(forMs / 2))
        break
      case 'errant-write':
        if (!purges && ++toBeRebuilt <= spare) plan.strike(verb, node, atMs)
        break
      case 'reject':
        // An old source may have to be rebuilt as well: two could prove nothing to one another where a write takes both.
        if ((toBeRebuilt += 2) <= spare) plan.strike(verb, node, atMs)
        break
      case 'purge-binlogs':
        if (!purges || spare < 2) break
        // A source may be alone with what it wrote: where that is purged, every replica would have to be rebuilt at once.
        if (chance.happens(0.5)) plan.takeAway(node, { atMs: Math.max(0, atMs - forMs), forMs: forMs + 200 })
        plan.strike(verb, 'replica', atMs)
        if (chance.happens(0.5)) plan.strike(verb, 'replica', atMs + 1)
        break
      default:
        plan.strike(verb, chance.pick([node, 'source']), atMs)
    }
  }
}
