/** Numbers within bounds that say them when they are wrong. */
import { z } from 'zod'

export function number(text: string, { min, above, max }: { min?: number; above?: number; max: number }) {
  let schema = z.number(text).max(max, text)
  if (min !== undefined) schema = schema.min(min, text)
  if (above !== undefined) schema = schema.gt(above, text)
  return schema
}

export function count(min: number, max: number) {
  const text = `a whole number from ${min} to ${max}`
  return z.int(text).min(min, text).max(max, text)
}
