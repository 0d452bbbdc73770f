/** The fault proxy: a process of its own between the processes of a run, never in one of them. */

import { RandomStreams } from '../../../scenarios/chance/random.ts'
import type { Pair } from '../../../scenarios/faults/link-pairs.ts'
import { fatal, runChild, tellParent } from '../../processes/child.ts'
import { Agenda } from './agenda.ts'
import type { ProxyOrder, ProxySetup } from './orders.ts'
import { openPath } from './path.ts'
import { SharedLink } from './shared-link.ts'

runChild<ProxySetup>('proxy', ({ seed }) => {
  const agenda = new Agenda()
  const streams = new RandomStreams(seed)
  const links = new Map<string, SharedLink>()
  const link = ([from, to]: Pair): SharedLink => {
    const name = `${from}->${to}`
    const known = links.get(name) ?? new SharedLink(streams.stream(`link:${name}`))
    links.set(name, known)
    return known
  }
  const carryOut = async (order: ProxyOrder): Promise<number> => {
    if (order.kind === 'links') {
      for (const [pair, state] of order.states) link(pair).set(state)
      return 0
    }
    const { path, bind, from, host, port } = order
    const [opener, acceptor] = path
    return await openPath(bind, { from, host, port, there: link(path), back: link([acceptor, opener]) }, agenda)
  }
  tellParent({ kind: 'ready', port: 0 })
  return (message) => {
    if (message.kind !== 'order') return
    const { id, order } = message
    carryOut(order).then((port) => tellParent({ kind: 'carriedOut', id, port }), fatal)
  }
})
