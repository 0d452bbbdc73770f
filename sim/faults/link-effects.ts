/** Links that are cut, longer, or lose what is sent: of whatever has links. */

import { delayTable } from '../../scenarios/chance/sampling.ts'
import type { Effect } from '../../scenarios/faults/fault-world.ts'
import { partsOf } from '../../scenarios/faults/flap.ts'
import type { Item } from '../../scenarios/faults/items.ts'
import type { Link } from '../network/link.ts'
import type { Trouble } from '../network/link-trouble.ts'
import type { Network } from '../network/network.ts'
import { AT_ONCE_US, effect, type Look } from './effect.ts'
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
  return effect(
    () => lookAtCut(links),
    () => cut(links),
    AT_ONCE_US,
  )
}

function lookAtCut(links: readonly Link[]): Look<'cut' | 'open'> {
  const isCut = links.every((link) => !link.look().delivers)
  return { look: isCut ? 'cut' : 'open', text: lookAtLinks(links) }
}

/** Cut at first, then whole, in turn. */
export function flap(item: Item, place: Linked): Effect<'cut' | 'open'> {
  const links = linksOf(item, place)
  const { downUs, upUs } = partsOf(item.step.flap!)
  const { queue } = place.network.kernel
  const begin = () => {
    let heal: (() => void) | null = null
    let isOver = false
    const turn = () => {
      if (isOver) return
      if (heal === null) heal = cut(links)
      else {
        heal()
        heal = null
      }
      queue.after(heal === null ? upUs : downUs, call, turn)
    }
    turn()
    return () => {
      isOver = true
      heal?.()
    }
  }
  return effect(() => lookAtCut(links), begin, AT_ONCE_US)
}

function call(action: () => void): void {
  action()
}

export function slowLink(item: Item, place: Linked): Effect<'as-it-is'> {
  const links = linksOf(item, place)
  return effect(
    () => ({ look: 'as-it-is', ...lookAtDelay(links) }),
    () => slowDown(links, item.step),
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

/** Adds what the step states to the links; the returned function takes it away again. */
function slowDown(links: readonly Link[], { delay, bandwidthBytesPerSec, closeDelayUs }: Item['step']): () => void {
  const sampler = delay === null ? null : delayTable(delay)
  const undo = links.flatMap((link) => [
    added(link.slowdowns, sampler),
    bandwidthBytesPerSec === null ? () => {} : link.narrow(bandwidthBytesPerSec),
    added(link.closeDelaysUs, closeDelayUs),
  ])
  return () => {
    for (const one of undo) one()
  }
}

/** The returned function takes it away again. Null: there is nothing to add. */
function added<T>(list: T[], one: T | null): () => void {
  if (one === null) return () => {}
  list.push(one)
  return () => {
    list.splice(list.indexOf(one), 1)
  }
}

/** Adds the trouble to the links; the returned function takes it away again. */
export function troubleLinks(links: readonly Link[], trouble: Trouble): () => void {
  const undo = links.map(({ troubles }) => added(troubles, trouble))
  return () => {
    for (const one of undo) one()
  }
}

export function cut(links: readonly Link[]): () => void {
  for (const link of links) link.cut()
  return () => {
    for (const link of links) link.heal()
  }
}
