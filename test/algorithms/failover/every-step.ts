/**
 * A coordinator that dies, or sleeps until a successor reigns, at each step of a failover: every phase that it enters, every
 * command that it sends, and every answer that it gets. One scenario for each, for both worlds.
 */
import { COMMANDS, type Command } from '../../../scenarios/faults/commands.ts'
import { judgeChecks } from '../../../scenarios/judge.ts'
import type { RunRecord } from '../../../scenarios/record.ts'
import type { Scenario } from '../../../scenarios/scenario.ts'

const PHASES = ['detect', 'decide', 'catchUp', 'promote', 'reroute', 'serving'] as const

/** As a scenario file says it. */
type Step =
  | { readonly failoverStep: (typeof PHASES)[number] }
  | { readonly command: Command }
  | { readonly answerTo: Command }

export const STEPS: readonly Step[] = [
  ...PHASES.map((failoverStep) => ({ failoverStep })),
  ...COMMANDS.flatMap((command) => [{ command }, { answerTo: command }]),
]

export function stepText(step: Step): string {
  return Object.entries(step)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')
}

/** What brings a coordinator to which of its steps. */
interface Course {
  readonly name: string
  /** Absent: `applied`. */
  readonly acknowledge?: 'received'
  /** Absent: 4. */
  readonly nodes?: number
  readonly quorum: string
  readonly faults: readonly string[]
}

const COURSES: readonly Course[] = [
  { name: 'killed', quorum: 'majority', faults: ['{ at: 1500ms, crash: source, for: 1500ms }'] },
  {
    name: 'paused',
    quorum: 'majority',
    faults: ['{ at: 1500ms, pause: source }', '{ at: 3500ms, resume: node1 }'],
  },
  { name: 'moved', quorum: 'majority', faults: ['{ at: 1500ms, switchover: replica }'] },
  {
    name: 'lowered',
    nodes: 5,
    quorum: 'flexible',
    faults: ['{ at: 1500ms, change-threshold: 1 }'],
  },
  // The replicas come back with appliers that stand still, and with relay logs that nobody has applied.
  {
    name: 'all gone',
    quorum: 'majority',
    acknowledge: 'received',
    faults: [
      ...['node2', 'node3', 'node4'].map((node) => `{ at: 1300ms, block-applier: ${node} }`),
      ...['node2', 'node3', 'node4'].map((node) => `{ at: 1500ms, crash: ${node}, for: 400ms }`),
      '{ at: 1500ms, crash: node1, for: 3s }',
    ],
  },
  // node2 alone receives the last writes and does not apply them: its relay log has to go.
  {
    name: 'cut off',
    quorum: 'majority',
    faults: [
      '{ at: 1400ms, block-applier: node2 }',
      '{ at: 1500ms, partition: { split: [[node1], [node3, node4]] }, for: 1s }',
      '{ at: 1600ms, crash: node1, for: 3s }',
      '{ at: 1600ms, crash: node2, for: 1500ms }',
    ],
  },
]

/** Answers to a step come from these; the first that has it. */
const COURSES_OF: Readonly<Partial<Record<Command, string>>> = {
  fence: 'moved',
  mark: 'lowered',
  apply: 'all gone',
  quiesce: 'killed',
  saveExtras: 'paused',
  rebuild: 'paused',
  discardRelayLog: 'cut off',
}

function courseOf(step: Step): Course {
  const command = 'command' in step ? step.command : 'answerTo' in step ? step.answerTo : null
  const name = (command === null ? null : COURSES_OF[command]) ?? 'killed'
  return COURSES.find((course) => course.name === name)!
}

type Hurt = 'killed' | 'killed and back' | 'paused'
export const HURTS: readonly Hurt[] = ['killed', 'killed and back', 'paused']

/** It wakes when the other one has long taken over. */
const ASLEEP_MS = 4_000

export function everyStep(step: Step, hurt: Hurt, delayUs: number, course: Course = courseOf(step)): string {
  const after = `after: { ${stepText(step)}, delay: ${delayUs}us }`
  const fault = {
    killed: `{ ${after}, crash: coordinator }`,
    'killed and back': `{ ${after}, crash: coordinator, for: 300ms }`,
    paused: `{ ${after}, pause: coordinator, for: ${ASLEEP_MS}ms }`,
  }[hurt]
  return `
name: every-step
description: A coordinator is ${hurt} at a step of a failover (${course.name}).
cluster:    { nodes: ${course.nodes ?? 4}, coordinators: 2, acknowledge: ${course.acknowledge ?? 'applied'} }
algorithms: { timestamps: odd-even, quorum: ${course.quorum}, election: seer-score${course.quorum === 'flexible' ? ', failureThreshold: 2' : ''} }
workload:   { ratePerSec: 150, clients: 16, reads: 0.3, keys: 10, consistency: STRONG, duration: 9s, warmup: 500ms, deadline: 1500ms }
liveness:   3s
checks:     [acknowledged-writes-survive, single-writer, replicas-converge, linearizable, live-after-healing]
faults:
${[...course.faults, fault].map((line) => `  - ${line}`).join('\n')}
`
}

/** Whatever is not as it must be, whichever world it was; a step that never came is among it. */
export function complaintsOf(scenario: Scenario, record: RunRecord): string[] {
  const checks = judgeChecks(scenario, record).filter(({ verdict }) => verdict !== 'pass')
  return [
    ...checks.map(({ name, verdict, detail }) => `${name} ${verdict}: ${detail}`),
    ...doneByTheDeposed(record).map((what) => `${what}, done by a deposed coordinator after it woke`),
  ]
}

/** A process that is woken by a signal takes a moment to tell the one answer that it slept with; a simulated one none. */
const WAKING_US = 100_000

/**
 * What a coordinator did after it had slept through a successor's beginning, under an older epoch; empty: nothing. What it
 * tells in the moment in which it wakes was done before: it slept with the answer in its hands.
 */
function doneByTheDeposed({ events, faults, world }: RunRecord): string[] {
  const nap = faults.find(({ kind, target }) => kind === 'pause' && target.includes('coordinator'))
  if (nap === undefined || nap.healedUs === null) return []
  const newest = Math.max(
    ...events.flatMap((event) =>
      event.kind === 'reign' && event.process !== 'coordinator' && event.atUs < nap.healedUs! ? [event.epoch] : [0],
    ),
  )
  const { healedUs } = nap
  const done = events.filter((event) => {
    if (event.atUs <= healedUs || event.process !== 'coordinator') return false
    const changes = event.kind === 'reign' || event.kind === 'rejoined' || event.kind === 'threshold'
    return changes && event.epoch < newest
  })
  const sleptWith = world !== 'sim' && done[0] !== undefined && done[0].atUs <= healedUs + WAKING_US ? 1 : 0
  return done.slice(sleptWith).map((event) => `${event.kind} of epoch ${'epoch' in event ? event.epoch : 'none'}`)
}
