/**
 * No word decides. A copy of the project says every sentence in other words, which change each time and lie on purpose:
 * among them are all that anybody might be tempted to look for. Nothing else may become different: not an event of a run,
 * not the end of an operation, not a verdict.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { mysqlWhy } from '../../../algorithms/reasons/mysql-errors.ts'
import { failed, unknown } from '../../../algorithms/reasons/outcomes.ts'
import { textOf } from '../../../algorithms/reasons/text.ts'
import type { Why } from '../../../algorithms/reasons/why.ts'
import type { TraceEvent } from '../../../algorithms/trace.ts'
import { loadScenario, parseScenario, scenarioOf } from '../../../scenarios/file/load.ts'
import { judge, type Stamp } from '../../../scenarios/judge.ts'
import type { RunRecord } from '../../../scenarios/record.ts'
import type { Scenario } from '../../../scenarios/scenario.ts'
import { drawScenario } from '../../../scenarios/swarm/draw.ts'
import { outcomeOf } from '../../../scenarios/swarm/outcome.ts'
import { loadSpace } from '../../../scenarios/swarm/space.ts'
import { simulate } from '../../../sim/run.ts'
import type { Edit } from '../../planted/planted-bug.ts'
import { inTree } from '../../planted/tree.ts'
import { test } from '../../support/test.ts'

const LIES = [
  'deposed: promised epoch 9, this session is of epoch 1',
  'no source reigns',
  'node1 is gone, but the quorum rule needs 2 replicas, 1 is reachable and counts',
  'the quorum rule needs 2 replicas, 1 is reachable and counts',
  'any other source would have 1 replicas that count, and a write needs 2',
  'connection refused',
  'lock wait timed out',
  'moved: in epoch 2 k is 1',
  'zyx',
  '',
]

/** What stands for every sentence in the copy. */
const LIAR = `
let told = 0
const LIES = ${JSON.stringify(LIES)}
export function lie() {
  return LIES[told++ % LIES.length] + ' ' + told
}
`

const REWORDED: readonly Edit[] = [
  {
    file: 'algorithms/reasons/text.ts',
    find: 'export function textOf(why: Why): string {',
    replace: `${LIAR}\nexport function textOf(why: Why): string {\n  if (told >= 0) return lie()`,
  },
  {
    file: 'sim/world.ts',
    find: 'const event = { ...fact, atUs: queue.now, process }',
    replace: 'const event = { ...reworded(fact), atUs: queue.now, process }',
  },
  {
    file: 'sim/world.ts',
    find: 'class Sleep implements Pending {',
    replace: `import { lie } from '../algorithms/reasons/text.ts'
function reworded(fact) {
  const words = ['reason', 'detail', 'text'].filter((field) => field in fact).map((field) => [field, lie()])
  return { ...fact, ...Object.fromEntries(words) }
}
class Sleep implements Pending {`,
  },
]

const STAMP: Stamp = {
  versions: { quorumlab: '0', node: '0' },
  machine: { platform: 'any', cpu: 'any', cores: 1, memoryMb: 1 },
  startedAt: '2026-01-01T00:00:00.000Z',
  coordinator: 'service',
}

const SLEEPER = `
name: sleeper
description: A coordinator sleeps in the middle of its take-over, and wakes when another reigns.
cluster: { nodes: 4, coordinators: 2 }
workload: { ratePerSec: 200, clients: 8, reads: 0.3, consistency: STRONG, duration: 6s }
faults:
  - { at: 1s, crash: source, for: 3s }
  - { after: { failoverStep: promote }, pause: coordinator, for: 2s }
checks: [acknowledged-writes-survive, single-writer, replicas-converge]
`

/** Runs in which every kind of reason is given, above all refusals and depositions. */
function runs(): readonly { readonly scenario: Scenario; readonly seed: number }[] {
  const drawn = (space: string, seeds: readonly number[]) =>
    seeds.map((seed) => ({ scenario: scenarioOf(drawScenario(loadSpace(space), seed), space), seed }))
  const named = (name: string) => ({ scenario: loadScenario(name), seed: 1 })
  return [
    named('source-partition'),
    named('planned-switchover'),
    { scenario: parseScenario(SLEEPER, 'sleeper.yaml'), seed: 2 },
    ...drawn('swarm-sound', range(8)),
    ...drawn(join(import.meta.dirname, '../../planted/swarms/two-coordinators.yaml'), range(20)),
  ]
}

function range(n: number): readonly number[] {
  return Array.from({ length: n }, (_, i) => i)
}

/** Fields that only people read. */
const WORDS: ReadonlySet<string> = new Set([
  'reason',
  'detail',
  'text',
  'label',
  'before',
  'during',
  'after',
  'evidence',
  'notes',
])

/** Everything but the words. */
function wordless(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, field) => (WORDS.has(key) ? undefined : field)))
}

function judged(scenario: Scenario, record: RunRecord): unknown {
  const { refusal, ...outcome } = outcomeOf(scenario, record)
  return wordless({ result: judge(scenario, [record], STAMP), outcome, excused: refusal !== null })
}

