import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { STRICT_SEMI_SYNC } from '../../../algorithms/semi-sync.ts'
import { ScenarioError, UsageError } from '../../../scenarios/file/errors.ts'
import { explain } from '../../../scenarios/file/explain.ts'
import { descriptionOf, libraryNames } from '../../../scenarios/file/library.ts'
import { loadScenario, parseScenario } from '../../../scenarios/file/load.ts'
import { DEFAULT_TUNING } from '../../../scenarios/scenario.ts'
import { test } from '../../support/test.ts'
import { BAD_FILES } from './bad-files.ts'

const FIXTURES = fileURLToPath(new URL('../../fixtures/scenarios/', import.meta.url))

function refused(text: string): ScenarioError {
  try {
    parseScenario(text, 'x.yaml')
  } catch (error) {
    if (error instanceof ScenarioError) return error
    throw error
  }
  throw new Error(`accepted: ${text.slice(0, 200)}`)
}

const steps = (...lines: readonly string[]) =>
  ['name: x', 'workload: { duration: 30s }', 'faults:', ...lines.map((line) => `  - ${line}`)].join('\n')

test('a name is enough: everything else has a default', () => {
  const scenario = parseScenario('name: x\n', 'x.yaml')
  assert.equal(scenario.name, 'x')
  assert.equal(scenario.seed, 1)
  assert.deepEqual(scenario.cluster, {
    protocol: 'mysql',
    nodes: 4,
    timestampServers: 2,
    coordinators: 1,
    acknowledge: 'applied',
    semiSync: null,
    maxApplyBacklog: 5_000,
    zones: [],
  })
  assert.deepEqual(scenario.algorithms, {
    timestamps: 'odd-even',
    quorum: 'majority',
    election: 'seer-score',
    failureThreshold: 1,
    weightRatio: 'largest',
  })
  assert.deepEqual(scenario.tuning, DEFAULT_TUNING)
  assert.deepEqual(scenario.network, {
    defaultDelay: { kind: 'lognormal', medianUs: 200, sigma: 0.5 },
    links: [],
    zones: [],
  })
  assert.deepEqual(scenario.faults, [])
  assert.match(scenario.hash, /^[0-9a-f]{64}$/)
})

test('semi-sync is on, off, or set as MySQL has it; more replicas than there are is a mistake', () => {
  const semiSyncOf = (text: string) =>
    parseScenario(`name: x\ncluster: { semiSync: ${text} }\n`, 'x.yaml').cluster.semiSync
  assert.equal(semiSyncOf('false'), null)
  assert.deepEqual(semiSyncOf('true'), STRICT_SEMI_SYNC)
  assert.deepEqual(semiSyncOf('{}'), STRICT_SEMI_SYNC)
  assert.deepEqual(semiSyncOf('{ timeout: 10s, waitForReplicas: 1, waitNoReplica: false }'), {
    timeoutUs: 10_000_000,
    waitForReplicas: 1,
    waitNoReplica: false,
  })
  for (const [text, mistake] of [
    ['{ waitForReplicas: 4 }', /x.yaml:2:41: more replicas than there are, expected at most 3, found 4/],
    ['{ timeout: 10us }', /`never`, or a duration/],
    ['yes', /true, false, or a mapping such as/],
  ] as const)
    assert.throws(() => semiSyncOf(text), mistake)
})

