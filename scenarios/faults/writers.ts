/** The witness of what the coordinator was asked for: the servers' own word, never the coordinator's. */
import { rowsIn } from '../../algorithms/failover/epoch.ts'
import type { GtidSet } from '../../algorithms/gtid-set.ts'

/** What one server says of itself. */
export interface ServerWord {
  readonly name: string
  readonly superReadOnly: boolean
  readonly offline: boolean
  /** Everything that it holds, applied or not. */
  readonly held: GtidSet
}

export interface WritersSight {
  readonly text: string
  /** Who would take a client's write. */
  readonly writable: readonly string[]
  /** The k of the newest epoch's rows on the writable servers: several servers, while one of them is cut off or paused. */
  readonly k: readonly number[]
}

/** Who would take a client's write, and under which k. */
export function writersSight(servers: readonly ServerWord[]): WritersSight {
  const writable = servers.filter(({ superReadOnly }) => !superReadOnly)
  const open = writable.filter(({ offline }) => !offline).map(({ name }) => name)
  const byServer = writable.map(({ held }) => rowsIn(held))
  const rows = byServer.sort((a, b) => (b[0]?.epoch ?? 0) - (a[0]?.epoch ?? 0))[0] ?? []
  const k = rows.filter(({ epoch }) => epoch === rows[0]!.epoch).map((row) => row.k)
  const under = k.length === 0 ? '' : `, with rows of ${k.map((one) => `k = ${one}`).join(' and ')}`
  const text = (open.length === 0 ? 'no server is writable' : `writable: ${open.join(', ')}`) + under
  return { text, writable: open, k }
}
