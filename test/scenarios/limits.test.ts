import assert from 'node:assert/strict'
import { nodeFlags } from '../../real/drivers/local/boot-flags.ts'
import { parseScenario } from '../../scenarios/file/load.ts'
import { DATA_CONNECTIONS, poolSize, REPLICA_NET_TIMEOUT_US } from '../../scenarios/limits.ts'
import { DEFAULT_COSTS } from '../../sim/mysql/costs.ts'
import { simulate } from '../../sim/run.ts'
import { test } from '../support/test.ts'

test('simulated and real servers have the same limits', () => {
  const flags = nodeFlags({ directory: '/tmp/node1', serverId: 1, host: '127.0.0.1', port: 1, adminPort: 2 })
  const flag = (name: string) => Number(flags.find((word) => word.startsWith(`--${name}=`))?.split('=')[1])
  assert.equal(flag('replica-net-timeout') * 1_000_000, REPLICA_NET_TIMEOUT_US)
  assert.equal(DEFAULT_COSTS.netTimeoutUs, REPLICA_NET_TIMEOUT_US)
  assert.ok(flag('max-connections') > DATA_CONNECTIONS, 'beside the pools there is room for probes and replicas')
  for (const coordinators of [1, 2, 3]) assert.ok(coordinators * poolSize(4_000, coordinators) <= DATA_CONNECTIONS)
  assert.equal(poolSize(32, 1), 32)
})

/**
 * PerfCake issue 258: a service is suspended for 15 of 30 s. What is due at t in [7, 22] waits 22 - t, so the mean is
 * 15 * 15 / 2 / 30 = 3.75 s, three quarters wait at most 7.5 s, and nine tenths at most 12 s. 1500 operations come at once
 * then, far more than there are connections.
 */
test('what a pause of everything held up is answered after it, later by what it waited, and nothing vanishes', () => {
  const scenario = parseScenario(
    `
name: suspended
workload: { ratePerSec: 100, duration: 30s, reads: 0, arrivals: uniform, clients: 4000, deadline: 60s }
tuning: { quorumTimeout: 60s, statementTimeout: 60s, unreachable: 60s, stalled: 60s }
faults: [{ at: 7s, pause: [node1, node2, node3, node4, coordinator, timestamp-1, timestamp-2], for: 15s }]
`,
    'suspended.yaml',
  )
  const { operations } = simulate(scenario, { seed: 1 })
  assert.deepEqual(
    operations.filter(({ outcome }) => outcome !== 'ok'),
    [],
  )
  assert.ok(operations.length >= 2_999)
  const waitedMs = operations.map(({ endUs, intendedUs }) => (endUs! - intendedUs) / 1000).sort((a, b) => a - b)
  const quantile = (share: number) => waitedMs[Math.ceil(share * waitedMs.length) - 1]!
  const mean = waitedMs.reduce((sum, ms) => sum + ms, 0) / waitedMs.length
  for (const [found, expected] of [
    [mean, 3_750],
    [quantile(0.75), 7_500],
    [quantile(0.9), 12_000],
    [quantile(0.99), 14_700],
  ] as const)
    assert.ok(Math.abs(found - expected) < 150, `${found} ms, expected about ${expected} ms`)
})
