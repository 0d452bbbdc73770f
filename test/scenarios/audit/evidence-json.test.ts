import assert from 'node:assert/strict'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { type AuditedRun, auditOf } from '../../../scenarios/audit/audited-run.ts'
import { fromEvidenceJson, toEvidenceJson } from '../../../scenarios/audit/evidence-json.ts'
import { test } from '../../support/test.ts'
import { CLAIMS, EXECUTED, evidence, identity, UUIDS } from './evidence.ts'

test('evidence that was written down and read again is judged to the last word as before', () => {
  const lost = MutableGtidSet.parse(`${UUIDS[0]}:7`)
  const differing = [{ gtid: `${UUIDS[0]}:4`, elsewhere: 'node1', ops: [99], opsElsewhere: [4] }]
  const run: AuditedRun = {
    scenario: 'sound',
    world: 'local',
    seed: 3,
    claims: [...CLAIMS, { op: 21, rows: 3, consistency: 'EVENTUAL', outcome: 'unknown', gtid: null }],
    evidence: evidence({
      node2: ({ tables }) => ({ tables: { ...tables!, executed: EXECUTED.minus(lost), ops: new Set([30, 2, 1]) } }),
      node3: () => ({
        tables: null,
        unread: 'away',
        identities: [identity({ isCurrent: false, before: null, outOfReign: lost }), identity({ differing })],
        kept: [{ gtids: lost, path: 'extras.sql', found: 1 }],
      }),
    }),
    errants: ['node1'],
    isMadeToFail: false,
  }
  const again = fromEvidenceJson(toEvidenceJson(run))
  assert.deepEqual(auditOf(again), auditOf(run))
  assert.deepEqual(again.claims, run.claims)
  assert.equal(toEvidenceJson(again), toEvidenceJson(run))
})

test('what is no evidence is refused by what it says it is', () => {
  assert.throws(() => fromEvidenceJson('{"schema":"quorumlab.result/1"}'), /expected schema quorumlab.audit\/1/)
})
