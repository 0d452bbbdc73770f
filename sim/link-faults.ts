/** Which links a partition or a slow link means. */

import type { FaultStep } from '../scenarios/faults/step.ts'
import { delayTable } from '../scenarios/sampling.ts'
import type { Link } from './link.ts'
import type { Trouble } from './link-trouble.ts'
import type { Network } from './network.ts'
import type { SimProcess } from './process.ts'

/** Whatever has links that faults can hurt. */
export interface Linked {
  readonly network: Network
}

function reachable(cluster: Linked): SimProcess[] {
  return cluster.network.processes.filter(({ local }) => !local)
}

/** `target` and `except` resolved to names. */
export function partitionLinks(
  cluster: Linked,
  step: FaultStep,
  target: readonly string[],
  except: readonly string[],
): Link[] {
  const { network } = cluster
  const links: Link[] = []
  const named = (names: readonly string[]) =>
    names.filter((name) => !except.includes(name)).map((name) => network.process(name))
  if (step.split.length > 0) {
    for (const group of step.split)
      for (const other of step.split)
        if (group !== other)
          for (const from of named(group)) for (const to of named(other)) links.push(network.link(from, to))
    return links
  }
  const inside = named(target)
  const outside = reachable(cluster).filter((one) => !target.includes(one.name) && !except.includes(one.name))
  for (const one of inside)
    for (const other of outside) {
      if (step.direction !== 'in') links.push(network.link(one, other))
      if (step.direction !== 'out') links.push(network.link(other, one))
    }
  return links
}

export function slowLinks(cluster: Linked, { from, to }: NonNullable<FaultStep['link']>): Link[] {
  const all = reachable(cluster)
  const matches = (rule: string) => (one: SimProcess) => rule === '*' || rule === one.name
  return all
    .filter(matches(from))
    .flatMap((sender) =>
      all.filter((one) => one !== sender && matches(to)(one)).map((one) => cluster.network.link(sender, one)),
    )
}

/** Adds the step's delay to the links; the returned function takes it away again. */
export function slowDown(links: readonly Link[], delay: NonNullable<FaultStep['delay']>): () => void {
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
