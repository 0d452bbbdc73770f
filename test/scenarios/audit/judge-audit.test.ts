import assert from 'node:assert/strict'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import type { AuditedServer, Claim } from '../../../scenarios/audit/evidence.ts'
import { judgeAudit } from '../../../scenarios/audit/judge-audit.ts'
import type { Audit } from '../../../scenarios/result-audit.ts'
import { test } from '../../support/test.ts'
import { CLAIMS, EXECUTED, evidence, identity, UUIDS } from './evidence.ts'

type Spoiled = Parameters<typeof evidence>[0]

function audit(spoil: Spoiled, claims: readonly Claim[] = CLAIMS, errants: readonly string[] = []): Audit {
  return judgeAudit(claims, evidence(spoil), new Set(errants))
}

function executed(text: string, change: 'with' | 'without', ops: (all: Set<number>) => void = () => {}) {
  return ({ tables }: AuditedServer): Partial<AuditedServer> => {
    const set = MutableGtidSet.parse(text)
    const all = new Set(tables!.ops)
    ops(all)
    return {
      tables: { ...tables!, executed: change === 'with' ? EXECUTED.union(set) : EXECUTED.minus(set), ops: all },
      identities: [identity({ logged: change === 'with' ? EXECUTED.union(set) : EXECUTED.minus(set) })],
    }
  }
}

test('all that was acknowledged is everywhere: it passes, and says who was the source of what', () => {
  const result = audit({})
  assert.equal(result.verdict, 'pass')
  assert.equal(
    result.detail,
    '20 acknowledged STRONG writes: each in the binlogs and rows of node2, and lost on none of 3 servers',
  )
  assert.deepEqual(
    result.servers.map(({ node, state, reigned }) => [node, state, reigned]),
    [
      ['node1', 'agrees', [1]],
      ['node2', 'source', [2]],
      ['node3', 'agrees', []],
    ],
  )
})

test('a write that the last source lacks is lost, and who has it is said', () => {
  const result = audit({ node2: executed(`${UUIDS[0]}:7`, 'without', (ops) => ops.delete(7)) })
  assert.equal(result.verdict, 'fail')
  assert.deepEqual(result.kinds, ['diverged', 'gone-from-source'])
  assert.equal(
    result.evidence[0],
    `write 7 (STRONG, acknowledged, GTID ${UUIDS[0]}:7): its GTID and row are missing on the last source node2; it is in the binlogs of node1, node3`,
  )
})

test('an executed write without its row is lost on that server, whoever it is', () => {
  const result = audit({ node3: executed('', 'with', (ops) => ops.delete(12)) })
  assert.deepEqual([result.verdict, result.kinds], ['fail', ['gone-from-replica']])
  assert.match(result.evidence[0]!, /write 12 .*its GTID is executed, its row is missing on node3/)
})

test('a replica that has not come so far yet has lost nothing', () => {
  const result = audit({
    node3: executed(`${UUIDS[1]}:9-10`, 'without', (ops) => [19, 20].map((op) => ops.delete(op))),
  })
  assert.equal(result.verdict, 'pass')
  assert.deepEqual([result.servers[2]!.state, result.servers[2]!.lacks], ['behind', 2])
})

test('a replica that passed a transaction over and has later ones has lost it', () => {
  const result = audit({ node3: executed(`${UUIDS[1]}:5`, 'without', (ops) => ops.delete(15)) })
  assert.deepEqual([result.verdict, result.kinds], ['fail', ['gone-from-replica']])
  assert.match(result.evidence[0]!, /^write 15 .*: its GTID is missing below the executed number 10 on node3$/)
})

test('one GTID with two contents is found, with what each server has under it', () => {
  const differing = [{ gtid: `${UUIDS[0]}:4`, elsewhere: 'node1', ops: [99], opsElsewhere: [4] }]
  const result = audit({ node3: () => ({ identities: [identity({ differing })] }) })
  assert.deepEqual([result.verdict, result.kinds], ['fail', ['same-gtid-other-content']])
  assert.equal(result.evidence[0], `${UUIDS[0]}:4 is operation 4 on node1, and operation 99 on node3`)
})

