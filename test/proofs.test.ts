import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { MutableGtidSet } from '../algorithms/gtid-set.ts'
import type { TraceEvent } from '../algorithms/trace.ts'
import { cpuControlHere } from '../real/faults/machine/under.ts'
import { entering } from '../real/network/namespaces/removal.ts'
import type { Operation } from '../scenarios/record.ts'
import { FAILOVERS } from './proofs/failovers.ts'
import { judged } from './proofs/judged.ts'
import type { Since } from './proofs/live-cluster.ts'
import type { Trial } from './proofs/proof.ts'
import { Remains, rulesLeft } from './proofs/remains.ts'
import { summaryOf } from './proofs/summary.ts'
import { TrialFile } from './proofs/trial-file.ts'
import { until } from './real/drivers/local/scratch.ts'
import { inFolder, shell } from './support/shell.ts'
import { test } from './support/test.ts'

test('a file of attempts goes on behind a line that a kill cut off', () =>
  inFolder(async (folder) => {
    const file = new TrialFile<{ kind: string }>(folder, 'x')
    assert.deepEqual(file.lines, [])
    file.append({ kind: 'first' })
    appendFileSync(join(folder, 'x.jsonl'), '{"kind": "cut o')
    assert.deepEqual(file.lines, [{ kind: 'first' }])
    file.append({ kind: 'second' })
    assert.deepEqual(new TrialFile<{ kind: string }>(folder, 'x').lines, [{ kind: 'first' }, { kind: 'second' }])
  }))

const UUIDS = { node1: '00000000-0000-0000-0000-000000000001', node2: '00000000-0000-0000-0000-000000000002' }

function reign(source: keyof typeof UUIDS, epoch: number, atUs: number): Extract<TraceEvent, { kind: 'reign' }> {
  const sourceUuid = UUIDS[source]
  const marker = { uuid: sourceUuid, number: 1 }
  return { kind: 'reign', process: 'coordinator', epoch, source, sourceUuid, k: 2, marker, target: '', atUs }
}

function write(op: number, node: keyof typeof UUIDS, epoch: number, atUs: number): Operation {
  return {
    ...{
      op,
      kind: 'write',
      key: op,
      consistency: 'STRONG',
      session: 1,
      intendedUs: atUs,
      sentUs: atUs,
      endUs: atUs + 9,
    },
    ...{
      outcome: 'ok',
      why: null,
      reason: null,
      gtid: { uuid: UUIDS[node], number: op },
      timestamp: null,
      epoch,
      node,
    },
    value: null,
  }
}

test('an attempt with a lost write, without a new source, or with one that was not wanted has a problem', () => {
  const mark = { atUs: 0, operations: 0, events: 0, faults: 0, reign: reign('node1', 1, -5) }
  const crash: Since['faults'][number] = {
    ...{ atUs: 100, kind: 'crash', target: ['node1'], label: 'crash node1', healedUs: 900 },
    witness: { before: 'up', during: 'gone', after: '', seenUs: 110 },
  }
  const moved: Since = {
    operations: [write(2, 'node1', 1, 50), write(3, 'node2', 2, 400)],
    events: [reign('node2', 2, 300)],
    faults: [crash],
  }
  const all = MutableGtidSet.of(...moved.operations.map(({ gtid }) => gtid!))
  const verdict = (expects: 'failover' | 'no failover', since: Since, held = all) =>
    judged(FAILOVERS.scenario, expects, {
      ...{ mark, since, nowUs: 1_000, writes: since.operations, have: new Map([['node2', held]]) },
    })
  const good = verdict('failover', moved)
  assert.deepEqual([good.problems, good.failoverMs, good.acknowledged, good.lost], [[], 0.299, 2, 0])
  const without = MutableGtidSet.of({ uuid: UUIDS.node2, number: 3 })
  assert.match(verdict('failover', moved, without).problems[0]!, /^1 acknowledged writes? .* missing/)
  assert.deepEqual(verdict('no failover', moved).problems, ['node2 reigns since epoch 2'])
  const still = { operations: moved.operations.slice(0, 1), events: [], faults: [crash] }
  assert.match(verdict('failover', still).problems[0]!, /^node1 is still the source$/)
})

