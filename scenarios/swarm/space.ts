/**
 * What a swarm may draw. A file given to `fuzz` fixes what it states; its `fuzz:` block narrows what is drawn for the
 * rest; what neither says is drawn from everything that is known to be sound.
 */

import { ELECTION_POLICIES, type ElectionName } from '../../algorithms/election/policies.ts'
import { QUORUM_POLICIES, type QuorumName } from '../../algorithms/quorum/policies.ts'
import { TIMESTAMP_ALGORITHMS, type TimestampAlgorithmName } from '../../algorithms/timestamps/algorithms.ts'
import { DRAWN } from '../faults/facts.ts'
import type { FaultVerb } from '../faults/list.ts'
import { loadWritten, scenarioOf } from '../file/load.ts'
import { isMapping, type Written } from '../file/written.ts'
import type { Aim } from './run-aims.ts'

export interface Space {
  /** Where the file stands; for messages. */
  readonly file: string
  /** What the file states, without its `fuzz:` and `charge:` blocks. */
  readonly fixed: Written
  readonly nodes: readonly number[]
  readonly timestamps: readonly TimestampAlgorithmName[]
  readonly quorum: readonly QuorumName[]
  readonly election: readonly ElectionName[]
  readonly verbs: readonly FaultVerb[]
  /** What every drawn run is after; null: whatever comes. */
  readonly aim: Aim | null
}

/** Those that guarantee anything: `none` acknowledges without a quorum, and there is nothing to hold it to. */
const PROMISING = namesOf(QUORUM_POLICIES).filter((name) => QUORUM_POLICIES[name].guarantees.length > 0)

const DEFAULT_NODES = [3, 4, 5, 7] as const

/** `pathOrName` as for `run`. Throws a ScenarioError where the file itself is wrong. */
export function loadSpace(pathOrName: string): Space {
  const { file, written } = loadWritten(pathOrName)
  return spaceOf(written, file)
}

export function spaceOf(written: Written, file: string): Space {
  // What the file says must hold by itself, whatever is drawn around it.
  scenarioOf(written, file)
  const { fuzz, charge: _, ...fixed } = written
  const allowed: Written = isMapping(fuzz) ? fuzz : {}
  const stated = (part: string, key: string) => (fixed[part] as Written | undefined)?.[key]
  const choose = <T>(part: string, key: string, all: readonly T[]): readonly T[] => {
    const one = stated(part, key) as T | undefined
    return one !== undefined ? [one] : ((allowed[key] as readonly T[] | undefined) ?? all)
  }
  return {
    file,
    fixed,
    nodes: choose('cluster', 'nodes', DEFAULT_NODES),
    timestamps: choose('algorithms', 'timestamps', namesOf(TIMESTAMP_ALGORITHMS)),
    quorum: choose('algorithms', 'quorum', PROMISING),
    election: choose('algorithms', 'election', namesOf(ELECTION_POLICIES)),
    verbs: (allowed.faults as readonly FaultVerb[] | undefined) ?? DRAWN,
    aim: (allowed.aim as Aim | undefined) ?? null,
  }
}

/** A file that leaves all that happens to `fuzz`: run as it is, nothing would. */
export function drawsEverything({ fuzz, faults }: Written): boolean {
  return fuzz !== undefined && (!Array.isArray(faults) || faults.length === 0)
}

function namesOf<T extends object>(table: T): readonly (keyof T)[] {
  return Object.keys(table) as (keyof T)[]
}
