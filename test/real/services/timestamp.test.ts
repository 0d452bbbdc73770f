/** The timestamp services as processes of their own, by the calls of existing clients and by ours. */
import assert from 'node:assert/strict'
import { ChildProcess } from '../../../real/processes/child-process.ts'
import type { SystemConfig } from '../../../real/services/config.ts'
import { test } from '../../support/test.ts'
import { withDirectory } from '../drivers/local/scratch.ts'
import { call } from './call.ts'
import { systemConfig } from './system-config.ts'

const TAAS = {
  algorithms: { timestamps: 'taas' as const },
  timestampServers: ['timestamp-1' as const, 'timestamp-2' as const, 'timestamp-3' as const],
}

function start(name: 'timestamp-1' | 'timestamp-2', config: SystemConfig): Promise<ChildProcess> {
  return ChildProcess.start(name, { kind: 'service', config })
}

function at(config: SystemConfig, name: 'timestamp-2', port: number): SystemConfig {
  return { ...config, services: { ...config.services, [name]: { host: '127.0.0.1', port } } }
}

test('odd-even: odd numbers from the first service, begun again by a reset', { deadlineMs: 60_000 }, () =>
  withDirectory(async (directory) => {
    const service = await start('timestamp-1', systemConfig(directory))
    try {
      const { port } = service
      assert.deepEqual((await call(port, '/timestamp')).json, { timestamp: 1, server_id: 1 })
      assert.deepEqual((await call(port, '/timestamp')).json, { timestamp: 3, server_id: 1 })
      assert.deepEqual((await call(port, '/timestamp?count=2')).json, {
        ...{ timestamp: 5, server_id: 1, counters: [5, 7] },
      })
      const health = (await call(port, '/health')).json
      assert.deepEqual([health.status, health.server_id, health.current_counter], ['healthy', 1, 7])
      const reset = await call(port, '/reset', { method: 'POST' })
      assert.deepEqual(reset.json, { status: 'reset', server_id: 1, current_counter: 0 })
      assert.equal((await call(port, '/timestamp')).json.timestamp, 1)
      const tick = await call(port, '/tick', { body: { counter: 5 } })
      assert.deepEqual([tick.status, tick.json.success], [409, false])
    } finally {
      await service.stop()
    }
  }),
)

test('taas: above what is asked for, and after kill -9 above everything it gave', { deadlineMs: 60_000 }, () =>
  withDirectory(async (directory) => {
    const config = systemConfig(directory, TAAS)
    const service = await start('timestamp-2', config)
    const { port } = service
    try {
      assert.deepEqual((await call(port, '/tick', { body: { counter: 0 } })).json, { timestamp: 5, server_id: 2 })
      assert.deepEqual((await call(port, '/tick', { body: { counter: 40, count: 3 } })).json, {
        ...{ timestamp: 41 * 3 + 2, server_id: 2, counters: [41, 42, 43] },
      })
      assert.equal((await call(port, '/timestamp')).json.timestamp, 44 * 3 + 2)
      assert.equal((await call(port, '/reset', { method: 'POST' })).status, 409)
    } finally {
      await service.kill()
    }
    const again = await start('timestamp-2', at(config, 'timestamp-2', port))
    try {
      assert.equal(again.port, port)
      assert.ok(Number((await call(port, '/timestamp')).json.timestamp) > 44 * 3 + 2)
    } finally {
      await again.stop()
    }
  }),
)

test('a busy port is named with its service', { deadlineMs: 60_000 }, () =>
  withDirectory(async (directory) => {
    const config = systemConfig(directory, TAAS)
    const first = await start('timestamp-2', config)
    try {
      await assert.rejects(start('timestamp-2', at(config, 'timestamp-2', first.port)), (error: Error) => {
        assert.equal(error.name, 'EnvironmentError')
        assert.match(error.message, new RegExp(`Port ${first.port} on 127.0.0.1, meant for timestamp-2, is taken`))
        return true
      })
    } finally {
      await first.stop()
    }
  }),
)
