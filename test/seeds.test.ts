import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { chunksOf } from './seeds/chunks.ts'
import { inFolder, SHELL_DEADLINE_MS, shell } from './support/shell.ts'
import { test } from './support/test.ts'

test('chunks are all seeds, each once', () => {
  assert.deepEqual(chunksOf('swarm', 5, 2), [
    { swarm: 'swarm', from: 1, seeds: 2 },
    { swarm: 'swarm', from: 3, seeds: 2 },
    { swarm: 'swarm', from: 5, seeds: 1 },
  ])
})

test('the long seeds go on where they ended, and the table is of all of them', {
  deadlineMs: 3 * SHELL_DEADLINE_MS,
}, async () => {
  await inFolder(async (folder) => {
    const run = (shard: string) =>
      shell(`node --import tsx test/seeds/run.ts swarm-aimed --seeds 3 --chunk 1 --jobs 1 ${shard} --out '${folder}'`)
    const half = await run('--shard 1/2')
    assert.match(half.stdout, /^swarm-aimed: 2 of 3 seeds\n {2}seeds {9}2: 0 failed/m, half.stderr)
    assert.deepEqual(readdirSync(folder), ['swarm-aimed-1-to-1.json', 'swarm-aimed-3-to-3.json'])
    const rest = await run('')
    assert.match(rest.stdout, /^swarm-aimed: 3 of 3 seeds\n {2}seeds {9}3: 0 failed/m, rest.stderr)
    assert.equal(rest.stderr.match(/chunks,/g)?.length, 1, 'two of three had run')
  })
})
