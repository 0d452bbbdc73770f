/**
 * One body for every verb that both worlds carry out: the same steps have the same effects, labels, idle notes and
 * records in the simulator and on real processes. Nobody fails over here, so that node1 stays the source, and one that
 * takes writes: what a step means is looked at, and not what a cluster makes of it.
 */
import assert from 'node:assert/strict'
import { isHurt, isPossible } from '../../../scenarios/faults/facts.ts'
import { FAULT_VERBS } from '../../../scenarios/faults/list.ts'
import type { FaultStep } from '../../../scenarios/faults/step.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import type { FaultRecord } from '../../../scenarios/record.ts'

export interface Played {
  readonly records: readonly FaultRecord[]
  /** What the schedule noted. */
  readonly notes: readonly string[]
}

/**
 * Carries the steps out, waits as long again for the last of them, heals what is on and looks once more. `isNoted`: is all that
 * is to come of them among these notes? A machine that is busy may need more time than the steps have.
 */
export type Play = (steps: readonly FaultStep[], isNoted: (notes: readonly string[]) => boolean) => Promise<Played>

interface Case {
  readonly title: string
  /** One unit of time apart; `1.5u` is so many units. */
  readonly steps: readonly string[]
  /** In any order: different processes are hurt at once. */
  readonly notes: readonly string[]
  /** What is still on at the end; everything else was seen to be undone. */
  readonly left?: readonly string[]
}

