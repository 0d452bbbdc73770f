/** Whatever ends a process that hunts, its hunts end and its folders go. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { signalQuietly, untilGone } from '../real/drivers/local/process-table.ts'
import { sweep } from './planted/tree.ts'
import { test } from './support/test.ts'

/** A process with a hunt that never ends: its pids and its folder, once the hunt runs. */
async function hunting() {
  const hunter = spawn(process.execPath, ['--import', 'tsx', 'test/fixtures/endless-hunt.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(hunter.stdout)) {
    const { pid, folder } = JSON.parse(line) as { readonly pid: number; readonly folder: string }
    return { hunter, pid, folder }
  }
  throw new Error('the hunter ended before its hunt began')
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL'] as const)
  test(`${signal} of a process that hunts ends its hunt, and removes its folder${signal === 'SIGKILL' ? ' at the next start' : ''}`, {
    deadlineMs: 60_000,
  }, async () => {
    const { hunter, pid, folder } = await hunting()
    try {
      sweep()
      assert.ok(existsSync(folder), 'the folder of a process that lives stays')
      const exit = once(hunter, 'exit')
      hunter.kill(signal)
      assert.deepEqual(await exit, [null, signal])
      assert.deepEqual(await untilGone([pid], 50_000), [])
      if (signal === 'SIGKILL') sweep()
      assert.ok(!existsSync(folder), folder)
    } finally {
      hunter.kill('SIGKILL')
      signalQuietly(pid, 'SIGKILL')
    }
  })
