/**
 * Hierarchical quorum consensus (Kumar, IEEE Transactions on Computers 40(9):996-1004, 1991), two levels deep: the
 * servers form groups, and a quorum is a majority in each of a majority of the groups. Any two quorums share a group,
 * and in it a server, so the same quorums commit and elect. With 9 servers in 3 groups 4 suffice where a plain majority
 * needs 5; but two groups that lose their majority stop everything, though that may be only 4 of 9 servers.
 */
import { takesThreshold } from '../policy-facts.ts'
import { repliersFirst } from './counting.ts'
import { evenGroups, type Grouping } from './grouping.ts'
import type { CommitRule, CommitTally, ElectionTally, QuorumScheme } from './quorum-system.ts'
import type { RaftQuorumKind } from './scheme-kind.ts'

export const RAFT_HIERARCHICAL: RaftQuorumKind = {
  name: 'hierarchical',
  parameters: [],
  colour: 3,
  promise: 'a majority in a majority of the groups holds what is committed',
  noPromise: 'progress while two of three groups lack their majority',
  guarantees: ['survives-failover'],
  row: {
    commitsWith: 'majority in a majority of groups',
    electsWith: 'the same',
    promises: 'about n/4 servers instead of n/2',
    costs: 'two of three groups without a majority stop it',
    source: 'Kumar, IEEE ToC 40(9), 1991',
  },
  make: ({ nodes, groups }) => hierarchicalScheme(groups ?? evenGroups(nodes)),
}

export function hierarchicalScheme(grouping: Grouping): QuorumScheme {
  const sizes = sizesOf(grouping)
  return {
    name: RAFT_HIERARCHICAL.name,
    takesThreshold: takesThreshold(RAFT_HIERARCHICAL),
    reign: (leader) => new HierarchicalRule(grouping, sizes, leader),
    election: () => new HierarchicalVotes(grouping, sizes),
    fewest: () => fewestOf(sizes),
  }
}

/** Counts servers by group; a group is won by a majority of its members. */
class GroupCount {
  readonly #grouping: Grouping
  readonly #missing: number[]
  #groupsMissing: number

  constructor(grouping: Grouping, sizes: readonly number[]) {
    this.#grouping = grouping
    this.#missing = sizes.map((size) => Math.floor(size / 2) + 1)
    this.#groupsMissing = Math.floor(sizes.length / 2) + 1
  }

  /** One more server of its group; each only once. */
  add(node: number): void {
    const group = this.#grouping[node]!
    if (--this.#missing[group]! === 0) this.#groupsMissing--
  }

  get isQuorum(): boolean {
    return this.#groupsMissing <= 0
  }
}

class HierarchicalTally implements CommitTally {
  readonly repliers: number[] = []
  readonly #count: GroupCount
  readonly #counted: Uint8Array
  readonly #leader: number

  constructor(grouping: Grouping, sizes: readonly number[], leader: number) {
    this.#count = new GroupCount(grouping, sizes)
    this.#counted = new Uint8Array(grouping.length)
    this.#leader = leader
  }

  add(node: number): 'won' | 'pending' {
    if (this.#counted[node] === 0) {
      this.#counted[node] = 1
      this.#count.add(node)
      if (node !== this.#leader) this.repliers.push(node)
    }
    return this.#count.isQuorum ? 'won' : 'pending'
  }
}

class HierarchicalVotes implements ElectionTally {
  readonly #granted: GroupCount
  /** A quorum among those who did not refuse is still possible. */
  readonly #grouping: Grouping
  readonly #sizes: readonly number[]
  readonly #answers: ('granted' | 'refused' | undefined)[] = []

  constructor(grouping: Grouping, sizes: readonly number[]) {
    this.#granted = new GroupCount(grouping, sizes)
    this.#grouping = grouping
    this.#sizes = sizes
  }

  vote(node: number, verdict: 'granted' | 'refused'): 'won' | 'pending' | 'lost' {
    if (this.#answers[node] === undefined) {
      this.#answers[node] = verdict
      if (verdict === 'granted') this.#granted.add(node)
    }
    if (this.#granted.isQuorum) return 'won'
    const possible = new GroupCount(this.#grouping, this.#sizes)
    for (let i = 0; i < this.#grouping.length; i++) if (this.#answers[i] !== 'refused') possible.add(i)
    return possible.isQuorum ? 'pending' : 'lost'
  }
}

class HierarchicalRule implements CommitRule {
  readonly #grouping: Grouping
  readonly #sizes: readonly number[]
  readonly #leader: number
  #last: readonly number[] = []

  constructor(grouping: Grouping, sizes: readonly number[], leader: number) {
    this.#grouping = grouping
    this.#sizes = sizes
    this.#leader = leader
  }

  begin(): CommitTally {
    return new HierarchicalTally(this.#grouping, this.#sizes, this.#leader)
  }

  settle(repliers: readonly number[]): void {
    this.#last = repliers
  }

  weightOf(_node: number): number {
    return 0
  }

  ranking(): readonly number[] {
    return repliersFirst(this.#grouping.length, this.#leader, this.#last)
  }

  weights(): null {
    return null
  }
}

function sizesOf(grouping: Grouping): readonly number[] {
  const sizes: number[] = []
  for (const group of grouping) sizes[group] = (sizes[group] ?? 0) + 1
  return sizes
}

function fewestOf(sizes: readonly number[]): number {
  const majorities = sizes.map((size) => Math.floor(size / 2) + 1).sort((a, b) => a - b)
  return majorities.slice(0, Math.floor(sizes.length / 2) + 1).reduce((sum, majority) => sum + majority, 0)
}
