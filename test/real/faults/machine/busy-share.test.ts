import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { test } from '../../../support/test.ts'
import { until, withDirectory } from '../../drivers/local/scratch.ts'
import { Mark } from '../../leftovers.ts'

const MODULE = new URL('../../../../real/faults/machine/busy-share.ts', import.meta.url)
/** The group is a folder: what is written there is who would be in it. */
const PROGRAM = `
  import { busyShare } from '${MODULE}'
  const measure = async () => { for (;;) await busyShare(process.pid, process.argv[1]) }
  measure().catch(() => process.exit(1))`

test('programs that only compute end with the harness that measures by them', { deadlineMs: 20_000 }, () =>
  withDirectory(async (group) => {
    const mark = new Mark()
    const [name, text] = mark.assignment.split('=') as [string, string]
    const words = ['--import', 'tsx', '--input-type=module', '-e', PROGRAM, group]
    const harness = spawn(process.execPath, words, { env: { ...process.env, [name]: text }, stdio: 'ignore' })
    const joined = () => (existsSync(`${group}/cgroup.procs`) ? readFileSync(`${group}/cgroup.procs`, 'utf8') : '')
    const spinners = () => mark.bearers().filter(({ command }) => command.startsWith('sh -c while'))
    try {
      await until('they compute in the group', 10_000, () => spinners().length > 0 && joined() !== '')
      harness.kill('SIGKILL')
      await once(harness, 'exit')
      await until('they have ended', 5_000, () => mark.bearers().length === 0)
    } finally {
      for (const { pid } of mark.bearers()) process.kill(pid, 'SIGKILL')
    }
    assert.match(joined(), /^\d+$/)
  }),
)
