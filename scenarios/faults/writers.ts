/** The witness of what the coordinator was asked for: the servers' own word, never the coordinator's. */

/** What one server says of itself. */
export interface ServerWord {
  readonly name: string
  /** Would it take a client's write? */
  readonly writable: boolean
  /** The k of the newest epoch's rows that it holds. */
  readonly newestK: readonly number[]
}

export interface WritersSight {
  readonly text: string
  /** The k of the newest epoch's rows on the one writable server; none while there are several, or none. */
  readonly k: readonly number[]
}

export function writersSight(servers: readonly ServerWord[]): WritersSight {
  const writers = servers.filter(({ writable }) => writable)
  const names = writers.map(({ name }) => name).join(', ')
  const k = writers.length === 1 ? writers[0]!.newestK : []
  const rows = k.length === 0 ? '' : `, with rows of ${k.map((one) => `k = ${one}`).join(' and ')}`
  return { text: writers.length === 0 ? 'no server is writable' : `writable: ${names}${rows}`, k }
}
