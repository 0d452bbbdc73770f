import assert from 'node:assert/strict'
import { loadScenario, parseScenario } from '../../../scenarios/file/load.ts'
import { test } from '../../support/test.ts'

const conditions = (text: string) => parseScenario(text, 'x.yaml').conditions

const FAULTS = 'faults:\n  - { at: 10s, crash: source }\n  - { at: 20s, restart: crashed }\n'
const PLAIN = `name: x\nworkload: { ratePerSec: 400, duration: 30s }\n${FAULTS}`

test('what is compared, what is said about a run and how its file is written have no part in the conditions', () => {
  const same = [
    `${PLAIN}algorithms: { election: most-advanced, quorum: cabinet-top }\n`,
    `${PLAIN}algorithms: { timestamps: taas }\n`,
    `${PLAIN}seed: 99\n`,
    `${PLAIN}checks: [single-writer]\nexpect: { failoverMs.max: < 3000 }\n`,
    PLAIN.replace('name: x', 'name: y\ndescription: another name'),
    `# a comment, which moves every line\n\n${PLAIN}`,
    PLAIN.replace('ratePerSec: 400, duration: 30s', 'duration: 30s, ratePerSec: 400'),
    `${PLAIN}cluster: { timestampServers: 2, nodes: 4 }\ntuning: { stalled: 3s }\n`,
  ]
  for (const text of same) assert.equal(conditions(text), conditions(PLAIN), text)
  assert.notEqual(parseScenario(same[0]!, 'x.yaml').hash, parseScenario(PLAIN, 'x.yaml').hash)
})

test('whatever shapes the run is one of the conditions', () => {
  const others = [
    `${PLAIN}cluster: { nodes: 5 }\n`,
    `${PLAIN}cluster: { semiSync: true }\n`,
    `${PLAIN}cluster: { timestampServers: 3 }\n`,
    `${PLAIN}network: { default: { delay: 1ms } }\n`,
    `${PLAIN}network: { links: { "node1->node2": { delay: 1ms } } }\n`,
    `${PLAIN}tuning: { unreachable: 2s }\n`,
    PLAIN.replace('400', '401'),
    PLAIN.replace('20s', '21s'),
    PLAIN.replace('crash: source', 'crash: fastest'),
    PLAIN.replace(FAULTS, ''),
    PLAIN.replace('  - { at: 20s, restart: crashed }\n', ''),
  ]
  const all = [PLAIN, ...others].map(conditions)
  assert.equal(new Set(all).size, all.length)
  for (const one of all) assert.match(one, /^[0-9a-f]{64}$/)
})

test('conditions are the same wherever and whenever they are computed', () => {
  assert.equal(loadScenario('primary-crash').conditions, loadScenario('scenarios/primary-crash.yaml').conditions)
  assert.notEqual(loadScenario('primary-crash').conditions, loadScenario('replica-crash').conditions)
})
