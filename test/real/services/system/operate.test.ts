import assert from 'node:assert/strict'
import type { Outcome } from '../../../../algorithms/servers.ts'
import type { Sighting } from '../../../../real/services/operator.ts'
import { System } from '../../../../real/services/system/system.ts'
import { test } from '../../../support/test.ts'
import { until, withDirectory } from '../../drivers/local/scratch.ts'

test(
  'what an operator does to a server is seen, and a kill of nobody is mended',
  { needs: 'mysql', deadlineMs: 120_000 },
  () =>
    withDirectory(async (stateRoot) => {
      const notes: string[] = []
      const system = await System.create({
        ports: { auto: true },
        isDetached: false,
        onNote: (line) => notes.push(line),
        stateRoot,
      })
      try {
        await system.begin().green
        const ask = async (kind: string, node: string) => {
          const outcome = (await system.operate({ kind, node } as { kind: string })) as Outcome<Sighting>
          assert.equal(outcome.kind, 'ok', JSON.stringify(outcome))
          return outcome.kind === 'ok' ? outcome.reply : assert.fail()
        }
        const stateOf = (node: string) => system.processes().find(({ name }) => name === node)!

        assert.equal((await ask('stopNode', 'node2')).process, 'gone')
        assert.deepEqual([stateOf('node2').state, stateOf('node2').pid], ['stopped', null])
        assert.equal((await ask('startNode', 'node2')).alive, true)
        assert.equal((await ask('killNode', 'node3')).process, 'gone')
        assert.equal((await ask('startNode', 'node3')).alive, true)
        assert.equal((await ask('pauseNode', 'node4')).process, 'stopped')
        assert.equal(stateOf('node4').state, 'paused')
        assert.equal((await ask('resumeNode', 'node4')).alive, true)
        assert.equal((await ask('pauseNode', 'node4')).process, 'stopped')
        assert.equal((await ask('startNode', 'node4')).alive, true)

        const { pid } = stateOf('node1')
        process.kill(pid!, 'SIGKILL')
        await until('it is up again', 30_000, () => stateOf('node1').state === 'up' && stateOf('node1').restarts === 1)
        assert.notEqual(stateOf('node1').pid, pid)
        assert.ok(notes.some((line) => /^node1 waiting: next start in 0\.1 s: node1 was killed by SIGKILL/.test(line)))

        const outcome = await system.operate({ kind: 'stopNode', node: 'node9' } as { kind: string })
        assert.deepEqual([outcome.kind, outcome.kind === 'failed' && outcome.why.code], ['failed', 'no-such-server'])
      } finally {
        await system.stop()
      }
    }),
)
