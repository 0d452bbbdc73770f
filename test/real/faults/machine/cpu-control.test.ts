import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import {
  CpuGroup,
  findCpuControl,
  groupOf,
  limitOf,
  quotaOf,
  removeCpuGroup,
} from '../../../../real/faults/machine/cpu-control.ts'
import { cpuControlHere } from '../../../../real/faults/machine/under.ts'
import { test } from '../../../support/test.ts'

test('a share is a quota of each short period, and a small one of a longer period', () => {
  assert.deepEqual(quotaOf(0.3, 2), { quotaUs: 6_000, periodUs: 10_000 })
  assert.deepEqual(quotaOf(0.02, 2), { quotaUs: 4_000, periodUs: 100_000 })
  // The kernel takes no less than a millisecond.
  assert.deepEqual(quotaOf(0.0001, 2), { quotaUs: 1_000, periodUs: 100_000 })
})

test("version 1's controller is found wherever it is mounted, and no controller is none", () => {
  const first =
    'cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,nosuid,cpu,cpuacct 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n'
  assert.deepEqual(findCpuControl(first), { version: 1, root: '/sys/fs/cgroup/cpu,cpuacct' })
  assert.equal(findCpuControl('tmpfs /tmp tmpfs rw 0 0\ncgroup /sys/fs/cgroup/cpuset cgroup rw,cpuset 0 0\n'), null)
})

test('a process is held to its quota by the kernel, and is back in its old group when that is over', async () => {
  const control = cpuControlHere()
  if (control === null) return
  const process_ = spawn('sleep', ['30'], { stdio: 'ignore' })
  const pid = process_.pid!
  try {
    const before = groupOf(control, pid)
    const group = new CpuGroup(control, `quorumlab-test-${pid}`, pid)
    group.make()
    group.limit(0.25)
    group.take(pid)
    // Taken once more, as after a change of its share.
    group.take(pid)
    assert.equal(groupOf(control, pid), group.path)
    assert.ok(limitOf(control, group.path)!.cores > 0)
    group.remove()
    assert.equal(groupOf(control, pid), before)
    assert.equal(existsSync(group.path), false)
    removeCpuGroup(group.path)
  } finally {
    process_.kill('SIGKILL')
  }
})
