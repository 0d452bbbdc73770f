/** What verbs do to the links between real processes, and what the witness sees of it. */
import type { Effect, Sight } from '../../scenarios/faults/fault-world.ts'
import type { Item } from '../../scenarios/faults/items.ts'
import type { Pair } from '../../scenarios/faults/link-pairs.ts'
import { typicalUs } from '../../scenarios/link-delays.ts'
import { monotonicUs } from '../drivers/driver.ts'
import type { LinkChange, LinkChanges } from '../network/link-changes.ts'
import type { LinkAspect, LinkSight, RunNetwork } from '../network/network.ts'
import { promised } from './promises.ts'

/** The links of a run, for its faults. */
export interface LinkPlace {
  readonly network: Pick<RunNetwork, 'isUsed' | 'look'>
  readonly changes: LinkChanges
  /** CLOCK_MONOTONIC microseconds of the workload's time 0. */
  readonly workloadStartUs: number
}

type LinkEffect<Look extends string> = (item: Item, place: LinkPlace) => Effect<Look>

/** A look may have to wait for silence, and for what is late. */
const LIMIT_US = 10_000_000

export const partition: LinkEffect<'cut' | 'open'> = (item, place) => {
  const look = async (): Promise<Sight<'cut' | 'open'>> => {
    const sights = await looks(item, place, 'delivery')
    const open = sights.filter(({ delivers }) => delivers)
    const isCut = open.length === 0
    const seenUs = Math.max(...sights.map((one) => one.seenUs))
    const one = (isCut ? sights[0] : open[0])!
    return {
      look: isCut ? 'cut' : 'open',
      text: `${open.length} of ${sights.length} links deliver; ${one.text}`,
      seenUs,
    }
  }
  return changing(item, place, { cut: 'drop' }, look)
}

export const slowLink: LinkEffect<'as-it-is'> = (item, place) => {
  const delay = item.step.delay!
  const marks = [{ aspect: 'delay', isSeen: (usual, now) => now >= usual + typicalUs(delay) / 2 }] satisfies Mark[]
  return changing(item, place, { delays: [delay] }, measured(item, place, marks))
}

export const lose: LinkEffect<'as-it-is'> = (item, place) => {
  const marks = [{ aspect: 'loss', isSeen: (usual, now) => now > usual }] satisfies Mark[]
  return changing(item, place, { lossRatio: item.step.ratio! }, measured(item, place, marks))
}

/** What has to be measured on every link of a fault once it holds. */
interface Mark {
  readonly aspect: LinkAspect
  /** `usual`: by the first look, before the fault. */
  readonly isSeen: (usual: number, now: number) => boolean
}

/** Its only amount is 1 when everything that was to be measured is, on every link that delivers anything. */
function measured(item: Item, place: LinkPlace, marks: readonly Mark[]): () => Promise<Sight<'as-it-is'>> {
  let usual: number[][] | null = null
  return async () => {
    const sights = await Promise.all(marks.map(({ aspect }) => looks(item, place, aspect)))
    const now = sights.map((of) => of.map(({ amount }) => amount))
    const isFirst = usual === null
    usual ??= now
    const missing = sights.map((of, m) =>
      of.filter(({ delivers, amount }, i) => delivers && !marks[m]!.isSeen(usual![m]![i]!, amount)),
    )
    const shown = sights.map((of, m) => missing[m]![0] ?? of[0]!)
    return {
      look: 'as-it-is',
      text: shown.map(({ text }) => text).join('; '),
      amounts: [!isFirst && missing.every((of) => of.length === 0) ? 1 : 0],
      seenUs: Math.max(...sights.flat().map((one) => one.seenUs)),
    }
  }
}

function looks(item: Item, { network }: LinkPlace, aspect: LinkAspect): Promise<readonly LinkSight[]> {
  return Promise.all(usedLinks(item, network).map((link) => network.look(link, aspect)))
}

/** Links that nobody uses are left alone: there is nothing to hurt and nothing to see. */
function usedLinks({ pairs, label, step }: Item, network: LinkPlace['network']): readonly Pair[] {
  const used = pairs.filter((link) => network.isUsed(link))
  if (used.length === 0) throw new Error(`line ${step.line}: ${label}: nothing travels there`)
  return used
}

function changing<Look extends string>(
  item: Item,
  place: LinkPlace,
  change: LinkChange,
  look: () => Promise<Sight<Look>>,
): Effect<Look> {
  const links = usedLinks(item, place.network)
  const seen = async () => {
    const sight = await look()
    return { ...sight, seenUs: (sight.seenUs ?? monotonicUs()) - place.workloadStartUs }
  }
  return {
    limitUs: LIMIT_US,
    look: () => promised(seen()),
    apply: () => promised(place.changes.add(links, change).then(seen)),
    undo: () => promised(place.changes.remove(links, change).then(seen)),
  }
}
