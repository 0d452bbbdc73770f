import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type OwnerRecord, Ownership } from '../../../../real/drivers/local/ownership.ts'
import { lookAt } from '../../../../real/drivers/local/process-table.ts'
import { knownClusters, sweep } from '../../../../real/drivers/local/sweep.ts'
import { test } from '../../../support/test.ts'
import { until, withDirectory } from './scratch.ts'

/** Poses as a server: a process whose command line says where its data lies. */
async function fakeServer(data: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'mysqld', `--datadir=${data}`])
  await until('it runs', 5_000, () => lookAt(child.pid!)?.command.includes(data) === true)
  return child
}

/** As if the owner had been killed: its record names a process that is no more. */
async function orphan(root: string, directory: string): Promise<Ownership> {
  const ownership = new Ownership(root)
  ownership.makeDirectory(directory)
  const path = join(ownership.directory, 'owner.json')
  const record = JSON.parse(await readFile(path, 'utf8')) as OwnerRecord
  // Same pid, another start time: the pid was given to somebody else since.
  await writeFile(path, JSON.stringify({ ...record, startedAt: 'long ago' }))
  return ownership
}

test('what a killed owner left is found and removed: its servers, its directories, its record', async () => {
  await withDirectory(async (root) => {
    const data = join(root, 'data-of-cluster')
    const ownership = await orphan(join(root, 'clusters'), data)
    const server = await fakeServer(`${data}/node1/data`)
    const exit = once(server, 'exit')
    assert.deepEqual(await sweep(join(root, 'clusters')), [
      { id: ownership.id, servers: 1, processes: 0, directories: [data], belongings: [], refusal: null },
    ])
    assert.deepEqual(await exit, [null, 'SIGKILL'])
    assert.ok(!existsSync(data))
    assert.deepEqual(await readdir(join(root, 'clusters')), [])
    assert.deepEqual(await sweep(join(root, 'clusters')), [], 'a second sweep finds nothing')
  })
})

/** A process of a run, which a fault has paused: it will never see that its parent is gone. */
async function pausedProcess(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  child.kill('SIGSTOP')
  await until('it is paused', 5_000, () => lookAt(child.pid!)?.state === 'stopped')
  return child
}

test('a process that a fault had paused is ended with the cluster, one that has its pid by now is not', async () => {
  await withDirectory(async (root) => {
    const ownership = await orphan(root, join(root, 'data'))
    const path = join(ownership.directory, 'owner.json')
    const [paused, stranger] = [await pausedProcess(), await pausedProcess()]
    try {
      const processes = {
        coordinator: { pid: paused.pid!, startedAt: lookAt(paused.pid!)!.startedAt },
        'timestamp-1': { pid: stranger.pid!, startedAt: 'another time' },
      }
      await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), processes }))
      const [swept] = await sweep(root)
      assert.equal(swept?.processes, 1)
      assert.equal(lookAt(paused.pid!), null)
      assert.ok(lookAt(stranger.pid!) !== null)
    } finally {
      for (const child of [paused, stranger]) child.kill('SIGKILL')
    }
  })
})

test('a cluster that is stopped takes its paused processes along, and takes no more', async () => {
  await withDirectory(async (root) => {
    const ownership = new Ownership(root)
    const paused = await pausedProcess()
    const exit = once(paused, 'exit')
    ownership.noteProcess('coordinator', paused.pid!)
    ownership.remove()
    assert.deepEqual(await exit, [null, 'SIGKILL'])
    assert.throws(() => ownership.noteProcess('coordinator', process.pid), /after its cluster was stopped/)
  })
})

test("a stranger's process is never killed, even where its directory's name begins like ours", async () => {
  await withDirectory(async (root) => {
    const data = join(root, 'data-of-cluster')
    await orphan(join(root, 'clusters'), data)
    const strangers = [await fakeServer(`${data}2/data`), await fakeServer(join(root, 'other/data'))]
    try {
      const [swept] = await sweep(join(root, 'clusters'))
      assert.equal(swept?.servers, 0)
      for (const stranger of strangers) assert.ok(lookAt(stranger.pid!) !== null)
    } finally {
      for (const stranger of strangers) stranger.kill('SIGKILL')
    }
  })
})

test('what a killed owner left is known as left, not as running, and forgotten once it is removed', async () => {
  await withDirectory(async (root) => {
    const clusters = join(root, 'clusters')
    const { id } = await orphan(clusters, join(root, 'data-of-cluster'))
    const { living, left } = knownClusters(clusters)
    assert.deepEqual([living, left.map((record) => record.id)], [[], [id]])
    await sweep(clusters)
    assert.deepEqual(knownClusters(clusters), { living: [], left: [] })
  })
})

test('a cluster whose owner lives is left alone', async () => {
  await withDirectory(async (root) => {
    const ownership = new Ownership(root)
    ownership.makeDirectory(join(root, '../', `${ownership.id}-data`))
    assert.deepEqual(await sweep(root), [])
    assert.deepEqual(
      knownClusters(root).living.map(({ id, pid }) => ({ id, pid })),
      [{ id: ownership.id, pid: process.pid }],
    )
    ownership.remove()
    assert.deepEqual(await readdir(root), [])
    assert.ok(!existsSync(join(root, '../', `${ownership.id}-data`)))
  })
})

test('a record of another host is left alone: its pids mean nothing here', async () => {
  await withDirectory(async (root) => {
    const ownership = await orphan(root, join(root, 'data'))
    const path = join(ownership.directory, 'owner.json')
    await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), host: 'elsewhere' }))
    assert.deepEqual(await sweep(root), [])
    assert.ok(existsSync(path))
  })
})

test('a directory without a record is removed once it is old, not while its owner is being born', async () => {
  await withDirectory(async (root) => {
    const directory = join(root, 'unborn')
    await mkdir(directory)
    await sweep(root)
    assert.ok(existsSync(directory))
    const old = new Date(Date.now() - 3_600_000)
    await utimes(directory, old, old)
    await sweep(root)
    assert.ok(!existsSync(directory))
  })
})
