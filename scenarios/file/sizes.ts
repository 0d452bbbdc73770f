/** Sizes as people write them, with their unit: `100B`, `1kB`, `1.5MB`. Thousands, not 1,024s. */
import { z } from 'zod'
import { MAX_PAYLOAD_BYTES, type PayloadSize } from '../scenario.ts'

const SIZE_PATTERN = /^(\d{1,9})(?:\.(\d{1,6}))?(B|kB|MB)$/
const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, kB: 1_000, MB: 1_000_000 }
const EXPECTED = 'a size with its unit, such as 100B, 1kB or 1.5kB, at most 1MB'

/** Whole bytes; null when the text is no size, or is finer than a byte. */
export function parseSize(text: string): number | null {
  const match = SIZE_PATTERN.exec(text)
  if (match === null) return null
  const [, whole, fraction = '', unit] = match
  const bytes = (Number(whole + fraction) * UNIT_BYTES[unit!]!) / 10 ** fraction.length
  return Number.isInteger(bytes) ? bytes : null
}

/** The shortest exact text: 1500 is `1.5kB`. What it returns, `parseSize` reads back. */
export function formatSize(bytes: number): string {
  if (bytes >= 1_000_000) return `${bytes / 1_000_000}MB`
  return bytes >= 1_000 ? `${bytes / 1_000}kB` : `${bytes}B`
}

function size(minBytes: number) {
  return z
    .string(EXPECTED)
    .regex(SIZE_PATTERN, EXPECTED)
    .transform((text, context) => {
      const bytes = parseSize(text)
      if (bytes !== null && bytes >= minBytes && bytes <= MAX_PAYLOAD_BYTES) return bytes
      context.issues.push({
        code: 'custom',
        message: bytes === null ? `${EXPECTED}, in whole bytes` : EXPECTED,
        input: text,
      })
      return z.NEVER
    })
}

/** The size of a payload: constant when it is just a size. */
export const payloadSize = z.union(
  [
    size(1).transform((bytes): PayloadSize => ({ kind: 'constant', bytes })),
    z
      .strictObject({
        lognormal: z.strictObject({
          median: size(1),
          sigma: z.number().min(0).max(3).meta({ description: 'Standard deviation of the logarithm.' }),
        }),
      })
      .transform(
        ({ lognormal: { median, sigma } }): PayloadSize => ({ kind: 'lognormal', medianBytes: median, sigma }),
      ),
  ],
  `${EXPECTED}, or { lognormal: { median: 1kB, sigma: 1 } }`,
)

/** `1kB`, or `about 1kB (lognormal, sigma 1)`. */
export function payloadText(payload: PayloadSize): string {
  if (payload.kind === 'constant') return formatSize(payload.bytes)
  return `about ${formatSize(payload.medianBytes)} (lognormal, sigma ${payload.sigma})`
}
