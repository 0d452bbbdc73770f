/** Cabinet and SEER on metrics that a test makes up: what they choose, by which policy, and whom they refuse. */
import assert from 'node:assert/strict'
import { ELECTION_POLICIES } from '../../../algorithms/election/policies.ts'
import { QUORUM_POLICIES } from '../../../algorithms/quorum/policies.ts'
import type { ReplicaMetrics } from '../../../real/services/measured.ts'
import { test } from '../../support/test.ts'
import { until, withDirectory } from '../drivers/local/scratch.ts'
import { call } from './call.ts'
import { DOWN, imaginedMetrics, withImaginedCollector } from './imagined-collector.ts'
import { withServices } from './service-child.ts'
import { systemConfig } from './system-config.ts'

/** Both services, and a way to change what the collector says from then on. */
async function withOpinions(
  body: (
    cabinet: number,
    seer: number,
    change: (of: (replica: ReplicaMetrics) => Partial<ReplicaMetrics>) => Promise<void>,
  ) => Promise<void>,
): Promise<void> {
  let metrics = imaginedMetrics()
  await withDirectory((directory) =>
    withImaginedCollector(
      () => metrics,
      async (collector) => {
        const config = systemConfig(directory)
        const services = { ...config.services, metrics: { host: '127.0.0.1', port: collector } }
        await withServices({ ...config, services }, async (running) => {
          const cabinet = await running.start('cabinet')
          const seer = await running.start('seer')
          await body(cabinet, seer, async (of) => {
            metrics = imaginedMetrics(of)
            const changedMs = performance.now()
            for (const port of [cabinet, seer])
              await until('it has the new metrics', 20_000, async () => {
                const sinceMs = performance.now() - changedMs
                return Number((await call(port, '/health')).json.metrics_age_ms) < sinceMs - 50
              })
          })
        })
      },
    ),
  )
}

test('Cabinet: the paper by default, the others by name and beside it', { deadlineMs: 60_000 }, () =>
  withOpinions(async (cabinet, _seer, change) => {
    const chosen = (await call(cabinet, '/select-quorum', { body: { operation: 'write', surplus: 1 } })).json
    assert.deepEqual(chosen.quorum, ['instance-2'])
    assert.deepEqual([chosen.quorum_size, chosen.total_replicas, chosen.algorithm, chosen.needed], [1, 3, 'cabinet', 1])
    assert.deepEqual([chosen.is_weighted, chosen.reached, chosen.metrics_reason], [true, true, null])
    const weights = chosen.weights as Record<string, number>
    assert.deepEqual(Object.keys(weights).sort(), ['instance-1', 'instance-2', 'instance-3', 'instance-4'])
    const sum = Object.values(weights).reduce((a, b) => a + b)
    assert.ok(Math.abs(Number(chosen.threshold) - sum / 2) < 1e-9)
    assert.ok(weights['instance-1']! + weights['instance-2']! > Number(chosen.threshold))
    assert.deepEqual(
      Object.keys(chosen.others as object).sort(),
      Object.keys(QUORUM_POLICIES)
        .filter((name) => name !== 'cabinet')
        .sort(),
    )
    assert.deepEqual((chosen.others as Record<string, { quorum: string[] }>).majority!.quorum, [
      'instance-2',
      'instance-3',
    ])

    const simple = (await call(cabinet, '/select-quorum', { body: { algorithm: 'cabinet-top' } })).json
    assert.deepEqual(simple.quorum, ['instance-2', 'instance-3'])
    // 1 / (2 ms + 1 transaction behind + 1)
    assert.equal((simple.scores as Record<string, number>)['instance-2'], 0.25)

    const only = (await call(cabinet, '/select-quorum', { body: { replicas: ['instance-4', 'instance-7'] } })).json
    assert.deepEqual([only.quorum, only.total_replicas], [['instance-4'], 1])
    for (const replicas of [[], ['somebody'], { a: 1 }, 5])
      assert.equal((await call(cabinet, '/select-quorum', { body: { replicas } })).json.total_replicas, 3)

    const unknown = await call(cabinet, '/select-quorum', { body: { algorithm: 'cabinett' } })
    assert.deepEqual([unknown.status, unknown.json.success], [422, false])
    assert.match(String(unknown.json.detail), /did you mean cabinet\?/)
    assert.equal((await call(cabinet, '/select-quorum', { body: { algorithm: 'toString' } })).status, 422)

    await change(({ replica_id }) => (replica_id === 'instance-1' ? {} : DOWN))
    const none = await call(cabinet, '/select-quorum', { method: 'POST' })
    assert.deepEqual([none.status, none.json.detail], [503, 'no replica is healthy'])
  }),
)

