/**
 * Raft's entries under the names that the checks know. An entry is identified by its term and its index (log matching),
 * so it gets the GTID of a server that exists for one term: the term spelt as a uuid, and the index as the number. Two
 * entries that a lost and a kept leader wrote to the same index then have different names, as they must.
 */
const RAFT = '72616674'

export function termUuid(term: number): string {
  return `${RAFT}-0000-0000-0000-${term.toString(16).padStart(12, '0')}`
}

/** All entries of a log up to `lastIndex`, as a set in MySQL's text form. `termAt` of an index from 1. */
export function entriesText(termAt: (index: number) => number, lastIndex: number): string {
  const parts: string[] = []
  for (let first = 1; first <= lastIndex; ) {
    const term = termAt(first)
    let last = first
    while (last < lastIndex && termAt(last + 1) === term) last++
    parts.push(`${termUuid(term)}:${first === last ? first : `${first}-${last}`}`)
    first = last + 1
  }
  return parts.join(',')
}
