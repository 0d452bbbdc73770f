/** Our arithmetic of GTID sets beside MySQL's own, and servers on which somebody uses tags or numbers beyond ours. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import { drawnSets } from '../../algorithms/drawn-gtid-sets.ts'
import { newestOf } from '../../support/keyed.ts'
import { test } from '../../support/test.ts'
import { withCluster } from './test-cluster.ts'

const MYSQL = { needs: 'mysql', deadlineMs: 60_000 } as const

test('drawn sets with tags are subtracted, compared and printed as by MySQL', MYSQL, async () => {
  await withCluster(1, async (cluster) => {
    const sql = await cluster.sql(0)
    const pairs = fc.sample(fc.tuple(drawnSets, drawnSets), { numRuns: 300, seed: 8 })
    for (const [{ text: left }, { text: right }] of pairs) {
      const [a, b] = [MutableGtidSet.parse(left), MutableGtidSet.parse(right)]
      const [[minus, union, subset]] = (await sql(
        `SELECT GTID_SUBTRACT('${left}', '${right}'), GTID_SUBTRACT('${left},${right}', ''), GTID_SUBSET('${right}', '${left}')`,
      )) as [[string, string, number]]
      assert.equal(a.minus(b).toString(), minus.replaceAll('\n', ''), `${left} minus ${right}`)
      assert.equal(a.union(b).toString(), union.replaceAll('\n', ''), `${left} with ${right}`)
      assert.equal(a.covers(b), subset === 1, `${left} covers ${right}`)
    }
  })
})

test('a tagged transaction disturbs neither probes nor waits, on the source and on the replica', MYSQL, async () => {
  await withCluster(2, async (cluster) => {
    await cluster.reign(1, 0, [1])
    await cluster.write(0, 1)
    const sql = await cluster.sql(0)
    await sql("SET SESSION gtid_next = 'AUTOMATIC:Nightly'")
    await sql('INSERT INTO quorumlab.operations (op, key_id) VALUES (2, 1)')
    const { uuid, executed } = await cluster.ok(0, { kind: 'probe' })
    assert.equal(executed.has({ uuid: `${uuid}:nightly`, number: 1 }), true, executed.toString())
    assert.equal(executed.highest(uuid), 1)
    await cluster.write(0, 3)
    await cluster.waitApplied(1, (await cluster.ok(0, { kind: 'executed' })).executed)
    const replica = await cluster.ok(1, { kind: 'probe' })
    assert.equal(replica.executed.highest(`${uuid}:nightly`), 1)
    assert.equal(replica.executed.highest(uuid), 2)
  })
})

test('a BIGINT or a GTID number beyond 2^53-1 is refused by its name, never rounded', MYSQL, async () => {
  await withCluster(1, async (cluster) => {
    await cluster.reign(1, 0, [])
    const sql = await cluster.sql(0)
    await sql('INSERT INTO quorumlab.operations (op, key_id) VALUES (9007199254740993, 7)')
    const read = await cluster.call(0, newestOf(7))
    assert.deepEqual(
      [read.kind, 'reason' in read && read.reason],
      [
        'failed',
        'the number of an operation that cannot be counted exactly: expected a whole number up to 2^53-1 (9007199254740991), found 9007199254740993',
      ],
    )
    await sql("SET SESSION gtid_next = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee:9007199254740993'")
    await sql('INSERT INTO quorumlab.operations (op, key_id) VALUES (5, 8)')
    const probe = await cluster.call(0, { kind: 'probe' })
    assert.equal(probe.kind, 'failed')
    assert.match('reason' in probe ? probe.reason : '', /^a GTID number in .* found 9007199254740993$/)
  })
})
