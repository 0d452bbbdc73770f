/**
 * GTID sets side by side: what each server holds of each uuid, what it lacks of what anybody holds, and what it alone has
 * executed (errant: neither the source nor an earlier epoch wrote it).
 */
import { readGtidText } from '../../../algorithms/gtid-text.ts'
import type { NodeState } from '../../services/wire.ts'

interface PositionRow {
  /** The uuid, or uuid:tag, of who numbered these. */
  readonly uuid: string
  /** Whose server_uuid that is, where one of them is known. */
  readonly writer: string | null
  readonly cells: readonly PositionCell[]
}

interface PositionCell {
  readonly node: string
  /** `1-2864`, empty: none. */
  readonly executed: string
  /** Received and not applied. */
  readonly waiting: number
  /** Of what any server has executed. */
  readonly missing: number
  readonly isErrant: boolean
}

type Intervals = readonly (readonly [first: number, last: number])[]

export function positionsOf(nodes: readonly NodeState[]): PositionRow[] {
  const executed = nodes.map(({ executed }) => intervalsOf(executed))
  const retrieved = nodes.map(({ retrieved }) => intervalsOf(retrieved))
  const errant = nodes.map(({ errant }) => intervalsOf(errant))
  const uuids = [...new Set([...executed, ...retrieved, ...errant].flatMap((set) => [...set.keys()]))].sort()
  return uuids.map((uuid) => {
    const all = merged(executed.flatMap((set) => set.get(uuid) ?? []))
    return {
      uuid,
      writer: nodes.find(({ serverUuid }) => serverUuid !== '' && uuid.startsWith(serverUuid))?.id ?? null,
      cells: nodes.map(({ id }, index) => {
        const own = merged([...(executed[index]!.get(uuid) ?? []), ...(errant[index]!.get(uuid) ?? [])])
        const received = merged([...own, ...(retrieved[index]!.get(uuid) ?? [])])
        return {
          node: id,
          executed: own.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(':'),
          waiting: sizeOf(received) - sizeOf(own),
          missing: sizeOf(merged([...all, ...own])) - sizeOf(own),
          isErrant: errant[index]!.has(uuid),
        }
      }),
    }
  })
}

/** What does not read as a GTID set counts as none: a page shows what it can. */
function intervalsOf(text: string): Map<string, [number, number][]> {
  const found = new Map<string, [number, number][]>()
  try {
    readGtidText(text, (uuid, first, last) => {
      const known = found.get(uuid) ?? []
      known.push([first, last])
      found.set(uuid, known)
    })
  } catch {
    return new Map()
  }
  return found
}

function merged(intervals: Intervals): Intervals {
  const joined: [number, number][] = []
  for (const [first, last] of [...intervals].sort(([a], [b]) => a - b)) {
    const before = joined.at(-1)
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last)
    else joined.push([first, last])
  }
  return joined
}

function sizeOf(intervals: Intervals): number {
  return intervals.reduce((sum, [first, last]) => sum + last - first + 1, 0)
}
