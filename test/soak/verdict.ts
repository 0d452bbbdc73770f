/** What a soak has to hold, and whether it did, as a text for people. */
import { type Growth, growthOf, type MemorySample } from './growth.ts'
import type { PageEvents } from './watched-page.ts'
import type { ReadBack } from './writers.ts'

export interface Soaked {
  readonly memory: readonly MemorySample[]
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
const MOST_BYTES_PER_10_MINUTES = 1_000_000
const SHOWN = 10

/** MySQL servers are not ours, and are broken all the time: shown, not judged. */
function isJudged({ name }: Growth): boolean {
  return !name.startsWith('node')
}

export function verdictOf(soaked: Soaked, settleMs: number): { readonly text: string; readonly isWell: boolean } {
  const { rows, follower, page, lastEventId } = soaked
  const growths = growthOf(soaked.memory, settleMs)
  const grown = growths.filter(
    (growth) =>
      isJudged(growth) && growth.bytesPer10Minutes !== null && growth.bytesPer10Minutes >= MOST_BYTES_PER_10_MINUTES,
  )
  const unsaid = growths.filter((growth) => isJudged(growth) && growth.bytesPer10Minutes === null)
  const missed = [
    ...follower.irregular.map((id) => `the listener: before ${id}`),
    ...(follower.resets > 0 ? [`the listener began anew ${follower.resets} times`] : []),
    ...((follower.ids.at(-1) ?? 0) < lastEventId ? [`the listener: ${follower.ids.at(-1)} of ${lastEventId}`] : []),
    ...(page.gaps > 0 ? [`the page: ${page.gaps} gaps`] : []),
    ...(page.lastId < lastEventId ? [`the page: ${page.lastId} of ${lastEventId}`] : []),
  ]
  const judged: readonly (readonly [string, readonly string[]])[] = [
    ['grew by 1 MB in 10 minutes or more', grown.map(({ name }) => name)],
    ['lived too briefly to be judged', unsaid.map(({ name }) => name)],
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
    `memory, medians of 2-minute windows in the longest life of each after its first ${settleMs / 60_000} minutes:`,
    ...growths.map(growthText),
    ...judged.flatMap(([what, found]) => [
      `${found.length === 0 ? 'ok  ' : 'FAIL'} ${found.length} ${what}`,
      ...found.slice(0, SHOWN).map((one) => `       ${one}`),
    ]),
  ]
  return { text: lines.join('\n'), isWell: judged.every(([, found]) => found.length === 0) }
}

function growthText(growth: Growth): string {
  const { name, lifeMinutes, windows, firstBytes, lastBytes, bytesPer10Minutes } = growth
  const mib = (bytes: number) => (bytes / MIB).toFixed(1).padStart(7)
  const rate =
    bytesPer10Minutes === null ? 'too short' : `${(bytesPer10Minutes / 1e6).toFixed(2).padStart(6)} MB in 10 min`
  const where = `${mib(firstBytes)} -> ${mib(lastBytes)} MiB`
  return `  ${name.padEnd(22)} ${where}  ${rate}  (${windows} windows, alive ${lifeMinutes.toFixed(0)} min)${isJudged(growth) ? '' : ' shown only'}`
}
