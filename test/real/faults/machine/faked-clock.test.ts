import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Ownership } from '../../../../real/drivers/local/ownership.ts'
import { FakedClock, faketimePrefix } from '../../../../real/faults/machine/faked-clock.ts'
import type { ClockReading } from '../../../../real/processes/clock-reading.ts'
import { test } from '../../../support/test.ts'
import { until, withDirectory } from '../../drivers/local/scratch.ts'

const PROGRAM =
  "import { readClock } from './real/processes/clock-reading.ts'; process.on('message', () => process.send(readClock()))"

/** Tells the time when asked. */
function clockProcess(file: string): ChildProcess {
  const [program, ...words] = [...faketimePrefix(file), process.execPath, '--import', 'tsx', '--input-type=module']
  return spawn(program!, [...words, '-e', PROGRAM], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
}

test(
  'the wall clock of a process is set wrong and right while it runs, and drifts from where it was',
  {
    needs: 'faketime',
    deadlineMs: 30_000,
  },
  () =>
    withDirectory(async (directory) => {
      const file = join(directory, 'clock')
      const children: ChildProcess[] = []
      const lives = { pid: () => children[0]?.pid ?? null, onStart() {} }
      const clock = new FakedClock(lives, file, async () => {
        children[0]!.send({})
        return (await once(children[0]!, 'message'))[0] as ClockReading
      })
      children.push(clockProcess(file))
      const isAbout = async (expectedUs: number) => {
        const { errorUs, text } = await clock.look()
        assert.ok(Math.abs(errorUs! - expectedUs) < 5_000, `${text}, expected ${expectedUs / 1000} ms`)
      }
      try {
        await isAbout(0)
        const [one, other] = [{}, {}]
        await clock.hurt(one, { byUs: -80_000, driftPpm: 0 })
        await isAbout(-80_000)
        await clock.hurt(other, { byUs: 20_000, driftPpm: 0 })
        await isAbout(-60_000)
        await clock.heal(one)
        await isAbout(20_000)
        await clock.heal(other)
        // A tenth: it begins at nothing, however long the process has run.
        await clock.hurt(one, { byUs: 0, driftPpm: 100_000 })
        await isAbout(0)
        await sleep(500)
        assert.ok((await clock.look()).errorUs! > 40_000)
        await clock.heal(one)
        await isAbout(0)
      } finally {
        children[0]!.kill('SIGKILL')
      }
    }),
)

test('what the library of a killed process leaves in memory goes with its cluster', { needs: 'faketime' }, () =>
  withDirectory(async (root) => {
    const ownership = new Ownership(join(root, 'clusters'))
    const file = join(root, 'clock')
    const lives = { pid: () => null, onStart() {} }
    new FakedClock(lives, file, async () => null)
    const child = clockProcess(file)
    const memory = [`faketime_shm_${child.pid}`, `sem.faketime_sem_${child.pid}`].map((name) => `/dev/shm/${name}`)
    ownership.note('clock memory', String(child.pid))
    await until('it has its memory', 5_000, () => memory.every((path) => existsSync(path)))
    child.kill('SIGKILL')
    await once(child, 'exit')
    assert.deepEqual(
      memory.filter((path) => existsSync(path)),
      memory,
    )
    ownership.remove()
    assert.deepEqual(
      memory.filter((path) => existsSync(path)),
      [],
    )
  }),
)
