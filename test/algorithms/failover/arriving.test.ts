import assert from 'node:assert/strict'
import { fedAgeUs, hasAdvanced, lastAdvanceUs } from '../../../algorithms/failover/arriving.ts'
import { type Member, newMember } from '../../../algorithms/failover/member.ts'
import type { Reign } from '../../../algorithms/failover/reign.ts'
import { EMPTY_GTID_SET } from '../../../algorithms/gtid-set.ts'
import type { ServerState } from '../../../algorithms/servers.ts'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { judgeChecks } from '../../../scenarios/judge.ts'
import type { RunRecord } from '../../../scenarios/record.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'
import { replica, SOURCE, uuidOf, wrote } from './scripted-servers.ts'

const receiving = (arriving: ServerState['arriving'], more: Partial<ServerState> = {}) =>
  replica(1, EMPTY_GTID_SET, { arriving, ...more })
const part = (position: number, transaction = 'a:7') => receiving({ transaction, position })

test('more of one transaction at two looks is an advance; of two, of none or from another source it is not', () => {
  assert.ok(hasAdvanced(part(100), part(101)))
  assert.ok(!hasAdvanced(part(100), part(100)))
  assert.ok(!hasAdvanced(part(100), part(200, 'a:8')))
  assert.ok(!hasAdvanced(null, part(100)))
  assert.ok(!hasAdvanced(receiving(null), part(100)))
  assert.ok(!hasAdvanced(part(100), receiving(null)))
  const elsewhere = receiving({ transaction: 'a:7', position: 200 }, { source: 'node3' })
  assert.ok(!hasAdvanced(part(100), elsewhere))
})

/** A replica that holds so many of the source's transactions. */
function member(index: number, holds: number, advancedUs: number, more: Partial<Member> = {}): Member {
  const state = replica(index, wrote(0, holds))
  const seen = { state, held: state.executed, probe: 'answered', stateAskedUs: 1_000_000 } as const
  return { ...newMember(index, `node${index + 1}`, EMPTY_GTID_SET), ...seen, advancedUs, ...more }
}

test('what is still coming in feeds a replica as heartbeats do', () => {
  const fed = (stateFedAgeUs: number | null, advancedUs: number) =>
    fedAgeUs(member(1, 0, advancedUs, { state: replica(1, EMPTY_GTID_SET, { fedAgeUs: stateFedAgeUs }) }))
  assert.equal(fed(50_000, -1), 50_000)
  assert.equal(fed(null, -1), null)
  assert.equal(fed(700_000, 900_000), 100_000)
  assert.equal(fed(50_000, 900_000), 50_000)
  assert.equal(fed(null, 1_000_010), 0)
})

/** k is 2, and what is waited for is the source's seventh transaction. */
function lastAdvance(replicas: readonly Member[], waits: 'for its quorum' | 'in its statement' = 'for its quorum') {
  const source = { ...member(0, 6, -1), state: replica(0, wrote(0, 6), SOURCE) }
  const acknowledgements = { waitingSinceUs: waits === 'for its quorum' ? 1 : null, acknowledgedUpTo: 6 }
  const reign = { source, sourceUuid: uuidOf(0), k: 2, acknowledgements } as unknown as Reign
  return lastAdvanceUs([source, ...replicas], reign)
}

test('a quorum is as far as the slowest of its members that is needed', () => {
  for (const waits of ['for its quorum', 'in its statement'] as const) {
    assert.equal(lastAdvance([member(1, 6, 300), member(2, 6, 500), member(3, 6, 400)], waits), 400)
    // One has it already, so one more is needed.
    assert.equal(lastAdvance([member(1, 7, 100), member(2, 6, 500), member(3, 6, 400)], waits), 500)
    assert.equal(lastAdvance([member(1, 7, 100), member(2, 6, -1), member(3, 6, -1)], waits), -1)
  }
})

test('where enough have what is waited for, nobody waits for what else comes in', () => {
  assert.equal(lastAdvance([member(1, 7, 900), member(2, 8, 900), member(3, 6, 900)]), Number.NEGATIVE_INFINITY)
})

test('who does not follow the source, does not answer or lost data brings nothing', () => {
  const elsewhere = { state: replica(2, wrote(0, 6), { source: 'node4' }) }
  const loss = { seen: { kind: 'relay-log', byUs: 0 }, doubted: false, joined: false } as const
  for (const more of [elsewhere, { probe: 'failed' }, { loss }] as Partial<Member>[])
    assert.equal(lastAdvance([member(1, 6, 900), member(2, 6, 900, more)]), Number.NEGATIVE_INFINITY)
})

const REPLICAS = ['node2', 'node3', 'node4']

/** 40 MB over links that take five seconds for it: writes that come after them wait for as long. */
function largeTransaction(seed: number, ...more: string[]): RunRecord {
  const faults = [
    ...REPLICAS.map((node) => `at: 2s, slow: { link: "node1->${node}" }, bandwidth: 8MB/s`),
    'at: 3s, long-transaction: source, rows: 400000',
    ...more,
  ]
  const text = `
name: large
workload: { ratePerSec: 50, clients: 16, reads: 0, duration: 12s, warmup: 1s }
faults: [${faults.map((step) => `{ ${step} }`).join(', ')}]
checks: [acknowledged-writes-survive, single-writer, replicas-converge]
`
  const scenario = parseScenario(text, 'large.yaml')
  const record = simulate(scenario, { seed })
  for (const { name, verdict, detail } of judgeChecks(scenario, record))
    assert.equal(verdict, 'pass', `seed ${seed}: ${name}: ${detail}`)
  return record
}

const alarms = ({ events }: RunRecord) =>
  events.flatMap((event) => (event.kind === 'phase' && event.phase === 'detect' ? [event] : []))

test('a source stays while a large transaction comes in, and writes behind it are answered', () => {
  for (const seed of [1, 2]) {
    const record = largeTransaction(seed)
    assert.deepEqual(alarms(record), [])
    const waitedUs = record.operations.flatMap(({ outcome, endUs, intendedUs }) =>
      outcome === 'ok' ? [endUs! - intendedUs] : [],
    )
    assert.ok(Math.max(...waitedUs) > 4_000_000, 'they had to wait for it')
  }
})

test('one that stops coming in is a stall', () => {
  const stalls = REPLICAS.map((node) => `at: 6s, fill-disk: ${node}`)
  const [alarm] = alarms(largeTransaction(1, ...stalls))
  assert.match(alarm!.detail, /^writes have waited for their quorum for 3/)
  assert.ok(alarm!.atUs > 9_000_000 && alarm!.atUs < 9_300_000, `at ${alarm!.atUs} us`)
})
