/** What verbs do to the links between real processes, and what the witness sees of it. */
import type { Effect, Sight } from '../../scenarios/faults/fault-world.ts'
import { partsOf } from '../../scenarios/faults/flap.ts'
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
/** Of an end that is later than that nobody waits for more. */
const SEEN_END_US = 100_000

export const partition: LinkEffect<'cut' | 'open'> = (item, place) => {
  const look = () => lookAtCut(item, place, ({ delivers }) => delivers)
  return changing(item, place, { cut: 'drop' }, look)
}

async function lookAtCut(
  item: Item,
  place: LinkPlace,
  isOpen: (sight: LinkSight) => boolean,
): Promise<Sight<'cut' | 'open'>> {
  const sights = await looks(item, place, 'delivery')
  const open = sights.filter(isOpen)
  const isCut = open.length === 0
  const seenUs = Math.max(...sights.map((one) => one.seenUs))
  const one = (isCut ? sights[0] : open[0])!
  return {
    look: isCut ? 'cut' : 'open',
    text: `${open.length} of ${sights.length} links deliver; ${one.text}`,
    seenUs,
  }
}

/** Cut at first, and until that has been seen: on a busy machine a look takes longer than a short cut. Then whole and cut, in turn. */
export const flap: LinkEffect<'cut' | 'open'> = (item, place) => {
  const links = usedLinks(item, place.network)
  const { downUs, upUs } = partsOf(item.step.flap!)
  const change: LinkChange = { cut: 'drop' }
  let timer: NodeJS.Timeout | null = null
  let turning = Promise.resolve()
  /** When the first cut began, as long as nobody has looked at it. */
  let unseenSinceUs: number | null = null
  const turn = (isDown: boolean): Promise<void> => {
    turning = isDown ? place.changes.add(links, change) : place.changes.remove(links, change)
    turnAfter(!isDown, isDown ? downUs : upUs)
    return turning
  }
  const turnAfter = (isDown: boolean, us: number) => {
    // What goes wrong is said by whoever settles it.
    timer = setTimeout(() => turn(isDown).catch(() => {}), us / 1_000).unref()
  }
  const begin = async () => {
    turning = place.changes.add(links, change)
    await turning
    unseenSinceUs = monotonicUs()
  }
  const settle = async () => {
    if (timer !== null) clearTimeout(timer)
    await turning
    // Who looks only now starts nothing.
    unseenSinceUs = null
    await place.changes.remove(links, change)
  }
  // What is sent into a short cut arrives when it is over: late, that is, by about as long.
  const look = async () => {
    const sight = await lookAtCut(item, place, ({ delivers, amount }) => delivers && amount < downUs / 2)
    if (unseenSinceUs !== null) turnAfter(false, Math.max(0, unseenSinceUs + downUs - monotonicUs()))
    unseenSinceUs = null
    return sight
  }
  return acting(place, look, begin, settle)
}

/** Once: whoever connects again may. */
export const reset: LinkEffect<'open' | 'reset'> = (item, place) => {
  const links = usedLinks(item, place.network)
  const change: LinkChange = { cut: 'reset' }
  let usual: readonly LinkSight[] | null = null
  const look = async (): Promise<Sight<'open' | 'reset'>> => {
    const sights = await looks(item, place, 'resets')
    usual ??= sights
    const open = sights.find(({ amount }, i) => amount <= usual![i]!.amount)
    return { look: open === undefined ? 'reset' : 'open', ...(open ?? sights[0]!) }
  }
  const act = async () => {
    await place.changes.add(links, change)
    await place.changes.remove(links, change)
  }
  return acting(place, look, act, async () => {})
}

export const slowLink: LinkEffect<'as-it-is'> = (item, place) => {
  const { delay, bandwidthBytesPerSec, closeDelayUs } = item.step
  const marks: Mark[] = []
  if (delay !== null) marks.push({ aspect: 'delay', isSeen: (usual, now) => now >= usual + typicalUs(delay) / 2 })
  if (bandwidthBytesPerSec !== null)
    marks.push({ aspect: 'bandwidth', isSeen: (_, now) => now <= 2 * bandwidthBytesPerSec })
  if (closeDelayUs !== null)
    marks.push({ aspect: 'close', isSeen: (usual, now) => now >= usual + Math.min(closeDelayUs / 2, SEEN_END_US) })
  const change = { delays: delay === null ? [] : [delay], bandwidthBytesPerSec, closeDelayUs: closeDelayUs ?? 0 }
  return changing(item, place, change, measured(item, place, marks))
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
  return acting(
    place,
    look,
    () => place.changes.add(links, change),
    () => place.changes.remove(links, change),
  )
}

function acting<Look extends string>(
  { workloadStartUs }: LinkPlace,
  look: () => Promise<Sight<Look>>,
  act: () => Promise<void>,
  undo: () => Promise<void>,
): Effect<Look> {
  const seen = async () => {
    const sight = await look()
    return { ...sight, seenUs: (sight.seenUs ?? monotonicUs()) - workloadStartUs }
  }
  return {
    limitUs: LIMIT_US,
    look: () => promised(seen()),
    apply: () => promised(act().then(seen)),
    undo: () => promised(undo().then(seen)),
  }
}