test('every field of a scenario can be set', () => {
  const scenario = parseScenario(
    `name: x
description: all of it
seed: 7
cluster: { nodes: 5, timestampServers: 3, coordinators: 2, acknowledge: received, semiSync: true }
algorithms: { timestamps: odd-even, quorum: cabinet-top, election: most-advanced, failureThreshold: 1, weightRatio: 1.5 }
workload: { mode: open, arrivals: uniform, ratePerSec: 12.5, clients: 3, reads: 1, consistency: EVENTUAL, keys: 9, duration: 20s, warmup: 2s, deadline: 1s }
network: { default: { delay: 1ms }, links: { "node1->node3": { delay: 5ms }, "*->client": { delay: { lognormal: { median: 2ms, sigma: 1 } } } } }
tuning: { probeInterval: 20ms, probeTimeout: 30ms, unreachable: 2s, stalled: 4s, quorumTimeout: 6s, statementTimeout: 3s, adminTimeout: 5s, drainTimeout: 7s, minimumTerm: 8s }
checks: [single-writer]
expect: { throughputOpsPerSec: ">= 10", lagMs.perNode.node5.p99: < 100.5, checks: unknown }
`,
    'x.yaml',
  )
  assert.deepEqual(scenario.cluster, {
    protocol: 'mysql',
    nodes: 5,
    timestampServers: 3,
    coordinators: 2,
    acknowledge: 'received',
    semiSync: STRICT_SEMI_SYNC,
    maxApplyBacklog: 5_000,
    zones: [],
  })
  assert.deepEqual(scenario.algorithms, {
    timestamps: 'odd-even',
    quorum: 'cabinet-top',
    election: 'most-advanced',
    failureThreshold: 1,
    weightRatio: 1.5,
  })
  assert.deepEqual(scenario.workload, {
    mode: 'open',
    arrivals: 'uniform',
    ratePerSec: 12.5,
    clients: 3,
    reads: 1,
    consistency: 'EVENTUAL',
    keys: 9,
    durationUs: 20_000_000,
    warmupUs: 2_000_000,
    deadlineUs: 1_000_000,
  })
  assert.deepEqual(scenario.network, {
    defaultDelay: { kind: 'constant', us: 1000 },
    links: [
      { from: 'node1', to: 'node3', delay: { kind: 'constant', us: 5000 } },
      { from: '*', to: 'client', delay: { kind: 'lognormal', medianUs: 2000, sigma: 1 } },
    ],
    zones: [],
  })
  assert.deepEqual(Object.keys(scenario.tuning).sort(), Object.keys(DEFAULT_TUNING).sort())
  assert.equal(scenario.tuning.probeIntervalUs, 20_000)
  assert.equal(scenario.tuning.minimumTermUs, 8_000_000)
  assert.deepEqual(scenario.expectations, [
    { path: 'throughputOpsPerSec', op: '>=', limit: 10, line: 10 },
    { path: 'lagMs.perNode.node5.p99', op: '<', limit: 100.5, line: 10 },
    { path: 'checks', op: '==', limit: 'unknown', line: 10 },
  ])
})

