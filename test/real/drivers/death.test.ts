import assert from 'node:assert/strict'
import { undeclaredDeath } from '../../../real/drivers/death.ts'
import { test } from '../../support/test.ts'

const of = (code: number | null, signal: NodeJS.Signals | null, lines: readonly string[] = []) => {
  const { what, particulars } = undeclaredDeath('node2', { code, signal }, lines)
  return { what, ...particulars }
}

test('a death that nobody asked for is told by how it came', () => {
  const killed = of(null, 'SIGKILL', ['ready'])
  assert.deepEqual([killed.kind, killed.subject, killed.lastLines], ['killed', 'node2', ['ready']])
  assert.match(killed.advice, /dmesg|ran out of memory/)
  assert.match(of(null, 'SIGTERM').what, /^node2 was killed by SIGTERM, and quorumlab had not asked for that$/)
  // A program that cannot go on ends itself.
  assert.deepEqual([of(null, 'SIGSEGV').kind, of(null, 'SIGABRT').kind, of(1, null).kind], ['ended', 'ended', 'ended'])
  assert.match(of(1, null).what, /^node2 ended by itself \(exit code 1\)/)
})

test('a full disk and a full heap are named for what they are, in the words of those who met them', () => {
  for (const line of [
    "[ERROR] [MY-000035] [Server] Disk is full writing './binlog.000001' (OS errno 28 - No space left on device)",
    '[ERROR] [MY-012644] [InnoDB] Operating system error number 28: No space left on device',
    'Error: ENOSPC: no space left on device, write',
  ]) {
    const full = of(null, 'SIGABRT', ['fine', line])
    assert.equal(full.kind, 'disk-full', line)
    assert.match(full.advice, /--data-dir/)
  }
  const heap = of(null, 'SIGABRT', [
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
  ])
  assert.match(heap.advice, /max-old-space-size/)
})
