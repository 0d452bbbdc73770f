import assert from 'node:assert/strict'
import { filesForServers, refuseFewFiles } from '../../../../real/drivers/local/file-limits.ts'
import { test } from '../../../support/test.ts'

test('more servers need more files, and never fewer than one mysqld takes', () => {
  assert.equal(filesForServers(1), 1024)
  assert.ok(filesForServers(9) > filesForServers(7))
})

test('too few files are refused with the number that is needed', () => {
  refuseFewFiles(256, 256)
  refuseFewFiles(256, Number.POSITIVE_INFINITY)
  assert.throws(() => refuseFewFiles(256, 40), {
    message: /may open 40 files here, and 256 are needed\.\n.*ulimit -n 256/,
  })
})
