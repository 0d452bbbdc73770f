import assert from 'node:assert/strict'
import { statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../../real/drivers/make-folder.ts'
import { inFolder } from '../../support/shell.ts'
import { test } from '../../support/test.ts'

test('a folder is made with all that is missing above it, once and again', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'a/b/c d "e"')
    makeFolder(path, 0o700)
    makeFolder(path)
    assert.equal(statSync(path).mode & 0o777, 0o700)
  }))

test('what cannot be made is refused at once', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'))
    for (const [path, refusal] of [
      ['/proc/quorumlab/a', /^ENOENT/],
      [file, /^EEXIST/],
      [join(file, 'below'), /^ENOTDIR/],
      [join(folder, 'link'), /^EEXIST/],
    ] as const)
      assert.throws(() => makeFolder(path), { message: refusal })
  }))
