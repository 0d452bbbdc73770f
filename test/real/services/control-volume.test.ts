import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import type { Outcome } from '../../../algorithms/servers.ts'
import { stateRoot } from '../../../real/drivers/local/ownership.ts'
import { ControlVolume } from '../../../real/services/control-volume.ts'
import type { Sighting } from '../../../real/services/operator.ts'
import { test } from '../../support/test.ts'
import { withContainers } from '../drivers/docker/with-cluster.ts'

test(
  'servers in containers are stopped, killed, paused, started and rebuilt through files, without the engine',
  { needs: 'docker', deadlineMs: 240_000 },
  () =>
    withContainers(2, async (cluster) => {
      const { run, nodes: members, accounts } = cluster
      const directory = join(stateRoot(), run.slice(run.lastIndexOf('-') + 1), 'control')
      const control = new ControlVolume({ directory, members, accounts })
      const ask = async <R extends { readonly kind: string }>(request: R): Promise<Outcome<unknown>> =>
        new Promise((resolve) => {
          control.call(request, 120_000_000, resolve)
        })
      const seen = async (kind: string): Promise<Sighting> => {
        const outcome = await ask({ kind, node: 'node1' })
        assert.equal(outcome.kind, 'ok', `${kind}: ${JSON.stringify(outcome)}`)
        return (outcome as { reply: Sighting }).reply
      }
      const look = ({ alive, process }: Sighting) => [alive, process]

      assert.deepEqual(look(await seen('witness')), [true, 'running'])
      const stopped = await seen('stopNode')
      assert.deepEqual(look(stopped), [false, 'gone'])
      assert.match(stopped.text, /^down, exit code 0; connection refused/)
      assert.deepEqual(look(await seen('startNode')), [true, 'running'])
      const killed = await seen('killNode')
      assert.match(killed.text, /^down, exit code 137; connection refused/)
      assert.deepEqual(look(await seen('startNode')), [true, 'running'])
      assert.deepEqual(look(await seen('pauseNode')), [false, 'stopped'])
      assert.equal((await seen('resumeNode')).process, 'running')

      const gtids = MutableGtidSet.parse('')
      const saved = await ask({ kind: 'saveExtras', node: 'node1', gtids })
      assert.equal(saved.kind, 'ok')
      assert.ok(existsSync(join((saved as { reply: { path: string } }).reply.path, 'binlog.000001')))

      const before = (await cluster.endState('node1')).uuid
      const rebuilt = await ask({ kind: 'rebuild', node: 'node1', donor: 'node2' })
      assert.equal(rebuilt.kind, 'ok', JSON.stringify(rebuilt))
      const { uuid } = (rebuilt as { reply: { uuid: string } }).reply
      assert.notEqual(uuid, before)

      assert.equal((await ask({ kind: 'stopNode', node: 'node9' })).kind, 'failed')
      assert.equal((await ask({ kind: 'killService', name: 'seer' })).kind, 'failed')
      control.close()
    }),
)
