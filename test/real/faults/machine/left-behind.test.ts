import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { lookAt } from '../../../../real/drivers/local/process-table.ts'
import { sweep } from '../../../../real/drivers/local/sweep.ts'
import { tracerPid } from '../../../../real/faults/machine/tracer.ts'
import { cpuControlHere } from '../../../../real/faults/machine/under.ts'
import { test } from '../../../support/test.ts'
import { until, withDirectory } from '../../drivers/local/scratch.ts'

const PROGRAM = fileURLToPath(new URL('./hurt-process.ts', import.meta.url))

test(
  'of a harness that is killed in the middle of its faults the next start leaves nothing',
  {
    needs: 'mysql',
    deadlineMs: 90_000,
  },
  () =>
    withDirectory(async (root) => {
      const owner = spawn(process.execPath, ['--import', 'tsx', PROGRAM, root], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [line] = (await once(owner.stdout, 'data')) as [Buffer]
      const { pid, id, directory } = JSON.parse(line.toString()) as { pid: number; id: string; directory: string }
      const tracer = tracerPid(pid)
      assert.notEqual(tracer, 0, 'it is traced')
      assert.match(readFileSync('/proc/self/mounts', 'utf8'), new RegExp(` ${directory}/node1 tmpfs `))
      owner.kill('SIGKILL')
      await once(owner, 'exit')
      const [swept] = await sweep(root)
      assert.equal(swept!.refusal, null)
      assert.deepEqual(swept!.belongings.map(({ kind }) => kind).sort(), ['cgroup', 'mount'])
      await until('the tracer is gone', 5_000, () => lookAt(tracer) === null)
      assert.equal(lookAt(pid), null)
      assert.equal(readFileSync('/proc/self/mounts', 'utf8').includes(directory), false)
      assert.equal(existsSync(directory), false)
      const groups = readdirSync(cpuControlHere()!.root).filter((name) => name.includes(id))
      assert.deepEqual(groups, [])
    }),
)
