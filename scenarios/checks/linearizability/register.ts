/**
 * The history of one key, as a register: what each operation did and when it can have done it.
 *
 * A write stores its operation's number, a read returns the number of the newest row. Both worlds order the rows of a
 * key so that this is a register, though not in the same way. The simulated server takes the row committed last. The
 * real one takes the largest AUTO_INCREMENT `position`, and that is handed out before the commit: of two concurrent
 * writes the one that commits last may have the smaller position, and is then never the newest row. That is no
 * violation: it took effect just before the other, which is still within its own interval (its position was handed out
 * first, its commit came last). So neither GTID numbers nor positions are used here; intervals and values are all
 * there is, and both orders are judged by the same rule.
 */
import type { Operation } from '../../record.ts'

/** What a read of a key without rows returns. Operations are numbered from 0 or above. */
export const INITIAL = -1

export interface RegisterOperation {
  readonly kind: 'read' | 'write'
  /** What is stored or returned: an operation's number, or INITIAL. */
  readonly value: number
  /** It took effect not before this. */
  readonly startUs: number
  /** And not after this; infinite when nothing bounds it. */
  readonly endUs: number
  /** False: it may never have taken effect at all (an unknown write; an EVENTUAL one, which may be lost). */
  readonly certain: boolean
  readonly operation: Operation
}

export interface Register {
  readonly key: number
  readonly operations: readonly RegisterOperation[]
  /** Reads that show a row which nobody can have written; no order of the others explains them. */
  readonly phantoms: readonly Phantom[]
  /** STRONG reads among `operations`. */
  readonly reads: number
}

export interface Phantom {
  readonly read: Operation
  /** The operation whose number the read shows; null: there is none. */
  readonly origin: Operation | null
  readonly reason: string
}

/**
 * One register for each key that has a STRONG read. What enters: STRONG reads that were answered, and writes of every
 * level, because a STRONG read may show them all. A failed write certainly did nothing and is left out, and so is a
 * read without an answer. An `unknown` write may take effect at any time from its sending on, or never. An EVENTUAL
 * write that was answered took effect on the source before its answer, but a failover may lose it: then no STRONG read
 * has shown it, since that read would have waited for its acknowledgement.
 */
export function registersOf(operations: readonly Operation[]): Register[] {
  const byKey = new Map<number, Operation[]>()
  for (const operation of operations)
    if (operation.kind === 'read' && operation.outcome === 'ok' && operation.consistency === 'STRONG')
      byKey.set(operation.key, [])
  if (byKey.size === 0) return []
  const byNumber = new Map<number, Operation>()
  for (const operation of operations) {
    if (operation.kind === 'write') byNumber.set(operation.op, operation)
    if (enters(operation)) byKey.get(operation.key)?.push(operation)
  }
  return [...byKey].map(([key, entering]) => registerOf(key, entering, byNumber)).sort((a, b) => a.key - b.key)
}

function enters({ kind, outcome, consistency, sentUs }: Operation): boolean {
  if (sentUs === null) return false
  if (kind === 'read') return outcome === 'ok' && consistency === 'STRONG'
  return outcome === 'ok' || outcome === 'unknown'
}

function registerOf(key: number, entering: readonly Operation[], byNumber: ReadonlyMap<number, Operation>): Register {
  const operations: RegisterOperation[] = []
  const phantoms: Phantom[] = []
  let reads = 0
  for (const operation of entering) {
    const startUs = operation.sentUs!
    const endUs = operation.outcome === 'ok' && operation.endUs !== null ? operation.endUs : Number.POSITIVE_INFINITY
    if (operation.kind === 'write') {
      const certain = operation.outcome === 'ok' && operation.consistency !== 'EVENTUAL'
      operations.push({ kind: 'write', value: operation.op, startUs, endUs, certain, operation })
      continue
    }
    reads++
    const value = operation.value === null ? INITIAL : operation.value.op
    const origin = byNumber.get(value) ?? null
    const reason = value === INITIAL ? null : phantomOf(key, value, origin)
    if (reason === null) operations.push({ kind: 'read', value, startUs, endUs, certain: true, operation })
    else phantoms.push({ read: operation, origin, reason })
  }
  return { key, operations, phantoms, reads }
}

function phantomOf(key: number, value: number, origin: Operation | null): string | null {
  if (origin === null) return `shows operation ${value}, which is no write of this run`
  if (origin.key !== key) return `shows write ${value}, which is of key ${origin.key}`
  if (origin.outcome === 'failed') return `shows write ${value}, which was answered as certainly not done`
  if (origin.sentUs === null) return `shows write ${value}, which was never sent`
  return null
}
