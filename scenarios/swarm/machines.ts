/**
 * What happens to the machine under a server, drawn where a file asks for it and from a stream of its own: what is drawn
 * beside it stays as it was.
 */
import { drawnBy } from '../faults/facts.ts'
import type { FaultVerb } from '../faults/list.ts'
import { moment } from './faults.ts'
import type { Plan } from './plan.ts'

const MACHINES = drawnBy('machines')
/** Each kind that is asked for is in so many of the runs. */
const HAPPENS = 0.5

export function drawMachines(plan: Plan): void {
  const { chance, verbs } = plan.setting
  for (const verb of MACHINES) if (verbs.includes(verb) && chance.happens(HAPPENS)) onOneServer(plan, verb)
}

/**
 * One server alone: a full disk is looked at again after a minute only (MySQL's), and of a majority that would be an outage
 * which no coordinator could end.
 */
function onOneServer(plan: Plan, verb: FaultVerb): void {
  const { setting } = plan
  const { chance, nodes } = setting
  plan.add(verb, chance.pick(['source', 'source', 'replica', ...nodes]), {
    atMs: moment(setting, 0.1, 0.6),
    forMs: chance.between(200, 3000),
  })
}
