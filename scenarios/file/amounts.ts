/** Durations and delays as people write them, with their unit: `150us`, `200ms`, `3s`, `5m`, `0.2ms`. */
import { z } from 'zod'
import type { DelayDistribution } from '../scenario.ts'

const DURATION_PATTERN = /^(\d{1,9})(?:\.(\d{1,9}))?(us|ms|s|m|h)$/
const UNIT_US: Readonly<Record<string, bigint>> = {
  us: 1n,
  ms: 1_000n,
  s: 1_000_000n,
  m: 60_000_000n,
  h: 3_600_000_000n,
}
const EXPECTED = 'a duration with its unit, such as 150us, 200ms, 3s or 5m'

/** Integer microseconds; null when the text is no duration, or is finer than a microsecond. Exact: no floating point. */
export function parseDuration(text: string): number | null {
  const match = DURATION_PATTERN.exec(text)
  if (match === null) return null
  const [, whole, fraction = '', unit] = match
  const scaled = BigInt(whole + fraction) * UNIT_US[unit!]!
  const scale = 10n ** BigInt(fraction.length)
  const us = Number(scaled / scale)
  return scaled % scale === 0n && Number.isSafeInteger(us) ? us : null
}

/** The shortest exact text: 1500000 is `1.5s`. What it returns, `parseDuration` reads back. */
export function formatDuration(us: number): string {
  if (us === 0) return '0s'
  if (us % 60_000_000 === 0) return `${us / 60_000_000}m`
  const [size, unit, digits] = us >= 1_000_000 ? [1_000_000, 's', 6] : us >= 1_000 ? [1_000, 'ms', 3] : [1, 'us', 0]
  const rest = us % size
  const fraction = rest === 0 ? '' : `.${rest.toString().padStart(digits, '0').replace(/0+$/, '')}`
  return `${Math.floor(us / size)}${fraction}${unit}`
}

/** A duration in YAML; microseconds after parsing. */
export function duration(limits: { readonly minUs?: number; readonly maxUs?: number } = {}) {
  const { minUs = 0, maxUs = 24 * 3_600_000_000 } = limits
  const bounds = minUs > 0 ? `${EXPECTED}, of at least ${formatDuration(minUs)}` : EXPECTED
  return z
    .string(bounds)
    .regex(DURATION_PATTERN, bounds)
    .transform((text, context) => {
      const us = parseDuration(text)
      if (us !== null && us >= minUs && us <= maxUs) return us
      let expected = bounds
      if (us === null) expected = `${EXPECTED}, in whole microseconds`
      else if (us > maxUs) expected = `a duration of at most ${formatDuration(maxUs)}`
      context.issues.push({ code: 'custom', message: expected, input: text })
      return z.NEVER
    })
}

const SIGNED_EXPECTED = 'a duration with its unit, such as 50ms, or -5m for behind; at most a day'
const MAX_SKEW_US = 24 * 3_600_000_000

/** A duration that may be negative; microseconds after parsing. */
export function signedDuration() {
  return z
    .string(SIGNED_EXPECTED)
    .regex(/^-?\d{1,9}(?:\.\d{1,9})?(us|ms|s|m|h)$/, SIGNED_EXPECTED)
    .transform((text, context) => {
      const us = parseDuration(text.replace('-', ''))
      if (us !== null && us <= MAX_SKEW_US) return text.startsWith('-') ? -us : us
      context.issues.push({ code: 'custom', message: SIGNED_EXPECTED, input: text })
      return z.NEVER
    })
}

const DRIFT_EXPECTED = 'parts per million, such as 100ppm or -500ppm, at most 900000ppm'

/** A clock's error of rate; parts per million after parsing. Below a whole, or time would stand still. */
export const drift = z
  .string(DRIFT_EXPECTED)
  .regex(/^-?\d{1,6}ppm$/, DRIFT_EXPECTED)
  .transform((text, context) => {
    const ppm = Number(text.replace('ppm', ''))
    if (Math.abs(ppm) <= 900_000) return ppm
    context.issues.push({ code: 'custom', message: DRIFT_EXPECTED, input: text })
    return z.NEVER
  })

const BANDWIDTH_EXPECTED = 'what goes through in a second, such as 200kB/s, 10MB/s or 10Mbit/s, from 1kB/s to 100GB/s'
const BANDWIDTH_PATTERN = /^(\d{1,9}(?:\.\d{1,6})?)([kMG]?)(B|bit)\/s$/
const MULTIPLES: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 }

/** Whole bytes a second after parsing. */
export const bandwidth = z
  .string(BANDWIDTH_EXPECTED)
  .regex(BANDWIDTH_PATTERN, BANDWIDTH_EXPECTED)
  .transform((text, context) => {
    const [, count, multiple, unit] = BANDWIDTH_PATTERN.exec(text)!
    const perSec = Math.round((Number(count) * MULTIPLES[multiple!]!) / (unit === 'bit' ? 8 : 1))
    if (perSec >= 1e3 && perSec <= 1e11) return perSec
    context.issues.push({ code: 'custom', message: BANDWIDTH_EXPECTED, input: text })
    return z.NEVER
  })

/** The shortest text in bytes. What it returns, `bandwidth` reads back. */
export function formatBandwidth(bytesPerSec: number): string {
  const [size, multiple] = bytesPerSec >= 1e9 ? [1e9, 'G'] : bytesPerSec >= 1e6 ? [1e6, 'M'] : [1e3, 'k']
  return `${bytesPerSec / size}${multiple}B/s`
}

const DELAY_EXPECTED =
  'a delay: a duration such as 5ms, { lognormal: { median: 0.2ms, sigma: 0.5 } } or { normal: { mean: 100ms, deviation: 10ms } }'
const MAX_DELAY_US = 60_000_000

/** A one-way delay: constant when it is just a duration. */
export const delay = z.union(
  [
    duration({ maxUs: MAX_DELAY_US }).transform((us): DelayDistribution => ({ kind: 'constant', us })),
    z
      .strictObject({
        lognormal: z.strictObject({
          median: duration({ minUs: 1, maxUs: MAX_DELAY_US }),
          sigma: z.number().min(0).max(3).meta({ description: 'Standard deviation of the logarithm.' }),
        }),
      })
      .transform(
        ({ lognormal: { median, sigma } }): DelayDistribution => ({ kind: 'lognormal', medianUs: median, sigma }),
      ),
    z
      .strictObject({
        normal: z.strictObject({
          mean: duration({ maxUs: MAX_DELAY_US }),
          deviation: duration({ maxUs: MAX_DELAY_US }),
        }),
      })
      .transform(
        ({ normal: { mean, deviation } }): DelayDistribution => ({
          kind: 'normal',
          meanUs: mean,
          deviationUs: deviation,
        }),
      ),
  ],
  DELAY_EXPECTED,
)