export const FAULT_CASES: readonly Case[] = [
  {
    title: 'crash and restart',
    steps: ['crash: node2', 'restart: node2'],
    notes: ['crash node2', 'restart node2'],
  },
  {
    title: 'stop and start, of a server and of a service',
    steps: ['stop: [node2, timestamp-1]', 'start: [node2, timestamp-1]'],
    notes: ['stop node2', 'stop timestamp-1', 'start node2', 'start timestamp-1'],
  },
  {
    title: 'pause and resume',
    steps: ['pause: node3, for: 1.5u'],
    notes: ['pause node3', 'resume node3'],
  },
  {
    title: 'an applier is blocked and goes on, and a source has none',
    steps: ['block-applier: [source, node2]', 'unblock-applier: [source, node2]'],
    notes: [
      'block-applier node1: it is the source and applies nothing',
      'block-applier node2',
      'unblock-applier node2',
    ],
  },
  {
    title: 'who is paused or gone cannot have its applier blocked',
    steps: ['pause: node2', 'crash: node3', 'block-applier: [node2, node3]', 'resume: node2', 'restart: node3'],
    notes: [
      'pause node2',
      'crash node3',
      'block-applier node2: it is paused',
      'block-applier node3: it does not run',
      'resume node2',
      'restart node3',
    ],
  },
  {
    title: 'a server has fewer processors, and all of them again',
    steps: ['slow: node2, cpu: 0.2, for: 1.5u'],
    notes: ['slow node2 cpu 0.2', 'unslow node2 cpu 0.2'],
  },
  {
    title: 'a transaction stays open until its end, and nobody has one who takes no writes',
    steps: ['long-transaction: [source, node2], open: 1.5u'],
    notes: [
      'long-transaction node1 (source)',
      'long-transaction node2: it takes no writes',
      'end-transaction node1 (source)',
    ],
  },
  {
    title: 'one statement of many rows ends by itself',
    steps: ['long-transaction: source, rows: 5000'],
    notes: ['long-transaction node1 (source) 5000 rows'],
    left: ['long-transaction node1 (source) 5000 rows'],
  },
  {
    title: 'a table is being changed',
    steps: ['alter: source, hold: 1.5u'],
    notes: ['alter node1 (source)', 'end-alter node1 (source)'],
  },
  {
    title: 'an operator writes on a replica; what it writes on a source is everybody’s',
    steps: ['errant-write: [source, node2]'],
    notes: ["errant-write node1: it is the source: its writes are everybody's", 'errant-write node2'],
    left: ['errant-write node2'],
  },
  {
    title: 'a row that comes from the source is there already',
    steps: ['reject: [source, node3]'],
    notes: ['reject node1: it is the source and applies nothing', 'reject node3'],
    left: ['reject node3'],
  },
  {
    title: 'binlogs are purged, of who runs',
    steps: ['pause: node3', 'purge-binlogs: [node2, node3]', 'resume: node3'],
    notes: ['pause node3', 'purge-binlogs node2', 'purge-binlogs node3: it is paused', 'resume node3'],
    left: ['purge-binlogs node2'],
  },
  {
    title: 'a server comes back writable',
    steps: ['boot-writable: node2'],
    notes: ['boot-writable node2'],
    left: ['boot-writable node2'],
  },
  {
    title: 'a disk is slower, stands still, and goes on',
    steps: ['slow: node2, disk: 30ms, for: 1u', 'crash: node3', 'restart: node3', 'stall-disk: node2, for: 1.5u'],
    notes: [
      'slow node2 disk +30 ms',
      'unslow node2 disk +30 ms',
      'crash node3',
      'restart node3',
      'stall-disk node2',
      'unstall-disk node2',
    ],
  },
  {
    title: 'who has received nothing has no relay log to lose',
    steps: ['lose-relay-logs: node3'],
    notes: ['lose-relay-logs node3: its relay log is empty'],
  },
  {
    title: 'a clock is wrong, and right again',
    steps: ['skew-clock: timestamp-1, by: -80ms, for: 1.5u'],
    notes: ['skew-clock timestamp-1 by -80 ms', 'unskew-clock timestamp-1 by -80 ms'],
  },
  {
    title: 'a disk is full, and has room again',
    steps: ['fill-disk: node3, for: 1.5u'],
    notes: ['fill-disk node3', 'free-disk node3'],
  },
  {
    title: 'connections are taken, and given back',
    steps: [
      'exhaust-connections: node2',
      'crash: node3',
      'exhaust-connections: node3',
      'release-connections: node2',
      'restart: node3',
    ],
    notes: [
      'exhaust-connections node2',
      'crash node3',
      'exhaust-connections node3: it does not run',
      'release-connections node2',
      'restart node3',
    ],
  },
  {
    title: 'a journal is lost once',
    steps: ['lose-journal: coordinator', 'lose-journal: coordinator'],
    notes: ['lose-journal coordinator', 'lose-journal coordinator: its journal is gone already'],
    left: ['lose-journal coordinator'],
  },
  {
    title: 'a role stands behind whom it means, and a mere member of a list has none',
    steps: ['pause: [source, node3]', 'resume: [source, node3]'],
    notes: ['pause node1 (source)', 'pause node3', 'resume node1 (source)', 'resume node3'],
  },
  {
    title: 'what is gone cannot be paused: there is nothing to hurt, and the run goes on',
    steps: ['crash: node2', 'pause: [node2, node3]', 'restart: node2', 'resume: [node2, node3]'],
    notes: ['crash node2', 'pause node2: already gone', 'pause node3', 'restart node2', 'resume node3'],
  },
  {
    title: 'of two overlapping faults of one role each `for` undoes what its own step hit',
    steps: ['crash: source, for: 2.5u', 'crash: source, for: 2.5u'],
    notes: ['crash node1 (source)', 'crash node1: already gone', 'restart node1 (source)'],
  },
  {
    title: 'an undo by name or role ends what other steps did',
    steps: ['crash: [node2, node3]', 'crash: all', 'restart: node2', 'restart: crashed'],
    notes: [
      'crash node2',
      'crash node3',
      'crash node1 (all)',
      'crash node2: already gone',
      'crash node3: already gone',
      'crash node4 (all)',
      'restart node2',
      'restart node3',
      'restart node1 (all)',
      'restart node4 (all)',
    ],
  },
  {
    title: 'an undo of its own verb alone',
    steps: ['stop: node2', 'crash: node2', 'restart: node2', 'start: node2'],
    notes: ['stop node2', 'crash node2: already gone', 'start node2'],
  },
  {
    title: 'a role that nobody plays hits nobody',
    steps: ['crash: [node2, node3, node4]', 'pause: replica'],
    notes: ['crash node2', 'crash node3', 'crash node4', 'pause replica: there is nobody'],
    left: ['crash node2', 'crash node3', 'crash node4'],
  },
  {
    title: 'a server that was frozen and killed is healed of both',
    steps: ['pause: node2', 'crash: node2'],
    notes: ['pause node2', 'crash node2'],
    left: ['pause node2', 'crash node2'],
  },
  {
    title: 'a server is cut off from everybody, or in one direction',
    steps: ['partition: node2, for: 1.5u', 'partition: [node3, node4], direction: out', 'heal: all'],
    notes: ['partition node2', 'heal node2', 'partition node3, node4 (out)', 'heal node3, node4 (out)'],
  },
  {
    title: 'a split, and an exception to a partition',
    steps: [
      'partition: { split: [[node1, node2], [node3, node4]] }',
      'heal: { split: [[node1, node2], [node3, node4]] }',
      'partition: source, except: coordinator',
    ],
    notes: [
      'partition node1 node2 | node3 node4',
      'heal node1 node2 | node3 node4',
      'partition node1 (source), except coordinator',
    ],
    left: ['partition node1 (source), except coordinator'],
  },
  {
    title: 'a link takes longer, is narrow, and its connections end late',
    steps: ['slow: { link: node1->node2 }, delay: 30ms, bandwidth: 200kB/s, close: 50ms, for: 2u'],
    notes: ['slow node1->node2', 'unslow node1->node2'],
  },
  {
    title: 'a link loses segments, and then delivers everything',
    steps: ['lose: { link: node1->node3 }, ratio: 0.5, for: 2u'],
    notes: ['lose node1->node3 ratio 0.5', 'deliver node1->node3 ratio 0.5'],
  },
  {
    title: 'a process flaps until it settles',
    steps: ['flap: node4, period: 200ms, for: 2u'],
    notes: ['flap node4 every 200ms', 'settle node4 every 200ms'],
  },
  {
    title: 'open connections are reset once',
    steps: ['reset: { link: coordinator->node2 }', 'reset: node3'],
    notes: ['reset coordinator->node2', 'reset node3'],
    left: ['reset coordinator->node2', 'reset node3'],
  },
]

