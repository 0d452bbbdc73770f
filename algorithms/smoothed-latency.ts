/** Round trips are smoothed like TCP's estimate (RFC 6298): the first sample, then an eighth of each new one. */
const GAIN = 1 / 8

export function smoothedLatency(before: number, sample: number, isFirst: boolean): number {
  return before + (sample - before) * (isFirst ? 1 : GAIN)
}