test('the library is complete, each file is named for its scenario, and each can be explained', () => {
  assert.deepEqual(
    ['healthy', 'odd-even-inversion', 'primary-crash', 'replica-crash', 'slow-replica', 'source-partition'].filter(
      (name) => !libraryNames().includes(name),
    ),
    [],
  )
  for (const scenario of libraryNames().map(loadScenario)) {
    assert.equal(descriptionOf(scenario.name), scenario.description)
    assert.equal(basename(scenario.file), `${scenario.name}.yaml`)
    assert.ok(scenario.description.length > 20)
    assert.ok(scenario.checks.length > 0)
    assert.ok(scenario.expectations.length > 0)
    const text = explain(scenario)
    for (const check of scenario.checks) assert.ok(text.includes(check))
    assert.doesNotMatch(text, /undefined|NaN|\[object/)
  }
})

test('a scenario is found by its name, by its path, and by the path people type', () => {
  const byName = loadScenario('primary-crash')
  assert.equal(loadScenario(byName.file).hash, byName.hash)
  assert.equal(loadScenario('scenarios/primary-crash.yaml').hash, byName.hash)
  assert.throws(
    () => loadScenario('primary-carsh'),
    (error) => error instanceof UsageError && /did you mean primary-crash\?/.test(error.message),
  )
})

for (const [file, message] of Object.entries(BAD_FILES))
  test(`${file} is refused at its place`, () => {
    const path = join(FIXTURES, file)
    assert.throws(
      () => loadScenario(path),
      (error) => {
        assert.ok(error instanceof ScenarioError, String(error))
        if (typeof message === 'string') assert.equal(error.message, `${path}:${message}`)
        else assert.match(error.message.slice(path.length + 1), message)
        return true
      },
    )
  })

test('every bad file has its message, and every message its file', () => {
  assert.deepEqual(readdirSync(FIXTURES).sort(), Object.keys(BAD_FILES).sort())
})

/** [what, text, the message after `x.yaml:`] for what is too large to be kept as a file. */
const MONSTERS: readonly (readonly [string, string, RegExp])[] = [
  [
    '20,000 open lists',
    `name: ${'['.repeat(20_000)}`,
    /^1:71: too deeply nested, expected at most 32 levels, found more$/,
  ],
  ['20,000 mappings', `name: ${'{a: '.repeat(20_000)}${'}'.repeat(20_000)}`, /^1:263: too deeply nested/],
  ['20,000 dashes', `name:\n ${'- '.repeat(20_000)}x`, /^2:130: too deeply nested/],
  ['20,000 question marks', `${'? '.repeat(20_000)}x`, /^1:129: too deeply nested/],
  [
    '40 levels of indentation',
    Array.from({ length: 40 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
    /^33:33: too deeply nested/,
  ],
  [
    'lists that hide their ends',
    `name: ${'[ "]", '.repeat(3_000)}`,
    /^\d+:\d+: (too deeply nested|not YAML|a file too long)/,
  ],
  ['an alias within itself', 'name: &a [*a]', /^1:10: wrong value for name/],
  ['80,000 aliases', `a: &a 1\nb: [${'*a,'.repeat(80_000)}]`, /^1:1: a file too long for a scenario/],
  ['200 aliases', `name: x\na: &a 1\nb: [${'*a,'.repeat(200)}]`, /^3:305: too many aliases, expected at most 100/],
  ['5,000 wrong steps', steps(...new Array<string>(3_000).fill('{ at: 1 }')), /^4:5: a step without a fault/],
  ['a quarter of a megabyte in one string', `name: "${'x'.repeat(250_000)}`, /^1:\d+: not YAML/],
  ['60,000 documents', '---\n'.repeat(60_000), /^1:1: a file too long/],
]

for (const [what, text, message] of MONSTERS)
  test(`${what}: refused within a second`, () => {
    const before = process.cpuUsage()
    const error = refused(text)
    const { user, system } = process.cpuUsage(before)
    assert.match(error.message.slice('x.yaml:'.length), message)
    assert.ok(error.message.split('\n').length <= 21, 'twenty mistakes and how many more')
    assert.ok((user + system) / 1e6 < 1, `${(user + system) / 1e6} s of CPU`)
  })

test('a file over 256 kB is refused unread', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumlab-test-'))
  try {
    const file = join(folder, 'big.yaml')
    writeFileSync(file, `name: x\n${'#'.repeat(256 * 1024)}`)
    assert.throws(() => loadScenario(file), {
      message: `${file}:1:1: a file too large for a scenario, expected at most 262144 bytes, found 262152`,
    })
    assert.throws(() => loadScenario(folder), {
      message: `${folder}:1:1: not a file, expected a YAML file, found a folder`,
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('whatever bytes a file has, it is a scenario or a ScenarioError with a line for each mistake', () => {
  const piece = fc.constantFrom(
    'name: x\n',
    'workload:\n',
    '  ratePerSec: ',
    '100\n',
    '-1',
    'faults:\n',
    '  - { at: 1s, crash: source }\n',
    'expect: {',
    '}',
    '[',
    ']',
    '&a ',
    '*a',
    '!!x ',
    '"',
    "'",
    '|\n',
    '>\n',
    '\t',
    '? ',
    ': ',
    '<<: ',
    '\u0000',
    '\ufeff',
    '#',
    '---\n',
    '%YAML 1.1\n',
    '~',
    'null',
    '{ link: "a->b" }',
    'checks',
    'pass',
    '\n',
    ' ',
    '__proto__',
    'constructor',
    '%',
    '@',
    '`',
    '\r\n',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 12 }), (pieces) => {
      try {
        parseScenario(pieces.join(''), 'x.yaml')
      } catch (error) {
        if (!(error instanceof ScenarioError)) throw error
        for (const line of error.message.split('\n'))
          assert.match(line, /^x\.yaml:[1-9]\d*:[1-9]\d*: [^\n]+, expected [^\n]+, found [^\n]+$/)
      }
    }),
    { numRuns: 500 },
  )
})

/** The place and the first words of each. */
function mistakesOf(lines: readonly string[]): readonly string[] {
  return refused(lines.join('\n'))
    .message.split('\n')
    .map((line) => line.replace(/^x\.yaml:/, '').replace(/, expected .*/, ''))
}

test('all mistakes of a file that parses are reported, in the order of the file', () => {
  assert.deepEqual(
    mistakesOf([
      'name: x',
      'sed: 3',
      'workload: { duration: 30s, warmup: 40s }',
      'network: { links: { "node1->node9": { delay: 1ms }, node2: { delay: 1ms } } }',
      'faults:',
      '  - { at: 1s, crahs: node1 }',
      '  - { at: 40s, crash: node2 }',
      '  - { at: 2s, pause: node8, for: 1s }',
      '  - { at: 3s, slow: node1, cpu: 7 }',
      '  - { at: 4s, change-threshold: 1 }',
      'checks: [single-writer]',
      'expect: { failoverMs.maximum: < 5, checks.linearizable: pass, operations.failed: few, operations.ok: "> 5" }',
    ]),
    [
      '2:1: unknown key',
      '3:36: nothing to measure',
      '4:37: impossible link',
      '4:60: wrong link',
      '6:22: unknown fault',
      '7:11: crash after the end',
      '8:22: impossible target',
      '9:33: wrong value for faults[3].cpu',
      '10:33: a quorum without a threshold',
      '12:31: unknown number in expect',
      '12:57: an expectation about a check that does not run',
      '12:82: wrong limit for operations.failed',
    ],
  )
})

test('where the algorithms or the cluster are wrong, the rest of the file is judged all the same', () => {
  const rest = [
    'faults:',
    '  - { at: 3s, crash: node9 }',
    '  - { at: 40s, crash: node1 }',
    'expect: { operations.faild: == 4, checks.linearizible: pass }',
  ]
  const inExpect = ['6:29: unknown number in expect', '6:56: an expectation about a check that does not run']
  assert.deepEqual(mistakesOf(['name: x', 'algorithms: { quorum: cabinet, failureThreshold: 9 }', ...rest]), [
    '2:50: too high a failure threshold',
    '4:22: impossible target',
    '5:11: crash after the end',
    ...inExpect,
  ])
  // How many servers there are is not known then, so nothing is said about targets.
  assert.deepEqual(mistakesOf(['name: x', 'cluster: { nodez: 12 }', ...rest]), [
    '2:12: unknown key in cluster',
    ...inExpect,
  ])
})

test('a limit that begins with > is YAML for something else, and the message says how to write it', () => {
  const { message } = refused('name: x\nexpect:\n  mean(throughputOpsPerSec): > 50\n')
  assert.equal(message, "x.yaml:3:30: not YAML, expected quotes around what begins with >: '> 50', found > 50")
  assert.match(refused('name: x\nexpect: { operations.ok: >= 5 }\n').message, /^x\.yaml:2:26: .*'>= 5', found >= 5$/)
})

test('a part that is wrong brings no mistakes upon others: what depends on it is not judged', () => {
  assert.deepEqual(
    mistakesOf([
      'name: x',
      'cluster: { nodes: 700 }',
      'workload: { ratePerSec: -1 }',
      'faults:',
      '  - { at: 31s, crash: node6 }',
      '  - { at: 32s, restart: node6 }',
      'expect: { lagMs.perNode.node6.p50: < 1 }',
    ]),
    ['2:19: wrong value for cluster.nodes', '3:25: wrong value for workload.ratePerSec'],
  )
  // The undo of a step that could not be read.
  assert.deepEqual(
    mistakesOf(['name: x', 'faults:', '  - { at: 1s, crahs: node1 }', '  - { at: 2s, restart: node1 }']),
    ['3:22: unknown fault'],
  )
})

test('more than twenty mistakes are counted', () => {
  const lines = mistakesOf(['name: x', 'faults:', ...Array.from({ length: 30 }, () => '  - { at: 1s, crahs: node1 }')])
  assert.equal(lines.length, 21)
  assert.equal(lines.at(-1), ' 10 more mistakes')
})

test('a second document and a merge key are named', () => {
  assert.equal(
    refused('name: x\n---\nname: y\n').message,
    'x.yaml:2:1: a second document, expected one scenario in a file, found another one behind `---` or `...`',
  )
  assert.equal(refused('name: x\n...\nname: y\n').place.line, 3)
  assert.equal(parseScenario('---\nname: x\n...\n', 'x.yaml').name, 'x')
  assert.equal(
    refused('name: x\nworkload: &load { keys: 3 }\ncluster:\n  <<: *load\n').message,
    'x.yaml:4:3: a merge key, expected the keys themselves, or an alias in place of a whole value such as `workload: *load`, found `<<`',
  )
})

test('`for` stands for the undo that much later, and the schedule is in order of time', () => {
  const { faults } = parseScenario(
    steps(
      '{ at: 5s, slow: { link: node1->node2 }, delay: 3ms, for: 10s }',
      '{ at: 2s, crash: any, for: 4s }',
      '{ at: 6s, pause: node2 }',
    ),
    'x.yaml',
  )
  assert.deepEqual(
    faults.map(({ atUs, verb, target, undoOf, line }) => [atUs / 1e6, verb, target[0] ?? null, undoOf, line]),
    [
      [2, 'crash', 'any', null, 5],
      [5, 'slow', null, null, 4],
      [6, 'restart', 'any', 0, 5],
      [6, 'pause', 'node2', null, 6],
      [15, 'unslow', null, 1, 4],
    ],
  )
  assert.deepEqual(faults[1]!.delay, { kind: 'constant', us: 3000 })
  assert.deepEqual(faults[4]!.link, { from: 'node1', to: 'node2' })
})

test('each verb takes its own targets and amounts', () => {
  const { faults } = parseScenario(
    steps(
      '{ at: 1s, partition: { split: [[node1, node2], [node3, node4, coordinator]] }, for: 1s }',
      '{ at: 3s, partition: [node1, node2], direction: in, except: coordinator, for: 1s }',
      '{ at: 5s, slow: replica, cpu: 0.5, disk: 20ms, for: 1s }',
      '{ at: 7s, crash: timestamp-2, for: 1s }',
      '{ at: 9s, stop: coordinator }',
      '{ at: 10s, start: coordinator }',
    ),
    'x.yaml',
  )
  const [split, , cut, , slow] = faults
  assert.deepEqual(split!.split, [
    ['node1', 'node2'],
    ['node3', 'node4', 'coordinator'],
  ])
  assert.deepEqual([cut!.target, cut!.direction, cut!.except], [['node1', 'node2'], 'in', ['coordinator']])
  assert.deepEqual([slow!.cpuShare, slow!.diskUs, slow!.delay], [0.5, 20_000, null])
})

test('clocks and messages are hurt where they can be', () => {
  const { faults } = parseScenario(
    steps(
      '{ at: 1s, skew-clock: timestamp-1, by: -50ms, drift: -100ppm, for: 1s }',
      '{ at: 3s, lose: { link: "node1->node2" }, ratio: 0.1 }',
      '{ at: 3s, lose: { link: "*->timestamp-1" }, ratio: 0.1 }',
      '{ at: 4s, duplicate: { link: "*->timestamp-1" }, ratio: 1 }',
      '{ at: 5s, deliver: all }',
    ),
    'x.yaml',
  )
  assert.deepEqual(faults[0]!.skew, { byUs: -50_000, driftPpm: -100 })
  assert.equal(faults[1]!.skew, null)
  assert.equal(faults[2]!.ratio, 0.1)
  const message = (line: string) => refused(steps(line)).message
  assert.match(message('{ at: 1s, skew-clock: timestamp-1 }'), /expected by: -50ms or drift: 100ppm, found neither/)
  assert.match(message('{ at: 1s, skew-clock: node1, by: 1s }'), /impossible target, expected one of timestamp-1/)
  assert.match(message('{ at: 1s, lose-journal: node1 }'), /impossible target, expected one of coordinator, found/)
  assert.match(message('{ at: 1s, lose-journal: coordinator, for: 1s }'), /unknown key.*for/)
  assert.match(message('{ at: 1s, skew-clock: timestamp-1, by: 1 }'), /expected a duration with its unit/)
  assert.match(message('{ at: 1s, skew-clock: timestamp-1, drift: 1000000ppm }'), /expected parts per million/)
  assert.match(message('{ at: 1s, lose: { link: node1->node2 }, ratio: 0 }'), /a share of the messages above 0/)
  assert.match(
    message('{ at: 1s, reorder: { link: node1->node2 }, ratio: 0.5 }'),
    /TCP connection, which hides it, expected a link to or from a timestamp server, found node1->node2/,
  )
  assert.match(message('{ at: 1s, crash: issuer }'), /expected `timestamps: oracle`, whose servers have a leader/)
})

test('a scenario has as many timestamp servers as its algorithm needs, or as many as it says', () => {
  const servers = (text: string) => parseScenario(`name: x\n${text}`, 'x.yaml').cluster.timestampServers
  assert.equal(servers('algorithms: { timestamps: odd-even }\n'), 2)
  assert.equal(servers('algorithms: { timestamps: taas }\n'), 3)
  assert.equal(servers('algorithms: { timestamps: taas }\ncluster: { timestampServers: 5 }\n'), 5)
})

test('an undo needs its do', () => {
  const good = [
    ['{ at: 1s, crash: node1 }', '{ at: 2s, restart: node1 }'],
    ['{ at: 1s, crash: source }', '{ at: 2s, restart: crashed }'],
    ['{ at: 1s, crash: source }', '{ at: 2s, restart: node3 }'],
    ['{ at: 2s, restart: node1 }', '{ at: 1s, crash: node1 }'],
    ['{ at: 1s, crash: node1 }', '{ at: 1s, crash: node2 }', '{ at: 2s, restart: all }'],
    ['{ at: 1s, crash: minority }', '{ at: 2s, restart: node1 }', '{ at: 3s, restart: node2 }'],
    ['{ at: 1s, crash: node1, for: 1s }', '{ at: 2s, crash: node1, for: 1s }'],
    ['{ at: 1s, skew-clock: timestamp-1, by: 1s }', '{ at: 2s, unskew-clock: all }'],
  ]
  for (const lines of good) assert.doesNotThrow(() => parseScenario(steps(...lines), 'x.yaml'), lines.join())
  const bad = [
    ['{ at: 2s, restart: node1 }'],
    ['{ at: 1s, crash: node1 }', '{ at: 2s, restart: node2 }'],
    ['{ at: 1s, pause: node1 }', '{ at: 2s, restart: node1 }'],
    ['{ at: 2s, crash: node1 }', '{ at: 1s, restart: node1 }'],
    ['{ at: 1s, crash: node1, for: 1s }', '{ at: 3s, restart: node1 }'],
    ['{ at: 1s, crash: node1 }', '{ at: 2s, restart: crashed }', '{ at: 3s, restart: crashed }'],
    ['{ at: 1s, slow: { link: node1->node2 }, delay: 1ms }', '{ at: 2s, unslow: { link: node2->node1 } }'],
    ['{ at: 2s, deliver: all }'],
    ['{ at: 1s, skew-clock: timestamp-1, by: 1s }', '{ at: 2s, unskew-clock: timestamp-2 }'],
  ]
  for (const lines of bad) assert.match(refused(steps(...lines)).message, / without its /, lines.join())
  assert.match(refused(steps('{ at: 1s, crash: node1 }', '{ at: 2s, crash: node1 }')).message, /crash of node1 twice/)
})

test('the hash is that of the text', () => {
  assert.equal(parseScenario('name: x\n', 'a').hash, parseScenario('name: x\n', 'b').hash)
  assert.notEqual(parseScenario('name: x\n', 'a').hash, parseScenario('name: x # c\n', 'a').hash)
})
