/** `run --on docker` and `down` as people use them. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findEngine } from '../../real/drivers/docker/engine.ts'
import { FAULT_VERBS, FAULTS } from '../../scenarios/faults/list.ts'
import { parseScenario } from '../../scenarios/file/load.ts'
import { type Ended, inFolder, shell } from '../support/shell.ts'
import { test } from '../support/test.ts'

const EVERY_VERB = fileURLToPath(new URL('../fixtures/every-verb.yaml', import.meta.url))

const LIMITS = { needs: 'docker', deadlineMs: 240_000 } as const

/** With a state directory of the test's own; `kill` reaches the program itself, which the shell has become. */
function cli(folder: string, words: string, watch?: Parameters<typeof shell>[1]): Promise<Ended> {
  return shell(`XDG_STATE_HOME=${folder} exec cli ${words}`, watch)
}

/** Containers of runs whose state is below `directory`. */
async function containersOf(directory: string): Promise<readonly string[]> {
  const folders = join(directory, 'quorumlab', 'clusters')
  const ids = existsSync(folders) ? readdirSync(folders) : []
  const engine = await findEngine()
  const filter = encodeURIComponent(JSON.stringify({ label: ['quorumlab.run'] }))
  const all = await engine.get<readonly { readonly Names: readonly string[] }[]>(
    `/containers/json?all=1&filters=${filter}`,
  )
  return all.flatMap(({ Names }) => Names).filter((name) => ids.some((id) => name.includes(id)))
}

test('a run on containers, interrupted: the partial result and the logs are kept, and nothing else', LIMITS, () =>
  inFolder(async (directory) => {
    let pressed = false
    const out = join(directory, 'out')
    const { code, stderr } = await cli(directory, `run primary-crash --on docker --out ${out}`, (said, kill) => {
      if (pressed || !said.includes('is the source of epoch 1')) return
      pressed = true
      setTimeout(() => kill('SIGINT'), 1_500)
    })
    assert.equal(code, 130, stderr)
    const { complete, world } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'))
    assert.deepEqual([complete, world], [false, 'docker'])
    const logs = ['coordinator', 'node1', 'node2', 'node3', 'node4', 'timestamp-1', 'timestamp-2']
    assert.deepEqual(
      readdirSync(join(out, 'logs', '1')),
      logs.map((name) => `${name}.log`),
    )
    assert.deepEqual(readdirSync(join(directory, 'quorumlab', 'clusters')), [])
  }),
)

test('a run on containers, killed: down removes what it has left', LIMITS, () =>
  inFolder(async (directory) => {
    let killed = false
    await cli(directory, `run primary-crash --on docker --out ${join(directory, 'out')}`, (said, kill) => {
      if (killed || !said.includes('is the source of epoch 1')) return
      killed = true
      kill('SIGKILL')
    })
    const left = await containersOf(directory)
    assert.ok(left.length >= 4, left.join())
    const { code, stdout, stderr } = await cli(directory, 'down')
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^quorumlab-run-[0-9a-f]{8}: \d containers and their network removed$/m)
    assert.deepEqual(await containersOf(directory), [])
    assert.deepEqual(readdirSync(join(directory, 'quorumlab', 'clusters')), [])
  }),
)

/** The run itself takes a minute of a whole machine: `run test/fixtures/every-verb.yaml --on docker` (test/README.md). */
test('every verb that hurts on containers is in the scenario that tries them there', () => {
  const { faults } = parseScenario(readFileSync(EVERY_VERB, 'utf8'), 'every-verb.yaml')
  const hurts = FAULT_VERBS.filter((verb) => FAULTS[verb].kind === 'hurts' && FAULTS[verb].worlds.docker === 'yes')
  assert.deepEqual(
    hurts.filter((verb) => !faults.some((step) => step.verb === verb)),
    [],
  )
})

test('up --on docker takes none of the options that local processes have', async () => {
  const { code, stderr } = await shell('cli up --on docker --ports auto --mysqld mysqld')
  assert.equal(code, 2)
  assert.match(stderr, /expected no option of local processes, found --ports, --mysqld/)
})