test('one leftover of each kind is planted, and each is found: nothing, before it', { needs: 'namespaces' }, () =>
  inFolder(async (folder) => {
    const id = randomBytes(4).toString('hex')
    const [namespace, device] = [`ql-${id}-node1`, `ql${id}`]
    const group = `${cpuControlHere()!.root}/someone/quorumlab-${id}-node1`
    const remains = new Remains()
    const stranger = createServer().listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    const { port } = stranger.address() as AddressInfo
    const child = spawn('sleep', ['60'], { env: { ...process.env, ...remains.environment } })
    const memory = `faketime_shm_${child.pid}`
    const run = (line: string) => execFileSync('sh', ['-ec', line])
    const servers = { node1: { pid: 1, startedAt: '', port, adminPort: 1 } }
    const owner = { id, directories: [join(folder, 'gone')], servers: {} }
    try {
      await until('it bears the mark', 5_000, () => remains.processes.length > 0)
      child.kill()
      await once(child, 'exit')
      assert.deepEqual([...remains.left([owner], folder), ...rulesLeft()], [])

      const other = spawn('sleep', ['60'], { env: { ...process.env, ...remains.environment } })
      await until('it bears the mark', 5_000, () => remains.processes.length > 0)
      run(`mkdir -p ${folder}/data-${id} ${group}; mount -t tmpfs tmpfs ${folder}/data-${id}; touch /dev/shm/${memory}`)
      run(`ip netns add ${namespace}; ip link add name ${device} type bridge; mkdir /dev/shm/quorumlab-${id}`)
      const enter = entering(namespace)
      run(`${enter.join(' ')} iptables -N QUORUMLAB-BARRIERS`)
      const processes = { 'timestamp-1': { pid: child.pid!, startedAt: '' } }
      const left = remains.left([{ ...owner, servers, processes, directories: [`${folder}/data-${id}`] }], folder)
      const kinds = [...left, ...rulesLeft(enter)].map((one) => one.replace(/ .*$/, ''))
      assert.deepEqual([...new Set(kinds)].sort(), [
        ...['cgroup', 'device', 'directory', 'mount', 'namespace', 'port', 'process', 'record', 'rule', 'shared'],
      ])
      assert.equal(left.filter((one) => one.startsWith('directory')).length, 2, 'by its name, and by its record')
      other.kill()
    } finally {
      stranger.close()
      for (const { pid } of remains.processes) process.kill(pid)
      run(
        `umount ${folder}/data-${id} || true; rmdir ${group} ${dirname(group)} || true; rm -rf /dev/shm/${memory} /dev/shm/quorumlab-${id}`,
      )
      run(`ip link delete ${device} || true; ip netns delete ${namespace} || true`)
    }
  }),
)

test(
  'a failover on a live cluster, and nothing more to do for another start of the command',
  {
    needs: 'mysql',
    deadlineMs: 240_000,
  },
  () =>
    inFolder(async (folder) => {
      const run = (count: number) =>
        shell(
          `XDG_STATE_HOME=${folder}/state node --import tsx test/proofs/run.ts failovers --only killed --count ${count} --out ${folder}`,
        )
      const first = await run(1)
      assert.equal(first.code, 0, first.stderr)
      const again = await run(1)
      assert.equal(again.stdout, first.stdout, 'nothing is left to do')
      const lines = new TrialFile<Trial>(folder, 'failovers').lines
      assert.equal(lines.length, 2, 'an attempt and the end of its cluster')
      const [trial] = lines
      assert.deepEqual([trial!.kind, trial!.problems, trial!.lost, trial!.singleWriter], ['killed', [], 0, 'pass'])
      assert.match(trial!.faults[0]!.during, /no process|gone/)
      assert.ok(trial!.failoverMs! > 0 && trial!.acknowledged > 100)
      assert.match(summaryOf('failovers', FAILOVERS, lines), /^\| killed \| 1 of 150 \| 0 \| 0 of \d+ \| pass 1 \|/m)
    }),
)
