import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  allProcesses,
  isSameProcess,
  lookAt,
  signalQuietly,
  untilGone,
} from '../../../../real/drivers/local/process-table.ts'
import { test } from '../../../support/test.ts'
import { until } from './scratch.ts'

test('a process is seen running, stopped, running again and gone, under its own start time', async () => {
  const child = spawn('sleep', ['1000'])
  const pid = child.pid!
  try {
    await until('sleep runs', 2_000, () => lookAt(pid)?.command === 'sleep 1000')
    const { startedAt, state } = lookAt(pid)!
    assert.equal(state, 'running')
    assert.ok(isSameProcess(pid, startedAt))
    assert.ok(!isSameProcess(pid, `${startedAt}0`), 'another start time is another process')
    assert.ok(allProcesses().some((look) => look.pid === pid))
    signalQuietly(pid, 'SIGSTOP')
    await until('it is stopped', 2_000, () => lookAt(pid)?.state === 'stopped')
    signalQuietly(pid, 'SIGCONT')
    await until('it runs', 2_000, () => lookAt(pid)?.state === 'running')
    assert.deepEqual(await untilGone([pid], 20), [pid])
    signalQuietly(pid, 'SIGKILL')
    assert.deepEqual(await untilGone([pid], 2_000), [])
  } finally {
    child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  signalQuietly(pid, 'SIGKILL')
})

test('a zombie is gone: what nobody has reaped yet does nothing any more', async () => {
  // The child exits when the shell has been replaced by sleep, which never reaps it. (One that exits at once may still be
  // reaped by the shell.)
  const child = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 1000'])
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const zombie = Number(line.toString())
    await until('the zombie is seen as gone', 5_000, () => lookAt(zombie) === null)
    assert.doesNotThrow(() => process.kill(zombie, 0), 'its entry is still there')
  } finally {
    child.kill('SIGKILL')
  }
})
