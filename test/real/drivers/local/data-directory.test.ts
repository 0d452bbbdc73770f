import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { EnvironmentError } from '../../../../real/drivers/environment-error.ts'
import { chooseStorage } from '../../../../real/drivers/local/data-directory.ts'
import { Ownership } from '../../../../real/drivers/local/ownership.ts'
import { test } from '../../../support/test.ts'
import { withDirectory } from './scratch.ts'

test('a named directory is used, its fsync measured, and nothing is left in it', async () => {
  await withDirectory(async (root) => {
    const ownership = new Ownership(join(root, 'clusters'))
    const storage = await chooseStorage(root, 1, ownership)
    assert.equal(storage.kind, 'disk')
    assert.equal(storage.directory, root)
    assert.ok(storage.fsyncUs > 0)
    assert.deepEqual(await readdir(root), ['clusters'])
  })
})

test('auto says what it measured, or why it had no choice', async () => {
  await withDirectory(async (root) => {
    const { kind, reason } = await chooseStorage('auto', 1, new Ownership(root))
    assert.match(reason, kind === 'memory' ? /fsync takes|cannot/ : /fsync takes|not enough|free|cannot/)
  })
})

test('a place that is missing or too small is an error of the environment that names it', async () => {
  await withDirectory(async (root) => {
    const ownership = new Ownership(join(root, 'clusters'))
    const refused = (choice: string, nodes: number, found: RegExp) =>
      assert.rejects(chooseStorage(choice, nodes, ownership), (error) => {
        assert.ok(error instanceof EnvironmentError)
        assert.match(error.message, found)
        return true
      })
    await refused(join(root, 'nowhere'), 1, /nowhere cannot be used for data/)
    await refused(root, 1_000_000, /MB free, 1000000 servers need 500000000 MB/)
  })
})