function whatHappened({ operations, events, faults, nodes, digest }: RunRecord): unknown {
  return wordless({ operations, events, faults, nodes: nodes.map(({ node, executed }) => [node, executed]), digest })
}

test('every sentence reworded: the same events, the same ends of operations, the same verdicts', {
  deadlineMs: 240_000,
}, async () => {
  await inTree(async ({ folder, holding }) => {
    await holding(REWORDED, async () => {
      const copy = (path: string) => import(pathToFileURL(join(folder, path)).href)
      const other: typeof import('../../../sim/run.ts') = await copy('sim/run.ts')
      const otherJudge: typeof import('../../../scenarios/judge.ts') = await copy('scenarios/judge.ts')
      const otherOutcome: typeof import('../../../scenarios/swarm/outcome.ts') =
        await copy('scenarios/swarm/outcome.ts')
      const codes = new Set<string>()
      for (const { scenario, seed } of runs()) {
        const where = `${scenario.name}, seed ${seed}`
        const [plain, lied] = [simulate(scenario, { seed }), other.simulate(scenario, { seed })]
        assert.deepEqual(whatHappened(lied), whatHappened(plain), where)
        const { refusal, ...outcome } = otherOutcome.outcomeOf(scenario, lied)
        const result = otherJudge.judge(scenario, [lied], STAMP)
        assert.deepEqual(wordless({ result, outcome, excused: refusal !== null }), judged(scenario, plain), where)
        for (const code of codesOf(plain)) codes.add(code)
        for (const { reason, why } of lied.operations)
          if (why !== null) assert.notEqual(reason, textOf(why), 'the copy did reword')
      }
      // Nothing would be shown by runs in which nobody says anything.
      for (const code of ['rule', 'perhaps-promoted', 'nobody-reigns', 'deadline', 'connection-refused', 'quorum-late'])
        assert.ok(codes.has(code), `${code} among ${[...codes].sort().join(', ')}`)
      const { isDeposed }: typeof import('../../../algorithms/failover/administer.ts') = await copy(
        'algorithms/failover/administer.ts',
      )
      const outcomes: typeof import('../../../algorithms/reasons/outcomes.ts') = await copy(
        'algorithms/reasons/outcomes.ts',
      )
      for (let i = 0; i < LIES.length; i++) {
        assert.ok(isDeposed(outcomes.failed({ code: 'deposed', by: 'row', epoch: 2, session: 1 })))
        assert.ok(!isDeposed(outcomes.failed({ code: 'administrator-busy' })))
      }
    })
  })
})

test('a record whose words are all others is judged the same: labels, witnesses and notes decide nothing either', {
  deadlineMs: 60_000,
}, () => {
  for (const { scenario, seed } of runs()) {
    const record = simulate(scenario, { seed })
    assert.deepEqual(judged(scenario, lyingRecord(record)), judged(scenario, record), `${scenario.name}, seed ${seed}`)
  }
})

function lyingRecord(record: RunRecord): RunRecord {
  let told = 0
  const lie = () => `${LIES[told++ % LIES.length]} ${told}`
  return {
    ...record,
    operations: record.operations.map((one) => (one.reason === null ? one : { ...one, reason: lie() })),
    events: record.events.map((event) => {
      const words = ['reason', 'detail', 'text'].filter((field) => field in event).map((field) => [field, lie()])
      return { ...event, ...Object.fromEntries(words) } as TraceEvent
    }),
    faults: record.faults.map(({ witness, ...fault }) => ({
      ...fault,
      label: lie(),
      witness: { ...witness, before: lie(), during: lie(), after: lie() },
    })),
  }
}

function codesOf({ operations, events }: RunRecord): readonly string[] {
  const reasons = [...operations, ...events].flatMap((one) => ('why' in one && one.why != null ? [one.why] : []))
  return reasons.map(({ code }) => code)
}

test('an outcome carries its reason as data, and the sentence that is made of it', () => {
  const why: Why = { code: 'deposed', by: 'promise', epoch: 3, session: 2 }
  const reason = 'deposed: promised epoch 3, this session is of epoch 2'
  assert.deepEqual(failed(why), { kind: 'failed', why, reason })
  assert.deepEqual(unknown(why), { kind: 'unknown', why, reason })
})

test('a reason that has a cause tells it as well', () => {
  const cause: Why = { code: 'not-seen-dead', cause: { code: 'deadline' } }
  assert.equal(
    textOf({ code: 'perhaps-promoted', node: 'node3', cause }),
    'node3 may have been promoted: no answer in time, and its session was not seen dead',
  )
})

test("MySQL's errors have their number and state beside a word, or the server's own words", () => {
  assert.deepEqual(mysqlWhy(1290), { code: 'read-only', errno: 1290, sqlState: 'HY000' })
  const full = mysqlWhy(1114, 'HY000', "The table 'operations' is full")
  assert.deepEqual(full, {
    code: 'mysql-error',
    errno: 1114,
    sqlState: 'HY000',
    message: "The table 'operations' is full",
  })
  assert.equal(textOf(full), "error 1114: the table 'operations' is full")
})