test('SEER: a ranking with reasons, never who leads, is down or was excluded', { deadlineMs: 60_000 }, () =>
  withOpinions(async (_cabinet, seer, change) => {
    const elected = (await call(seer, '/elect-leader', { method: 'POST' })).json
    assert.deepEqual(
      [elected.leader_id, elected.algorithm, elected.latency_ms, elected.crash_count],
      ['instance-2', 'seer', 2, 0],
    )
    assert.deepEqual([elected.uptime_seconds, elected.replication_lag], [100, 1])
    assert.match(String(elected.reason), /never sampled, round trip 2\.00 ms/)
    assert.equal(elected.has_learnt, false)
    const ranking = elected.ranking as { replica_id: string; eligible: boolean; barred_because: string | null }[]
    assert.deepEqual(
      ranking.map(({ replica_id, barred_because }) => [replica_id, barred_because]),
      [
        ['instance-1', 'leads now'],
        ['instance-2', null],
        ['instance-3', null],
        ['instance-4', null],
      ],
    )
    const opinions = Object.keys(elected.others as object).sort()
    const expected = Object.values(ELECTION_POLICIES).filter(({ learns, isClairvoyant }) => !learns && !isClairvoyant)
    assert.deepEqual(opinions, expected.map(({ name }) => name).sort())

    const excluded = { exclude_replicas: ['instance-2', 'instance-3'], algorithm: 'seer-score' }
    assert.equal((await call(seer, '/elect-leader', { body: excluded })).json.leader_id, 'instance-4')
    const unknown = await call(seer, '/elect-leader', { body: { algorithm: 'sear' } })
    assert.match(String(unknown.json.detail), /did you mean seer\?/)
    const clairvoyant = await call(seer, '/elect-leader', { body: { algorithm: 'best-known' } })
    assert.deepEqual([clairvoyant.status, unknown.status], [422, 422])
    assert.equal((await call(seer, '/elect-leader', { body: { exclude_replicas: 'instance-1' } })).status, 422)

    // A dead source is nobody's candidate, and once another leads it may be elected again.
    await change(({ replica_id }) => (replica_id === 'instance-2' ? DOWN : { is_master: replica_id === 'instance-4' }))
    const later = (await call(seer, '/elect-leader', { body: {} })).json
    assert.equal(later.leader_id, 'instance-1')
    await change(() => DOWN)
    const none = await call(seer, '/elect-leader', { method: 'POST' })
    assert.deepEqual([none.status, none.json.success, none.json.detail], [503, false, 'nobody is eligible'])
  }),
)

test('killed and started again on the same port, both answer as before', { deadlineMs: 90_000 }, () =>
  withDirectory((directory) =>
    withImaginedCollector(imaginedMetrics, async (collector) => {
      const config = systemConfig(directory)
      const services = { ...config.services, metrics: { host: '127.0.0.1', port: collector } }
      await withServices({ ...config, services }, async (running) => {
        for (const [name, path] of [
          ['cabinet', '/select-quorum'],
          ['seer', '/elect-leader'],
        ] as const) {
          const port = await running.start(name)
          const before = (await call(port, path, { method: 'POST' })).json
          await running.of(name).kill()
          await until('nobody listens', 5_000, () =>
            call(port, '/health').then(
              () => false,
              () => true,
            ),
          )
          assert.equal(await running.start(name), port)
          const after = (await call(port, path, { method: 'POST' })).json
          assert.deepEqual([after.quorum, after.leader_id], [before.quorum, before.leader_id])
        }
      })
    }),
  ),
)

test(
  'without a collector from the start: 503 with the reason, and health answers at once',
  { deadlineMs: 60_000 },
  () =>
    withDirectory((directory) =>
      withServices(systemConfig(directory), async (running) => {
        const cabinet = await running.start('cabinet')
        const answer = await call(cabinet, '/select-quorum', { method: 'POST' })
        assert.equal(answer.status, 503)
        assert.match(String(answer.json.detail), /the metrics collector does not answer/)
        assert.equal((await call(cabinet, '/health')).json.status, 'healthy')
      }),
    ),
)
