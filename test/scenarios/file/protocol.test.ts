/** What goes with which protocol: each refusal names its place, what was expected and what was found. */
import assert from 'node:assert/strict'
import { refuseUnsupported } from '../../../real/faults/unsupported.ts'
import { ScenarioError } from '../../../scenarios/file/errors.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { test } from '../../support/test.ts'

const REFUSED: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  [
    'hierarchical with MySQL',
    'algorithms: { quorum: hierarchical }',
    /^x:2:23: quorum that only a Raft group has, expected one of majority/,
  ],
  ['native elections with MySQL', 'algorithms: { election: native }', /^x:2:25: election that only a Raft group has/],
  ['settings of Raft with MySQL', 'raft: { rounds: 2 }', /^x:2:7: settings of a Raft group, expected/],
  [
    'clients in zones of MySQL',
    'cluster: { zones: [{ name: a, nodes: 4, clients: 1 }] }',
    /^x:2:50: clients of a zone/,
  ],
  [
    'cabinet-top with Raft',
    'cluster: { protocol: raft }\nalgorithms: { quorum: cabinet-top }',
    /^x:3:23: quorum that a Raft group does not have, expected one of majority, flexible, cabinet, hierarchical, found "cabinet-top"/,
  ],
  [
    'a policy of the coordinator with Raft',
    'cluster: { protocol: raft }\nalgorithms: { election: seer-score }',
    /^x:3:25: election that a Raft group does not have/,
  ],
  [
    'timestamps with Raft',
    'cluster: { protocol: raft }\nalgorithms: { timestamps: odd-even }',
    /^x:3:27: timestamps of a Raft group/,
  ],
  ['semi-sync with Raft', 'cluster: { protocol: raft, semiSync: true }', /^x:2:38: semiSync of a Raft group/],
  [
    'unsafe forms with Raft',
    'cluster: { protocol: raft }\nunsafe: [promotion-without-catch-up]',
    /^x:3:9: unsafe forms of a Raft group/,
  ],
  [
    'a check of timestamps with Raft',
    'cluster: { protocol: raft }\nchecks: [timestamps-unique]',
    /^x:3:10: a check of timestamps in a Raft group/,
  ],
  [
    'too large a t',
    'cluster: { protocol: raft, nodes: 5 }\nalgorithms: { quorum: cabinet, failureThreshold: 3 }',
    /^x:3:50: too high a failure threshold, expected 1 to 2 with 5 servers/,
  ],
  [
    'a coordinator in Raft',
    'cluster: { protocol: raft }\nfaults: [{ at: 1s, crash: coordinator }]',
    /^x:3:27: impossible target/,
  ],
  ['a role of Raft with MySQL', 'faults: [{ at: 1s, crash: strongest }]', /^x:2:27: impossible target/],
  [
    'nodes without a zone',
    'cluster: { nodes: 4, zones: [{ name: a, nodes: 3 }] }',
    /^x:2:29: nodes without a zone, or too many, expected zones with 4 nodes together, found 3/,
  ],
  [
    'two zones of a name',
    'cluster: { nodes: 4, zones: [{ name: a, nodes: 3 }, { name: a, nodes: 1 }] }',
    /^x:2:61: a name that is taken/,
  ],
  [
    'a matrix of another size',
    'cluster: { nodes: 4, zones: [{ name: a, nodes: 4 }] }\nnetwork: { matrix: [[1ms, 1ms]] }',
    /^x:3:21: wrong number of delays, expected 1 rows of 1 delays/,
  ],
  [
    'heartbeats that are too rare',
    'cluster: { protocol: raft }\nraft: { heartbeat: 900ms }',
    /^x:3:20: heartbeats too rare/,
  ],
]

for (const [what, text, message] of REFUSED)
  test(`refused at its place: ${what}`, () => {
    assert.throws(
      () => parseScenario(`name: x\n${text}\n`, 'x'),
      (error) => {
        assert.ok(error instanceof ScenarioError, String(error))
        assert.match(error.message, message)
        return true
      },
    )
  })

test('quorum, election and t do not belong to the conditions of a Raft group, its timeouts do', () => {
  const conditions = (more: string) =>
    parseScenario(`name: x\ncluster: { protocol: raft, nodes: 7 }\n${more}\n`, 'x').conditions
  const plain = conditions('')
  assert.equal(conditions('algorithms: { quorum: cabinet, failureThreshold: 2 }'), plain)
  assert.notEqual(conditions('raft: { electionTimeout: 2s }'), plain)
})

test('real servers refuse a Raft group in a sentence', () => {
  const scenario = parseScenario('name: x\ncluster: { protocol: raft }\n', 'x.yaml')
  assert.throws(
    () => refuseUnsupported(scenario, 'local'),
    /^EnvironmentError: x\.yaml: a Raft group .* exists in the simulator only: run this scenario with --on sim$/,
  )
})
