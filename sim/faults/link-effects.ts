/** Links that are cut, longer, or lose what is sent: of whatever has links. */

import { delayTable } from '../../scenarios/chance/sampling.ts'
import type { Effect } from '../../scenarios/faults/fault-world.ts'
import type { Item } from '../../scenarios/faults/items.ts'
import type { Link } from '../network/link.ts'
import type { Trouble } from '../network/link-trouble.ts'
import type { Network } from '../network/network.ts'
import { AT_ONCE_US, effect } from './effect.ts'
import { lookAtDelay, lookAtLinks, lookAtTroubles } from './look.ts'

/** Whatever has links that faults can hurt. */
interface Linked {
  readonly network: Network
}

function linksOf({ pairs }: Item, { network }: Linked): Link[] {
  return pairs.map(([from, to]) => network.link(network.process(from), network.process(to)))
}

export function partition(item: Item, place: Linked): Effect<'cut' | 'open'> {
  const links = linksOf(item, place)
  const isCut = () => links.every((link) => !link.look().delivers)
  return effect(
    () => ({ look: isCut() ? 'cut' : 'open', text: lookAtLinks(links) }),
    () => cut(links),
    AT_ONCE_US,
  )
}

export function slowLink(item: Item, place: Linked): Effect<'as-it-is'> {
  const links = linksOf(item, place)
  return effect(
    () => ({ look: 'as-it-is', ...lookAtDelay(links) }),
    () => slowDown(links, item.step.delay!),
    AT_ONCE_US,
  )
}

export function troubleLink(kind: Trouble['kind']): (item: Item, place: Linked) => Effect<'as-it-is'> {
  return (item, place) => {
    const links = linksOf(item, place)
    return effect(
      () => ({ look: 'as-it-is', ...lookAtTroubles(links) }),
      () => troubleLinks(links, { kind, ratio: item.step.ratio! }),
      AT_ONCE_US,
    )
  }
}

/** Adds the step's delay to the links; the returned function takes it away again. */
function slowDown(links: readonly Link[], delay: NonNullable<Item['step']['delay']>): () => void {
  const sampler = delayTable(delay)
  for (const { slowdowns } of links) slowdowns.push(sampler)
  return () => {
    for (const { slowdowns } of links) slowdowns.splice(slowdowns.indexOf(sampler), 1)
  }
}

/** Adds the trouble to the links; the returned function takes it away again. */
export function troubleLinks(links: readonly Link[], trouble: Trouble): () => void {
  for (const { troubles } of links) troubles.push(trouble)
  return () => {
    for (const { troubles } of links) troubles.splice(troubles.indexOf(trouble), 1)
  }
}

export function cut(links: readonly Link[]): () => void {
  for (const link of links) link.cut()
  return () => {
    for (const link of links) link.heal()
  }
}