test('one GTID that two clients were told, and one that did something else, are violations', () => {
  const claims = CLAIMS.map((claim) => (claim.op === 5 ? { ...claim, gtid: CLAIMS[5]!.gtid } : claim))
  const result = audit({}, claims)
  assert.deepEqual(result.kinds, ['acknowledged-twice', 'other-operation'])
})

test('a row that no client wrote, and one that was answered as certainly not done, are violations', () => {
  const claims = CLAIMS.flatMap((claim) =>
    claim.op === 3 ? [] : claim.op === 4 ? [{ ...claim, outcome: 'failed' as const }] : [claim],
  )
  const result = audit({}, claims)
  assert.deepEqual(result.kinds, ['failed-and-there', 'row-without-operation'])
  assert.ok(result.evidence.includes('row 3 on node1, node2, node3: no client wrote it'))
})

test('writes of which nobody knows, and EVENTUAL ones that are gone, are counted and no failure', () => {
  const claims = CLAIMS.map((claim) =>
    claim.op === 4
      ? { ...claim, outcome: 'unknown' as const }
      : claim.op === 7
        ? { ...claim, consistency: 'EVENTUAL' as const }
        : claim,
  )
  const gone = executed(`${UUIDS[0]}:7`, 'without', (ops) => ops.delete(7))
  const result = audit({ node1: gone, node2: gone, node3: gone }, claims)
  assert.equal(result.verdict, 'pass')
  assert.deepEqual(result.unknown, { count: 1, there: 1 })
  assert.deepEqual(result.acknowledged, { strong: 18, eventual: 1, eventualLost: 1 })
})

test('what a server wrote that did not reign is errant, unless the scenario had it written', () => {
  const errant = MutableGtidSet.parse(`${UUIDS[2]}:1`)
  const spoil: Spoiled = {
    node3: (server) => ({
      ...executed(errant.toString(), 'with')(server),
      identities: [identity({ logged: EXECUTED.union(errant), outOfReign: errant })],
    }),
  }
  assert.deepEqual(audit(spoil).kinds, ['diverged', 'errant'])
  const meant = audit(spoil, CLAIMS, ['node3'])
  assert.equal(meant.verdict, 'pass')
  assert.equal(meant.servers[2]!.errant, errant.toString())
})

test('what a rebuild threw away was kept, or that is a violation', () => {
  const extras = MutableGtidSet.parse(`${UUIDS[0]}:11-13`)
  const uuid = '44444444-1111-1111-1111-111111111111'
  const rebuilt = (found: number): Spoiled => ({
    node1: ({ tables }) => ({
      tables: { ...tables!, uuid },
      identities: [
        identity({ isCurrent: false, logged: EXECUTED.union(extras) }),
        identity({ uuid, logged: new MutableGtidSet(), before: EXECUTED }),
      ],
      kept: [{ gtids: extras, path: 'extras.sql', found }],
    }),
  })
  const result = audit(rebuilt(3))
  assert.equal(result.verdict, 'pass')
  assert.match(result.detail, /; 1 rebuild, 3 transactions set aside$/)
  const { former, reigned, unlogged } = result.servers[0]!
  assert.deepEqual(former, [
    { uuid: UUIDS[0], extras: extras.toString(), extrasCount: 3, kept: 3, keptAs: 'extras.sql' },
  ])
  assert.deepEqual([reigned, unlogged], [[1], EXECUTED.size])
  assert.deepEqual(audit(rebuilt(2)).kinds, ['extras-not-kept'])
})

test('a server that is down is read from its binlogs, and a last source that is down leaves it undecided', () => {
  const away = { tables: null, unread: 'it was not read: no connection' }
  const replica = audit({ node3: () => away })
  assert.deepEqual([replica.verdict, replica.servers[2]!.state, replica.servers[2]!.lacks], ['pass', 'away', 0])
  const source = audit({ node2: () => away })
  assert.deepEqual([source.verdict, source.kinds, source.source], ['unknown', ['unreadable'], 'node2'])
  const nobody = audit({ node1: () => away, node2: () => away, node3: () => away })
  assert.deepEqual(nobody.kinds, ['no-final-source'])
})

test('a run without an acknowledged STRONG write has shown nothing', () => {
  assert.deepEqual(
    audit(
      {},
      CLAIMS.map((claim) => ({ ...claim, outcome: 'unknown' as const })),
    ).kinds,
    ['nothing-examined'],
  )
})
