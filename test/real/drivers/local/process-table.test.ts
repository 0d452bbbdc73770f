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

/** What is waited for comes at once, except on a machine that is busy. */
const WAIT_MS = 20_000
const DEADLINE_MS = 60_000

test('a process is seen running, stopped, running again and gone, under its own start time', {
  deadlineMs: DEADLINE_MS,
}, async () => {
  const child = spawn('sleep', ['1000'])
  const pid = child.pid!
  try {
    await until('sleep runs', WAIT_MS, () => lookAt(pid)?.command === 'sleep 1000')
    const { startedAt, state } = lookAt(pid)!
    assert.equal(state, 'running')
    assert.ok(isSameProcess(pid, startedAt))
    assert.ok(!isSameProcess(pid, `${startedAt}0`), 'another start time is another process')
    assert.ok(allProcesses().some((look) => look.pid === pid))
    signalQuietly(pid, 'SIGSTOP')
    await until('it is stopped', WAIT_MS, () => lookAt(pid)?.state === 'stopped')
    signalQuietly(pid, 'SIGCONT')
    await until('it runs', WAIT_MS, () => lookAt(pid)?.state === 'running')
    assert.deepEqual(await untilGone([pid], 20), [pid])
    signalQuietly(pid, 'SIGKILL')
    assert.deepEqual(await untilGone([pid], WAIT_MS), [])
  } finally {
    child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  signalQuietly(pid, 'SIGKILL')
})

test('a zombie is gone: what nobody has reaped yet does nothing any more', { deadlineMs: DEADLINE_MS }, async () => {
  const child = spawn('sh', ['-c', 'sleep 1000 & echo $!; exec sleep 2000'])
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const zombie = Number(line.toString())
  try {
    // The shell would reap it; the sleep that the shell becomes never does.
    await until('the shell is a sleep', WAIT_MS, () => lookAt(child.pid!)?.command === 'sleep 2000')
    assert.ok(lookAt(zombie) !== null)
    signalQuietly(zombie, 'SIGKILL')
    await until('the zombie is seen as gone', WAIT_MS, () => lookAt(zombie) === null)
    assert.doesNotThrow(() => process.kill(zombie, 0), 'its entry is still there')
  } finally {
    child.kill('SIGKILL')
    signalQuietly(zombie, 'SIGKILL')
  }
})
