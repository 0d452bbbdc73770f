/** What a soak has to hold, and whether it did, as a text for people. */
import { type Growth, growthOf, type Sample } from './growth.ts'
import type { PageEvents } from './watched-page.ts'
import type { ReadBack } from './writers.ts'

export interface Soaked {
  readonly samples: Readonly<Record<Metric, readonly Sample[]>>
  readonly rows: ReadBack
  readonly alarms: readonly string[]
  /** A listener beside the page. */
  readonly follower: {
    readonly ids: readonly number[]
    readonly irregular: readonly number[]
    readonly resets: number
    readonly connections: number
  }
  /** As the coordinator says at the end. */
  readonly lastEventId: number
  readonly page: PageEvents
  readonly complaints: readonly string[]
  readonly injected: ReadonlyMap<string, number>
  readonly refused: readonly string[]
  readonly endedBy: string
}

const MIB = 2 ** 20
const SHOWN = 10

/** What must stay flat: its name, and the growth in ten minutes that is too much. */
export const METRICS = {
  /** With garbage that nobody has had a reason to collect yet: shown, and judged by the two below. */
  resident: { words: 'resident memory', isBytes: true, mostPer10Minutes: 5_000_000 },
  held: { words: 'memory held after a collection', isBytes: true, mostPer10Minutes: 500_000 },
  beside: { words: 'resident memory beside the heap', isBytes: true, mostPer10Minutes: 5_000_000 },
  files: { words: 'open files', isBytes: false, mostPer10Minutes: 1 },
  sockets: { words: 'sockets', isBytes: false, mostPer10Minutes: 2 },
  threads: { words: 'threads', isBytes: false, mostPer10Minutes: 1 },
  processes: { words: 'processes', isBytes: false, mostPer10Minutes: 1 },
} as const

export type Metric = keyof typeof METRICS

interface Grown extends Growth {
  readonly metric: Metric
  /** Has it been asked what it holds, and told? */
  readonly tells: boolean
}

/**
 * MySQL servers are not ours, and are broken all the time; a browser keeps what it likes beside the page's heap, which is
 * judged: shown, not judged.
 */
function isJudged({ name, metric, tells }: Grown): boolean {
  // Of a process that tells what it holds, that is judged in place of its resident set.
  return !name.startsWith('node') && name !== 'page' && !(metric === 'resident' && tells)
}

export function verdictOf(soaked: Soaked, settleMs: number): { readonly text: string; readonly isWell: boolean } {
  const { rows, follower, page, lastEventId } = soaked
  const metrics = Object.keys(METRICS) as Metric[]
  const tellers = new Set(soaked.samples.beside.map(({ name }) => name))
  const growths = metrics.flatMap((metric): Grown[] =>
    growthOf(soaked.samples[metric], settleMs).map((growth) => ({
      ...growth,
      metric,
      tells: tellers.has(growth.name),
    })),
  )
  const grown = growths.filter(
    (growth) =>
      isJudged(growth) &&
      growth.per10Minutes !== null &&
      growth.per10Minutes >= METRICS[growth.metric].mostPer10Minutes,
  )
  const unsaid = growths.filter((growth) => isJudged(growth) && growth.per10Minutes === null)
  const missed = [
    ...follower.irregular.map((id) => `the listener: before ${id}`),
    ...(follower.resets > 0 ? [`the listener began anew ${follower.resets} times`] : []),
    ...((follower.ids.at(-1) ?? 0) < lastEventId ? [`the listener: ${follower.ids.at(-1)} of ${lastEventId}`] : []),
    ...(page.gaps > 0 ? [`the page: ${page.gaps} gaps`] : []),
    ...(page.lastId < lastEventId ? [`the page: ${page.lastId} of ${lastEventId}`] : []),
  ]
  const judged: readonly (readonly [string, readonly string[]])[] = [
    ['grew', grown.map(nameOf)],
    ['lived too briefly to be judged', unsaid.map(nameOf)],
    ['acknowledged writes lost', rows.lost],
    ['writes there that were said to have failed', rows.undead],
    ['events missed', missed],
    ['errors that nobody handled', soaked.alarms],
    ['complaints of the page', soaked.complaints],
    ['faults that could not be done', soaked.refused],
  ]
  const injected = [...soaked.injected].map(([what, times]) => `${times} x ${what}`)
  const { counts } = rows
  const lines = [
    `ended by ${soaked.endedBy}`,
    `faults: ${injected.join(', ')}`,
    `writes: ${counts.acknowledged} acknowledged, ${counts.failed} failed, ${counts.unknown} unknown`,
    `events: ${follower.ids.length} by the listener over ${follower.connections} connections, ${page.events} by the page over ${page.connections}; the last is ${lastEventId}`,
    `medians of 2-minute windows in the longest life of each after its first ${settleMs / 60_000} minutes:`,
    ...metrics.flatMap((metric) => [
      METRICS[metric].words,
      ...growths.filter((growth) => growth.metric === metric).map(growthText),
    ]),
    ...judged.flatMap(([what, found]) => [
      `${found.length === 0 ? 'ok  ' : 'FAIL'} ${found.length} ${what}`,
      ...found.slice(0, SHOWN).map((one) => `       ${one}`),
    ]),
  ]
  return { text: lines.join('\n'), isWell: judged.every(([, found]) => found.length === 0) }
}

function nameOf({ name, metric }: Grown): string {
  return `${name}: ${METRICS[metric].words}`
}

function growthText(growth: Grown): string {
  const { name, metric, lifeMinutes, windows, first, last, per10Minutes } = growth
  const { isBytes } = METRICS[metric]
  const shown = (value: number) => (isBytes ? (value / MIB).toFixed(1) : value.toFixed(0)).padStart(7)
  const unit = isBytes ? ' MiB' : ''
  const rate = isBytes ? `${((per10Minutes ?? 0) / 1e6).toFixed(2)} MB` : (per10Minutes ?? 0).toFixed(2)
  const growing = per10Minutes === null ? 'too short' : `${rate.padStart(9)} in 10 min`
  const life = `(${windows} windows, alive ${lifeMinutes.toFixed(0)} min)${isJudged(growth) ? '' : ' shown only'}`
  return `  ${name.padEnd(22)} ${shown(first)} -> ${shown(last)}${unit}  ${growing}  ${life}`
}
