import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findEngine } from '../../../../real/drivers/docker/engine.ts'
import { EnvironmentError } from '../../../../real/drivers/environment-error.ts'
import { NamespacesNetwork } from '../../../../real/network/namespaces/namespaces-network.ts'
import { WHOLE } from '../../../../real/network/network.ts'
import type { Pair } from '../../../../scenarios/faults/link-pairs.ts'
import { test } from '../../../support/test.ts'
import { withContainers } from './with-cluster.ts'

test(
  'servers in containers can be killed, paused, slowed, rebuilt, and each is seen; nothing is left of them',
  { needs: 'docker', deadlineMs: 240_000 },
  () =>
    withContainers(2, async (cluster, directory) => {
      assert.match(cluster.version, /^\d+\.\d+\.\d+/)
      assert.equal((await cluster.witness('node1')).alive, true)
      const { busyUs, memoryBytes } = cluster.usage('node1')
      assert.ok(busyUs! > 0 && memoryBytes! > 50e6, `${busyUs} us, ${memoryBytes} bytes`)

      const killed = await cluster.kill('node1')
      assert.deepEqual([killed.process, killed.alive], ['gone', false])
      assert.match(killed.text, /^container gone \(signal SIGKILL\)/)
      assert.equal((await cluster.restart('node1')).alive, true)

      const paused = await cluster.pause('node1')
      assert.deepEqual([paused.process, paused.alive], ['stopped', false])
      assert.equal((await cluster.resume('node1')).process, 'running')

      const stopped = await cluster.shutdown('node1')
      assert.match(stopped.text, /^container gone \(exit code 0\)/)
      assert.equal((await cluster.restart('node1')).alive, true)

      const machine = cluster.machine('node1')
      await machine.limitCpu(0.5)
      assert.equal((await machine.cpu()).share, 0.5)
      await machine.limitCpu(1)
      assert.equal((await machine.cpu()).share, 1)

      const before = (await cluster.endState('node2')).uuid
      const { uuid } = await cluster.rebuild('node2', 'node1')
      assert.notEqual(uuid, before)
      const after = await cluster.endState('node2')
      assert.deepEqual([after.uuid, after.role], [uuid, 'replica'])

      assert.deepEqual(cluster.incidents, [])
      await cluster.stop()
      assert.deepEqual(readdirSync(join(directory, 'logs')), ['node1.log', 'node2.log'])
      assert.equal(existsSync(cluster.storage.directory), false)
    }),
)

test(
  'what containers send one another is cut in one direction, also when one of them has been started again',
  { needs: ['docker', 'namespaces'], deadlineMs: 240_000 },
  () =>
    withContainers(2, async (cluster) => {
      const network = new NamespacesNetwork({
        isUsed: () => true,
        ...{ names: ['client', 'node1', 'node2'], reason: 'a test' },
        rooms: (names) => cluster.rooms(names),
        proxy: { paths: [], seed: 1, base: () => WHOLE, own() {}, onFailure: assert.fail },
      })
      const links: readonly Pair[] = [
        ['node2', 'node1'],
        ['node1', 'node2'],
        ['client', 'node1'],
      ]
      const delivers = async () =>
        (await Promise.all(links.map((link) => network.look(link, 'delivery')))).map((look) => look.delivers)
      try {
        await network.start()
        assert.deepEqual(await delivers(), [true, true, true])
        await network.set(links[0]!, { ...WHOLE, cut: 'drop' })
        assert.deepEqual(await delivers(), [false, true, true])
        await cluster.kill('node1')
        assert.equal((await cluster.restart('node1')).alive, true, 'the harness is on no link')
        assert.deepEqual(await delivers(), [false, true, true])
        await network.set(links[0]!, WHOLE)
        assert.deepEqual(await delivers(), [true, true, true])
      } finally {
        await network.stop()
      }
    }),
)

test('without an engine the message says what to do', async () => {
  await assert.rejects(
    findEngine({ DOCKER_HOST: 'unix:///nowhere/docker.sock' }),
    (error) => error instanceof EnvironmentError && /no socket \/nowhere.*\n.*--on local/.test(error.message),
  )
  await assert.rejects(findEngine({ DOCKER_HOST: 'tcp://10.0.0.1:2375' }), /an engine of this machine/)
})