/** `unitMs`: between two steps, and what the world needs at least to be done with one. */
export async function conforms({ steps, notes, left = [] }: Case, unitMs: number, play: Play): Promise<void> {
  const lines = steps.map((step, i) => `  - { at: ${(i + 1) * unitMs}ms, ${inUnits(step, unitMs)} }`)
  const text = ['name: conformance', 'workload: { duration: 10m }', 'faults:', ...lines].join('\n')
  const isNoted = (noted: readonly string[]) => notes.every((note) => noted.includes(note))
  const played = await play(parseScenario(text, 'conformance.yaml').faults, isNoted)
  assert.deepEqual([...played.notes].sort(), [...notes].sort())
  for (const { label, witness, atUs } of played.records) {
    assert.notEqual(witness.seenUs, null, `${label} was seen to hold`)
    assert.ok(witness.seenUs! >= atUs, label)
    for (const look of [witness.before, witness.during, witness.after]) assert.notEqual(look, '', label)
    assert.notEqual(witness.before, witness.during, label)
  }
  const open = played.records.filter(({ healedUs }) => healedUs === null).map(({ label }) => label)
  assert.deepEqual([...open].sort(), [...left].sort())
}

/** Every verb that both worlds hurt with is in some case. */
export function verbsWithoutCase(): readonly string[] {
  const shared = FAULT_VERBS.filter((verb) => isHurt(verb) && isPossible(verb, 'sim') && isPossible(verb, 'local'))
  return shared.filter((verb) => !FAULT_CASES.some(({ notes }) => notes.some((note) => note.startsWith(`${verb} `))))
}

function inUnits(step: string, unitMs: number): string {
  return step.replace(/(\d+(?:\.\d+)?)u\b/, (_, units: string) => `${Math.round(Number(units) * unitMs)}ms`)
}
