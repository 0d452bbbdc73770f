/** Small crowded histories of one key, and large ones of a register that works, for the linearizability tests. */
import { RandomStreams } from '../../../../scenarios/chance/random.ts'
import type { Operation } from '../../../../scenarios/record.ts'
import { operation } from '../../healthy-history.ts'

const KEY = 3

export function write(op: number, sentUs: number, endUs: number, fields: Partial<Operation> = {}): Operation {
  return operation({ op, kind: 'write', key: KEY, sentUs, endUs, ...fields })
}

/** `shows`: the operation whose row is returned; null: no row. */
export function read(
  op: number,
  sentUs: number,
  endUs: number,
  shows: number | null,
  fields: Partial<Operation> = {},
): Operation {
  const value = shows === null ? null : { op: shows, timestamp: null }
  return operation({ op, kind: 'read', key: KEY, sentUs, endUs, value, ...fields })
}

/** Up to `size` operations within a few microseconds, half of them reads of a row that somebody may have written. */
export function smallHistory(seed: number, size: number): Operation[] {
  const stream = new RandomStreams(seed).stream('small-history')
  const below = (n: number) => Math.floor(stream.uniform() * n)
  const n = 1 + below(size)
  const kinds = Array.from({ length: n }, () => (below(2) === 0 ? ('write' as const) : ('read' as const)))
  const writes = kinds.flatMap((kind, op) => (kind === 'write' ? [op] : []))
  const span = 3 + below(12)
  return kinds.map((kind, op) => {
    const sentUs = below(span)
    const endUs = sentUs + below(6)
    const chance = below(10)
    const consistency = below(8) === 0 ? 'EVENTUAL' : 'STRONG'
    const outcome = chance < 7 ? 'ok' : chance < 9 ? 'unknown' : 'failed'
    const answered = outcome === 'unknown' ? null : endUs
    if (kind === 'write') return write(op, sentUs, endUs, { outcome, consistency, endUs: answered })
    const shown = below(writes.length + 1)
    return read(op, sentUs, endUs, writes[shown] ?? null, { consistency })
  })
}

/** Sessions that do one operation after the other, mostly with nothing in between: times touch all the time. */
export function sessionHistory(seed: number, size: number): Operation[] {
  const stream = new RandomStreams(seed).stream('session-history')
  const below = (n: number) => Math.floor(stream.uniform() * n)
  const sessions = 1 + below(3)
  const freeUs = Array.from({ length: sessions }, () => below(3))
  const plans = Array.from({ length: 1 + below(size) }, () => {
    const session = below(sessions)
    const sentUs = freeUs[session]! + (below(4) === 0 ? 1 : 0)
    const endUs = sentUs + below(3)
    freeUs[session] = endUs
    return { session: session + 1, sentUs, endUs, kind: below(2) === 0 ? ('write' as const) : ('read' as const) }
  })
  const writes = plans.flatMap(({ kind }, op) => (kind === 'write' ? [op] : []))
  return plans.map(({ session, sentUs, endUs, kind }, op) => {
    const outcome = below(8) === 0 ? 'unknown' : 'ok'
    if (kind === 'write') return write(op, sentUs, endUs, { session, outcome, endUs: outcome === 'ok' ? endUs : null })
    return read(op, sentUs, endUs, writes[below(writes.length + 1)] ?? null, { session })
  })
}

export interface Load {
  readonly operations: number
  readonly clients: number
  readonly keys: number
  /** Share of writes without an answer. */
  readonly unknown: number
  /** So many reads are made to show a row that was replaced long ago. */
  readonly stale: number
}

/** What clients see of registers that work: each operation takes effect at one moment of its interval. */
export function largeHistory(seed: number, load: Load): Operation[] {
  const stream = new RandomStreams(seed).stream('large-history')
  const below = (n: number) => Math.floor(stream.uniform() * n)
  const freeUs = new Array<number>(load.clients).fill(0)
  const plans = Array.from({ length: load.operations }, (_, op) => {
    const client = op % load.clients
    const sentUs = freeUs[client]! + below(50)
    const endUs = sentUs + 1 + below(400)
    freeUs[client] = endUs + 1
    const isWrite = below(2) === 0
    const unknown = isWrite && stream.uniform() < load.unknown
    // What has no answer may take effect long after its client has gone on, or never.
    const effectUs = unknown ? sentUs + below(20_000) : sentUs + below(endUs - sentUs + 1)
    const lost = unknown && below(3) === 0
    return { op, client, sentUs, endUs, isWrite, unknown, lost, effectUs, key: below(load.keys) }
  })
  const rows = new Map<number, number[]>()
  const shown = new Map<number, number | null>()
  const readers = plans.filter(({ isWrite }) => !isWrite)
  const stale = new Set(Array.from({ length: load.stale }, () => readers[below(readers.length)]?.op))
  for (const { op, isWrite, key, lost } of plans.toSorted((a, b) => a.effectUs - b.effectUs || a.op - b.op)) {
    let written = rows.get(key)
    if (written === undefined) rows.set(key, (written = []))
    if (!isWrite) shown.set(op, written.at(stale.has(op) ? -40 : -1) ?? null)
    else if (!lost) written.push(op)
  }
  return plans.map(({ op, client, sentUs, endUs, isWrite, unknown, key }) => {
    const fields = { key, session: client + 1 }
    if (!isWrite) return read(op, sentUs, endUs, shown.get(op)!, fields)
    return write(op, sentUs, endUs, unknown ? { ...fields, outcome: 'unknown', endUs: null } : fields)
  })
}
