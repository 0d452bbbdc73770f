/** What clients saw, in words: outages (something failed) and silence (nothing did, and nobody was answered). */
import type { Result } from '../scenarios/result.ts'
import type { Failover, OutageSummary } from '../scenarios/result-durations.ts'
import { count, milliseconds, plural, seconds } from '../scenarios/shown/numbers.ts'

type Summary = Result['summary']

const NAMED_AT_MOST = 3
/** Below this a silence is what operations take anyway, or nothing that a person would notice. */
const NOTICED_MS = 250

/** `535 ms`, `none`, `not seen to end`. */
function outageLength(durationMs: number | null): string {
  if (durationMs === null) return 'not seen to end'
  return durationMs === 0 ? 'none' : milliseconds(durationMs)
}

/** Of a failover. Results of 0.1.0 have null also where nothing failed. */
export function failoverOutage({ clientOutageMs, clientOutageStartMs }: Failover): string {
  return clientOutageStartMs === null ? 'none' : outageLength(clientOutageMs)
}

/** One line for each outage of the first trial, the total first where there are several. */
export function outageLines({ outages }: Summary): string[] {
  if (outages === undefined) return []
  if (outages.count === 0) return ['none: no operation failed']
  const lines = outages.each.slice(0, NAMED_AT_MOST).map(({ startMs, durationMs, failed, unknown }) => {
    const length = durationMs === null ? `from ${seconds(startMs)}, not seen to end` : spanText(startMs, durationMs)
    return `${length}: ${count(failed)} failed, ${count(unknown)} unknown`
  })
  const more = outages.count - lines.length
  if (more > 0) lines.push(`and ${plural(more, 'more')}`)
  return outages.count === 1 ? lines : [severalText(outages), ...lines]
}

function spanText(startMs: number, durationMs: number): string {
  return `${milliseconds(durationMs)} from ${seconds(startMs)}`
}

/** `2 outages, 1.2 s in all, the longest 0.9 s` */
export function severalText({ count: amount, totalMs, longestMs }: OutageSummary): string {
  const which = plural(amount, 'outage')
  if (totalMs === null) return `${which}, of which one was not seen to end`
  return `${which}, ${milliseconds(totalMs)} in all, the longest ${milliseconds(longestMs)}`
}

/** What clients saw beside the failovers that are told anyway. `told`: start of the outages that are, in ms. */
export function outageSentences(summary: Summary, told: readonly number[]): string[] {
  const { outages } = summary
  const sentences: string[] = []
  if (outages === undefined) return sentences
  const others = outages.each.filter(({ startMs }) => !told.includes(startMs))
  for (const { startMs, durationMs, failed, unknown } of others.slice(0, NAMED_AT_MOST))
    sentences.push(
      durationMs === null
        ? `From ${seconds(startMs)} on clients were refused or not answered, and that was not seen to end.`
        : `From ${seconds(startMs)} on clients had no service for ${milliseconds(durationMs)}: ${whatBecame(failed, unknown)}.`,
    )
  if (outages.count > 1) sentences.push(`In all there were ${severalText(outages)}.`)
  if (isSilent(summary))
    sentences.push(
      `No operation failed, but from ${seconds(summary.longestSilenceStartMs ?? 0)} on nobody was answered for ${milliseconds(summary.longestSilenceMs)}.`,
    )
  return sentences
}

function whatBecame(failed: number, unknown: number): string {
  const parts = [
    failed > 0 ? `${plural(failed, 'operation')} failed` : '',
    unknown > 0 ? `${failed > 0 ? count(unknown) : plural(unknown, 'operation')} ended with an unknown outcome` : '',
  ]
  return parts.filter((part) => part !== '').join(' and ')
}

/** Where no operation failed and clients stood still all the same. */
export function isSilent({ outages, longestSilenceMs = 0 }: Summary): boolean {
  return outages?.count === 0 && longestSilenceMs >= NOTICED_MS
}

/** `3 s from 5.0 s` */
/** How long old sources stayed writable after they were reached again; null: none was found writable. */
export function writableText({ fencedSources = [] }: Result): string | null {
  if (fencedSources.length === 0) return null
  const longest = Math.max(...fencedSources.map(({ writableMs }) => writableMs))
  const each = plural(fencedSources.length, 'server')
  return `${each} found writable and fenced, within ${milliseconds(longest)} of being reached at most`
}

export function silenceText({ longestSilenceMs, longestSilenceStartMs }: Summary): string | null {
  if (longestSilenceMs === undefined || typeof longestSilenceStartMs !== 'number') return null
  return spanText(longestSilenceStartMs, longestSilenceMs)
}
