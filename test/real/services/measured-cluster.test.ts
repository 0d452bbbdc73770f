/** Collector, Cabinet and SEER on real servers: what each call answers, and what is left when something is down. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from '../../support/test.ts'
import { until, withDirectory } from '../drivers/local/scratch.ts'
import { withCluster } from '../mysql/test-cluster.ts'
import { call } from './call.ts'
import { withServices } from './service-child.ts'
import { systemConfig } from './system-config.ts'

const IDS = ['instance-1', 'instance-2', 'instance-3', 'instance-4']

interface Measured {
  readonly replica_id: string
  readonly latency_ms: number
  readonly replication_lag: number
  readonly uptime_seconds: number
  readonly crash_count: number
  readonly is_healthy: boolean
  readonly is_master: boolean
  readonly lag_transactions: number
}

async function metricsOf(port: number): Promise<{ readonly replicas: Measured[]; readonly master_timestamp: number }> {
  const { status, json } = await call(port, '/metrics')
  assert.equal(status, 200)
  return json as unknown as { replicas: Measured[]; master_timestamp: number }
}

test(
  'collector, Cabinet and SEER tell of real servers, also while some are down',
  { needs: 'mysql', deadlineMs: 240_000 },
  () =>
    withDirectory((directory) =>
      withCluster(4, async (cluster) => {
        await cluster.reign(1, 0, [1, 2, 3])
        const { nodes: members, accounts } = cluster.driver
        const config = systemConfig(join(directory, 'state'), { members: [...members], accounts })
        await withServices(config, async (services) => {
          const metrics = await services.start('metrics')

          // A timestamp that the source has and the replicas get: lag is counted in timestamps, and ends at 0.
          const sql = await cluster.sql(0)
          await sql('SET @quorumlab_timestamp = 41')
          await sql("INSERT INTO testdb.users (name, email) VALUES ('a', 'a@example.org')")
          let seen: readonly Measured[] = []
          await until('every server has the row', 20_000, async () => {
            const { replicas, master_timestamp: newest } = await metricsOf(metrics)
            seen = replicas
            return (
              newest === 41 &&
              replicas.every((one) => one.is_healthy && one.replication_lag === 0 && one.lag_transactions === 0)
            )
          })
          assert.deepEqual(
            seen.map(({ replica_id }) => replica_id),
            IDS,
          )
          assert.deepEqual(
            seen.map(({ is_master }) => is_master),
            [true, false, false, false],
          )
          for (const { latency_ms, crash_count, uptime_seconds } of seen) {
            assert.ok(latency_ms > 0 && latency_ms < 1_000)
            assert.equal(crash_count, 0)
            assert.ok(Number.isInteger(uptime_seconds))
          }
          assert.equal((await call(metrics, '/metrics/instance-3')).json.replica_id, 'instance-3')
          const missing = await call(metrics, '/metrics/instance-9')
          assert.deepEqual([missing.status, missing.json.success], [404, false])
          const health = await call(metrics, '/health')
          assert.deepEqual([health.json.status, health.json.replicas_tracked], ['healthy', 4])
          const tables = (await call(metrics, '/table-timestamps')).json as {
            master: { host: string; global_timestamp: number; table_timestamps: object }
            instances: { id: string; global_lag: number; table_lag: object }[]
          }
          assert.equal(tables.master.host, 'mysql-instance-1')
          assert.deepEqual(
            [tables.master.global_timestamp, tables.master.table_timestamps],
            [41, { users: 41, products: 0 }],
          )
          assert.deepEqual(
            tables.instances.map(({ id, global_lag }) => [id, global_lag]),
            IDS.map((id) => [id, 0]),
          )
          assert.match(
            (await call(metrics, '/metrics/prometheus')).text,
            /quorumlab_instance_up\{instance="instance-2".*\} 1/,
          )

          const cabinet = await services.start('cabinet')
          const seer = await services.start('seer')
          assert.equal((await call(cabinet, '/health')).json.service, 'cabinet')
          assert.equal((await call(seer, '/health')).json.service, 'seer')
          const top = (
            await call(cabinet, '/select-quorum', { body: { operation: 'write', algorithm: 'cabinet-top' } })
          ).json
          assert.deepEqual([top.quorum_size, top.total_replicas, top.master], [2, 3, 'instance-1'])
          const leader = (await call(seer, '/elect-leader', { method: 'POST' })).json
          assert.ok(IDS.slice(1).includes(String(leader.leader_id)))

          // The source dies: nobody has begun another epoch, so it is still the source, and down.
          await cluster.driver.kill('node1')
          await until(
            'the source is seen down',
            20_000,
            async () => !(await metricsOf(metrics)).replicas[0]!.is_healthy,
          )
          const dead = (await metricsOf(metrics)).replicas[0]!
          assert.deepEqual([dead.latency_ms, dead.uptime_seconds, dead.is_master], [9_999, 0, true])
          assert.equal((await metricsOf(metrics)).master_timestamp, 41)
          await until('SEER has heard of it', 10_000, async () => {
            const { json } = await call(seer, '/elect-leader', { body: {} })
            return (json.ranking as { replica_id: string; barred_because: string | null }[]).some(
              (ranked) => ranked.replica_id === 'instance-1' && /^not healthy/.test(ranked.barred_because ?? ''),
            )
          })

          // It comes back: a crash more.
          await cluster.driver.restart('node1')
          await until('its crash is counted', 30_000, async () => {
            const { crash_count, is_healthy } = (await metricsOf(metrics)).replicas[0]!
            return is_healthy && crash_count === 1
          })

          // Without the collector both go on with what they have, and say so.
          await services.of('metrics').kill()
          await until('Cabinet misses the collector', 10_000, async () => {
            const { status, json } = await call(cabinet, '/select-quorum', { method: 'POST' })
            assert.equal(status, 200)
            return /does not answer: nobody listens/.test(String(json.metrics_reason))
          })
          await until('SEER misses it, too', 10_000, async () => {
            const { status, json } = await call(seer, '/elect-leader', { method: 'POST' })
            assert.equal(status, 200)
            return Number(json.metrics_age_ms) >= 0 && /does not answer/.test(String(json.metrics_reason))
          })

          // On its old port again, it has not forgotten the crash, and the others find it.
          assert.equal(await services.start('metrics'), metrics)
          assert.equal((await metricsOf(metrics)).replicas[0]!.crash_count, 1)
          await until('Cabinet has fresh metrics', 10_000, async () => {
            const { json } = await call(cabinet, '/select-quorum', { method: 'POST' })
            return json.metrics_reason === null && Number(json.metrics_age_ms) < 2_000
          })

          // A paused collector is a silent one, and nobody waits for it.
          services.of('metrics').pause()
          await until('Cabinet stops waiting', 10_000, async () => {
            const began = performance.now()
            const { json } = await call(cabinet, '/select-quorum', { method: 'POST' })
            assert.ok(performance.now() - began < 5_000)
            return /no answer within/.test(String(json.metrics_reason))
          })
          services.of('metrics').resume()

          // No replica at all: 503 with a reason, from both.
          for (const node of ['node2', 'node3', 'node4']) await cluster.driver.kill(node)
          await until('no replica is healthy', 20_000, async () => {
            const { status, json } = await call(cabinet, '/select-quorum', { method: 'POST' })
            return status === 503 && json.detail === 'no replica is healthy'
          })
          await until('SEER has nobody', 10_000, async () => {
            const { status, json } = await call(seer, '/elect-leader', { body: { exclude_replicas: ['instance-1'] } })
            return status === 503 && json.detail === 'nobody is eligible' && json.success === false
          })
        })
      }),
    ),
)
