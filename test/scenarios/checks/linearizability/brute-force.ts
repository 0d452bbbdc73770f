/**
 * Brute force: every order of every subset that leaves out nothing certain. As dumb as can be, and written from the
 * definition, not from the product: it shares nothing with the checker but the type of an operation.
 */
import type { Operation } from '../../../../scenarios/record.ts'

interface Item {
  readonly write: number | null
  readonly shows: number | null
  readonly from: number
  readonly to: number
  readonly certain: boolean
  readonly op: number
  readonly session: number | null
}

/** All operations are of one key. */
export function isLinearizable(operations: readonly Operation[]): boolean {
  const items: Item[] = []
  for (const { op, kind, outcome, consistency, sentUs, endUs, value, session } of operations) {
    if (outcome === 'failed' || sentUs === null) continue
    if (kind === 'read') {
      if (outcome === 'ok' && consistency === 'STRONG')
        items.push({ write: null, shows: value?.op ?? null, from: sentUs, to: endUs!, certain: true, op, session })
      continue
    }
    const certain = outcome === 'ok' && consistency !== 'EVENTUAL'
    items.push({ write: op, shows: null, from: sentUs, to: outcome === 'ok' ? endUs! : Infinity, certain, op, session })
  }
  return canFinish(items, null)
}

/** `rest`, in some order, after whatever left `stored`. */
function canFinish(rest: readonly Item[], stored: number | null): boolean {
  if (rest.every(({ certain }) => !certain)) return true
  for (const item of rest) {
    const others = rest.filter((other) => other !== item)
    // Something that stays out for good is in nobody's way.
    if (!item.certain && canFinish(others, stored)) return true
    if (others.some((other) => precedes(other, item))) continue
    if (item.write === null && item.shows !== stored) continue
    if (canFinish(others, item.write ?? stored)) return true
  }
  return false
}

/** In time; or, where times touch, because one session did the one after the other. */
function precedes(a: Item, b: Item): boolean {
  return a.to < b.from || (a.to === b.from && a.session !== null && a.session === b.session && a.op < b.op)
}
