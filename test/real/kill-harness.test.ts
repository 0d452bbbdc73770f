/** kill -9 of the whole program in the middle of a run, and what is left after `down`. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inFolder, shell } from '../support/shell.ts'
import { test } from '../support/test.ts'
import { until } from './drivers/local/scratch.ts'
import { Mark, networksLeft } from './leftovers.ts'

const SLOW = { needs: 'mysql', deadlineMs: 120_000 } as const

/** Every kind of process is stopped by a signal, one after another. */
const PAUSES = `
name: pauses
cluster: { nodes: 3 }
workload: { ratePerSec: 50, clients: 4, duration: 20s, warmup: 1s }
faults:
  - { at: 500ms, pause: timestamp-1 }
  - { at: 600ms, pause: coordinator }
  - { at: 700ms, pause: node2 }
  - { at: 800ms, crash: node3 }
`

test('kill -9 in the middle of the faults: `down` ends every process, paused ones too', SLOW, () =>
  inFolder(async (folder) => {
    const mark = new Mark()
    const state = join(folder, 'state')
    const data = join(folder, 'data')
    const file = join(folder, 'pauses.yaml')
    writeFileSync(file, PAUSES)
    const marked = `${mark.assignment} XDG_STATE_HOME=${state}`
    let isKilled = false
    await shell(
      `mkdir ${data}; export ${marked}; exec cli run ${file} --on local --out ${folder}/out --data-dir ${data}`,
      (stderr, kill) => {
        if (isKilled || !stderr.includes('crash node3')) return
        isKilled = true
        setTimeout(() => kill('SIGKILL'), 300)
      },
    )
    const left = mark.bearers()
    assert.ok(left.some(({ isStopped, command }) => isStopped && /processes[-/]coordinator\.[jt]s/.test(command)))
    assert.ok(left.some(({ isStopped, command }) => isStopped && command.includes('--datadir')))
    const { code, stdout } = await shell(`${marked} cli down`)
    assert.equal(code, 0)
    assert.match(stdout, /^cluster [0-9a-f]+: \d servers and \d other processes ended, \d folders? removed$/m)
    await until('nothing is left', 5_000, () => mark.bearers().length === 0)
    assert.deepEqual(readdirSync(join(state, 'quorumlab/clusters')), [])
    assert.deepEqual(existsSync(data) ? readdirSync(data) : [], [])
  }),
)

const CUT = `
name: cut
cluster: { nodes: 2 }
workload: { ratePerSec: 20, clients: 2, duration: 20s, warmup: 1s }
faults:
  - { at: 500ms, partition: node2 }
`

/** After a line of a run's progress: as soon as there is a namespace, and in the middle of a partition. */
for (const [moment, line, afterMs] of [
  ['while namespaces are made', 'network: namespaces', 0],
  ['with namespaces in use', 'partition node2', 100],
] as const)
  test(`kill -9 ${moment}: the next start removes them all`, { ...SLOW, needs: ['mysql', 'namespaces'] }, () =>
    inFolder(async (folder) => {
      const mark = new Mark()
      const clusters = join(folder, 'state/quorumlab/clusters')
      const file = join(folder, 'cut.yaml')
      writeFileSync(file, CUT)
      const rules = execFileSync('iptables-save', { encoding: 'utf8' })
      const marked = `${mark.assignment} XDG_STATE_HOME=${folder}/state`
      const command = `export ${marked}; exec cli run ${file} --on local --network namespaces --out ${folder}/out`
      let isKilled = false
      await shell(command, (stderr, kill) => {
        if (isKilled || !stderr.includes(line)) return
        isKilled = true
        const isMade = () => existsSync(clusters) && readdirSync(clusters).some((id) => networksLeft(id).length > 0)
        void until('a namespace is there', 20_000, isMade).then(() => setTimeout(() => kill('SIGKILL'), afterMs))
      })
      const [id] = readdirSync(clusters)
      const { code, stdout } = await shell(`${marked} cli down`)
      assert.equal(code, 0)
      assert.match(stdout, new RegExp(`^cluster ${id}: `, 'm'))
      await until('nothing is left', 5_000, () => mark.bearers().length === 0)
      assert.deepEqual([networksLeft(id!), readdirSync(clusters)], [[], []])
      assert.equal(ruleLines(execFileSync('iptables-save', { encoding: 'utf8' })), ruleLines(rules))
    }),
  )

/** Without counters and times. */
function ruleLines(text: string): string {
  return text.replaceAll(/^#.*$|\[\d+:\d+\]/gm, '')
}
