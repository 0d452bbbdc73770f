import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { EnvironmentError } from '../../../../real/drivers/environment-error.ts'
import { findMysqld } from '../../../../real/drivers/local/find-mysqld.ts'
import { allProcesses } from '../../../../real/drivers/local/process-table.ts'
import { dataTemplate } from '../../../../real/drivers/local/template.ts'
import { test } from '../../../support/test.ts'
import { until, withDirectory, writeProgram } from './scratch.ts'

test('two runs at once make one template, without an identity of its own, and leave no half of one', {
  needs: 'mysql',
  deadlineMs: 120_000,
}, async () => {
  await withDirectory(async (root) => {
    const mysqld = await findMysqld(undefined)
    const options = { cache: join(root, 'cache'), stateRoot: join(root, 'state'), signal: new AbortController().signal }
    const [a, b] = await Promise.all([dataTemplate(mysqld, options), dataTemplate(mysqld, options)])
    assert.equal(a.directory, b.directory)
    assert.equal((await readdir(join(root, 'cache/templates'))).length, 1)
    assert.deepEqual(await readdir(join(root, 'state')), [])
    const files = await readdir(a.directory)
    assert.ok(files.includes('mysql.ibd') && files.includes('quorumlab'))
    assert.deepEqual(
      files.filter((name) => name === 'auto.cnf' || name.startsWith('binlog')),
      [],
    )
    assert.equal((await dataTemplate(mysqld, options)).madeInMs, null, 'the third run finds it')
  })
})

test('an interrupt while the template is made leaves no process and no directory', {
  needs: 'mysql',
  deadlineMs: 60_000,
}, async () => {
  await withDirectory(async (root) => {
    const mysqld = await findMysqld(undefined)
    const abort = new AbortController()
    const options = { cache: join(root, 'cache'), stateRoot: join(root, 'state'), signal: abort.signal }
    const made = Promise.allSettled([dataTemplate(mysqld, options)])
    const running = () => allProcesses().some(({ command }) => command.includes(join(root, 'cache')))
    await until('mysqld runs', 10_000, running)
    abort.abort(new Error('interrupted'))
    const [result] = await made
    assert.match(String((result as PromiseRejectedResult).reason), /interrupted/)
    assert.equal(running(), false)
    assert.deepEqual(await readdir(join(root, 'cache/templates')), [])
    assert.deepEqual(await readdir(join(root, 'state')), [])
  })
})

test('a mysqld that dies while the template is made is shown by its last lines, with advice where there is some', async () => {
  await withDirectory(async (root) => {
    const path = await writeProgram(
      join(root, 'mysqld'),
      'case "$*" in *--version) echo "mysqld  Ver 8.4.3 for Linux";; *) echo "Can\'t create directory (OS errno 13 - Permission denied)"; exit 1;; esac',
    )
    const mysqld = await findMysqld(path, {})
    const options = { cache: join(root, 'cache'), stateRoot: join(root, 'state'), signal: new AbortController().signal }
    await assert.rejects(dataTemplate(mysqld, options), (error) => {
      assert.ok(error instanceof EnvironmentError)
      assert.match(
        error.message,
        /^mysqld died while making a data directory \(exit code 1\)\. Its last lines:\n {2}\| Can't/,
      )
      assert.match(error.message, /AppArmor/)
      return true
    })
    assert.deepEqual(await readdir(join(root, 'cache/templates')), [])
    assert.deepEqual(await readdir(join(root, 'state')), [])
  })
})
