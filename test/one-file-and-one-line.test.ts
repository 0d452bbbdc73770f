/**
 * A quorum policy and a check are each one file and one line in a list: both are written into a copy of the project, and
 * everything that names policies and checks is run there. Nothing else of the copy is touched.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from './support/test.ts'

const PROJECT = fileURLToPath(new URL('..', import.meta.url))
const NOT_COPIED = new Set(['node_modules', '.git', 'out'])

const POLICY = `import type { QuorumKind } from './policy-kind.ts'

export const ALL_BUT_ONE: QuorumKind = {
  name: 'all-but-one',
  parameters: ['failureThreshold'],
  colour: 5,
  promise: 'every replica but one holds an acknowledged transaction',
  noPromise: 'progress while two are away',
  guarantees: ['survives-failover'],
  row: { k: 'n-2', writesGoOnWith: 'n-2 replicas', takeOver: 'as its k demands', waitsFor: 'the last but one', atFour: '2', source: 'a test' },
  anyReplicas: (nodes) => ({ k: Math.max(1, nodes - 2), because: null }),
  make: () => ({
    name: 'all-but-one',
    replicasRequired: (nodes) => Math.max(1, nodes - 2),
    select: (_replicas, required) => ({ members: null, needed: required }),
  }),
}
`

const CHECK = `import type { Check } from './check.ts'
import { Findings } from './findings.ts'

export const NO_KEY_SEVEN: Check = {
  name: 'no-key-seven',
  says: 'nobody writes key 7',
  proves: 'no operation is of key 7',
  cannotSee: 'why',
  evidence: ['history'],
  promisedBy: ['survives-failover'],
  level: null,
  needsSource: false,
  judge(record) {
    const findings = new Findings()
    for (const { key, op } of record.operations) {
      findings.examined++
      if (key === 7) findings.violation('key-seven', () => \`operation \${op} is of key 7\`)
    }
    return findings.conclude('no-key-seven', { pass: () => 'none', fail: () => 'key 7 was used', nothing: 'nothing' })
  },
}
`

const SCENARIO = `name: extended
algorithms: { quorum: all-but-one, failureThreshold: 1 }
workload: { ratePerSec: 100, keys: 5, duration: 3s }
faults: [{ at: 1s, crash: source }]
checks: [acknowledged-writes-survive, no-key-seven]
`

function copied(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quorumlab-one-line-'))
  cpSync(PROJECT, folder, { recursive: true, filter: (path) => !NOT_COPIED.has(basename(path)) })
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Its import and its entry, the line of the list. */
function listed(file: string, name: string, constant: string, from: string): void {
  const text = readFileSync(file, 'utf8').replace(/\n} as const satisfies/, `\n  '${name}': ${constant},$&`)
  writeFileSync(file, `import { ${constant} } from '${from}'\n${text}`)
}

test('a quorum policy and a check are each one file and one line: schema, explain, swarm, run, report and READMEs follow', {
  deadlineMs: 180_000,
}, () => {
  const folder = copied()
  const said = (...words: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', ...words], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 120_000,
    })
    assert.equal(status, 0, `${words.join(' ')}: ${stdout}${stderr}`)
    return stdout
  }
  const read = (path: string) => readFileSync(join(folder, path), 'utf8')
  try {
    writeFileSync(join(folder, 'algorithms/quorum/all-but-one.ts'), POLICY)
    listed(join(folder, 'algorithms/quorum/policies.ts'), 'all-but-one', 'ALL_BUT_ONE', './all-but-one.ts')
    writeFileSync(join(folder, 'scenarios/checks/no-key-seven.ts'), CHECK)
    listed(join(folder, 'scenarios/checks/checks.ts'), 'no-key-seven', 'NO_KEY_SEVEN', './no-key-seven.ts')
    writeFileSync(join(folder, 'extended.yaml'), SCENARIO)

    said('test/tables/run.ts')
    const schema = JSON.parse(read('scenarios/schema.json'))
    const { algorithms, checks, fuzz, expect } = schema.properties
    assert.ok(algorithms.properties.quorum.enum.includes('all-but-one'))
    assert.ok(fuzz.properties.quorum.items.enum.includes('all-but-one'))
    assert.match(algorithms.properties.failureThreshold.description, /t of all-but-one and cabinet and flexible/)
    assert.ok(checks.items.enum.includes('no-key-seven'))
    assert.ok('checks.no-key-seven' in expect.properties)
    assert.deepEqual(JSON.parse(said('cli.ts', 'schema')), schema)
    assert.match(read('algorithms/README.md'), /\| `all-but-one` \| every replica but one holds/)
    assert.match(read('algorithms/README.md'), /\| `all-but-one` \| n-2 \| n-2 replicas \|/)
    assert.match(read('scenarios/README.md'), /\| `no-key-seven` \| no operation is of key 7 \| why \| .*`all-but-one`/)

    const explained = said('cli.ts', 'explain', 'extended.yaml')
    assert.match(explained, /a quorum \(all-but-one \(t=1\)\)/)
    assert.match(
      explained,
      /all-but-one: every replica but one holds an acknowledged transaction; not progress while two/,
    )
    assert.match(explained, /no-key-seven: nobody writes key 7/)
    assert.match(explained, /On 4 servers all-but-one \(t=1\), majority and flexible \(t=2\) are the same rule/)

    said('cli.ts', 'run', 'extended.yaml', '--out', 'ran', '--quiet')
    const result = JSON.parse(read('ran/result.json'))
    assert.deepEqual(result.scenario.labels.quorum, 'all-but-one (t=1)')
    assert.equal(result.scenario.colours['all-but-one'], 5)
    assert.equal(result.checks[1].verdict, 'pass')
    assert.match(read('ran/report.html'), /all-but-one \(t=1\) quorum/)
    // On four servers any two replicas: majority under another name.
    writeFileSync(join(folder, 'majority.yaml'), SCENARIO.replace('quorum: all-but-one', 'quorum: majority'))
    said('cli.ts', 'run', 'majority.yaml', '--out', 'other', '--quiet')
    assert.match(said('cli.ts', 'compare', 'ran', 'other', '--out', 'both'), /all-but-one \(t=1\).* are the same rule/)
    const colour = `var(--series-${result.scenario.colours['all-but-one'] + 1})`
    assert.ok(read('both/report.html').includes(colour))

    const swarm = said('cli.ts', 'fuzz', 'extended.yaml', '--seeds', '5', '--jobs', '1', '--out', 'drawn')
    assert.match(swarm, /all-but-one/)
    writeFileSync(
      join(folder, 'drawing.yaml'),
      'name: drawing\nworkload: { keys: 5 }\nfuzz: { quorum: [all-but-one] }\n',
    )
    assert.match(said('cli.ts', 'fuzz', 'drawing.yaml', '--seeds', '5', '--jobs', '1', '--out', 'any'), /all-but-one/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
