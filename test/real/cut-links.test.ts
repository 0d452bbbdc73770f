/** Links of real servers that are cut, in each form of a network: what a run is held to, and what its result says of it. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLocalDriver } from '../../real/drivers/local/local-driver.ts'
import { runReal } from '../../real/run.ts'
import { parseScenario } from '../../scenarios/file/load.ts'
import { judge } from '../../scenarios/judge.ts'
import { reignsOf } from '../../scenarios/measures/reigns.ts'
import type { Result } from '../../scenarios/result.ts'
import { inFolder, shell } from '../support/shell.ts'
import { test } from '../support/test.ts'
import { until } from './drivers/local/scratch.ts'
import { Mark } from './leftovers.ts'

const FORMS = ['namespaces', 'proxy'] as const
const SLOW = { needs: ['mysql', 'namespaces'], deadlineMs: 400_000 } as const

/** The source is cut off and found again; then a replica loses its relay log (error 1872), another its connections. */
const CUT = `
name: cut
cluster: { nodes: 4 }
algorithms: { timestamps: taas }
workload: { ratePerSec: 60, clients: 8, reads: 0.3, keys: 50, duration: 11s, warmup: 1s }
faults:
  - { at: 2s, partition: source, for: 4s }
  - { at: 8s, lose-relay-logs: node4 }
  - { at: 9s, reset: node3 }
checks: [acknowledged-writes-survive, timestamps-unique, single-writer, replicas-converge, linearizable]
`

test(
  'a source that is cut off is replaced, fenced and taken back, in each form, and the forms are not ranked',
  SLOW,
  () =>
    inFolder(async (folder) => {
      const mark = new Mark()
      const file = join(folder, 'cut.yaml')
      writeFileSync(file, CUT)
      const state = join(folder, 'state')
      const marked = `export ${mark.assignment} XDG_STATE_HOME=${state}`
      for (const form of FORMS) {
        const out = join(folder, form)
        const { code, stderr, stdout } = await shell(
          `${marked}; cli run ${file} --on local --network ${form} --out ${out}`,
        )
        assert.equal(code, 0, `${form}: ${stderr}${stdout}`)
        assert.match(stderr, new RegExp(`network: ${form}, `))
        const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result
        assert.equal(result.network?.form, form)
        assert.deepEqual(
          result.checks.filter(({ verdict }) => verdict !== 'pass').map(({ name, detail }) => `${name}: ${detail}`),
          [],
        )
        assert.equal(result.summary.failovers[0]?.oldSource, 'node1', stdout)
        assert.ok(
          result.fencedSources?.some(({ node }) => node === 'node1'),
          form,
        )
      }
      const compared = await shell(`cli compare ${FORMS.map((form) => join(folder, form, 'result.json')).join(' ')}`)
      assert.equal(compared.code, 0, compared.stderr)
      assert.match(compared.stdout, /the network differs: namespaces and proxy/)
      assert.doesNotMatch(compared.stdout, /better|faster/)
      await until('nothing is left', 5_000, () => mark.bearers().length === 0)
      assert.deepEqual(readdirSync(join(state, 'quorumlab/clusters')), [])
    }),
)

const SPLIT = parseScenario(
  `
name: split
cluster: { nodes: 4 }
algorithms: { timestamps: taas, quorum: majority }
workload: { ratePerSec: 60, clients: 8, reads: 0, keys: 50, duration: 15s, warmup: 1s, deadline: 2s }
tuning: { stalled: 1s }
faults:
  - { at: 2s, partition: { split: [[node1, node2, coordinator, client], [node3, node4]] }, for: 4s }
  - { at: 8s, partition: [node2, node4], for: 4s }
checks: [acknowledged-writes-survive, single-writer, replicas-converge]
`,
  'split.yaml',
)

test(
  'two and two, and a lost majority: a take-over is refused by the rule, and what is healed serves again',
  SLOW,
  () =>
    inFolder(async (outDir) => {
      const driver = await createLocalDriver({ nodes: SPLIT.cluster.nodes })
      const record = await runReal(SPLIT, { seed: 1, driver, outDir })
      const stamp = { startedAt: '', versions: { quorumlab: '-', node: process.version }, machine: {} }
      const { checks } = judge(SPLIT, [record], { ...stamp, coordinator: 'service' })
      assert.deepEqual(
        checks.filter(({ verdict }) => verdict !== 'pass').map(({ name, detail }) => `${name}: ${detail}`),
        [],
      )
      assert.deepEqual(
        reignsOf(record.events).map(({ source }) => source),
        ['node1'],
      )
      assert.equal(record.faults.length, 2)
      for (const { label, witness, healedUs } of record.faults) {
        const refusals = record.events.flatMap((event) =>
          event.kind === 'refused' && event.atUs > witness.seenUs! && event.atUs < healedUs! ? [event] : [],
        )
        assert.equal(refusals[0]?.why.code, 'rule', `${label}: ${JSON.stringify(refusals)}`)
        const served = record.operations.filter(({ sentUs, outcome }) => outcome === 'ok' && sentUs! > healedUs!)
        assert.ok(served.length > 0, label)
      }
    }),
)
