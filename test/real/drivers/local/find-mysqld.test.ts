import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { EnvironmentError } from '../../../../real/drivers/environment-error.ts'
import { findMysqld, readVersion, saysNoDefaultsItself } from '../../../../real/drivers/local/find-mysqld.ts'
import { lookAt } from '../../../../real/drivers/local/process-table.ts'
import { test } from '../../../support/test.ts'
import { withDirectory, writeProgram } from './scratch.ts'

function isAdvice(error: unknown, found: RegExp): true {
  assert.ok(error instanceof EnvironmentError)
  assert.match(error.message, found)
  assert.match(error.message, /apt install.*dnf install.*brew install.*QUORUMLAB_MYSQLD/s)
  return true
}

test('versions of Oracle and of packagers are read', () => {
  const read = (line: string) => readVersion('mysqld', line).version
  assert.equal(read('/usr/sbin/mysqld  Ver 8.4.3 for Linux on x86_64 (MySQL Community Server - GPL)'), '8.4.3')
  assert.equal(read('/usr/sbin/mysqld  Ver 8.0.40-0ubuntu0.22.04.1 for Linux on x86_64 ((Ubuntu))'), '8.0.40')
  assert.equal(read('mysqld  Ver 10.0.0 for Linux'), '10.0.0')
  assert.equal(read('mysqld  Ver 8.0.26 for Linux'), '8.0.26')
})

test('a server that is too old, or MariaDB, is refused with what was found', () => {
  const refused = (line: string, found: RegExp) =>
    assert.throws(
      () => readVersion('/opt/mysqld', line),
      (error) => isAdvice(error, found),
    )
  refused('mysqld  Ver 5.7.44 for Linux', /\/opt\/mysqld is MySQL 5\.7\.44; 8\.0\.26 or newer/)
  refused('mysqld  Ver 8.0.25 for Linux', /8\.0\.25/)
  refused('mysqld  Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu', /is MariaDB \(10\.11\.6/)
  refused('hello', /expected "Ver <number>", found "hello"/)
})

test('no mysqld anywhere: the message says how to get one', async () => {
  await withDirectory(async (directory) => {
    await assert.rejects(findMysqld('mysqld-that-nobody-has', { PATH: directory }), (error) =>
      isAdvice(error, /--mysqld names mysqld-that-nobody-has, but there is no such program/),
    )
    await assert.rejects(
      findMysqld(undefined, { PATH: directory, QUORUMLAB_MYSQLD: join(directory, 'none') }),
      (error) => isAdvice(error, /^QUORUMLAB_MYSQLD names .*none, but/),
    )
  })
})

test('a program that is no mysqld is named with what it said', async () => {
  await withDirectory(async (directory) => {
    const path = await writeProgram(join(directory, 'mysqld'), 'echo "cannot load libssl" >&2; exit 127')
    await assert.rejects(findMysqld(path, {}), (error) =>
      isAdvice(error, /did not say which MySQL it is \(cannot load libssl\)/),
    )
  })
})

test('--mysqld goes before QUORUMLAB_MYSQLD, and that before PATH; mysqlbinlog is looked for beside it', async () => {
  await withDirectory(async (directory) => {
    const paths: string[] = []
    for (const [name, version] of Object.entries({ a: '8.4.1', b: '8.4.2', c: '8.4.3' })) {
      await mkdir(join(directory, name))
      paths.push(await writeProgram(join(directory, name, 'mysqld'), `echo "mysqld  Ver ${version} for Linux"`))
    }
    const beside = await writeProgram(join(directory, 'a', 'mysqlbinlog'), '')
    const environment = { PATH: join(directory, 'c'), QUORUMLAB_MYSQLD: paths[1] }
    const named = await findMysqld(paths[0], environment)
    assert.equal(named.version, '8.4.1')
    assert.equal(named.mysqlbinlog, beside)
    assert.equal((await findMysqld(undefined, environment)).version, '8.4.2')
    const onPath = await findMysqld(undefined, { PATH: environment.PATH })
    assert.equal(onPath.version, '8.4.3')
    assert.equal(onPath.mysqlbinlog, null)
  })
})

test('a relative path is made absolute, because servers start in directories of their own', async () => {
  await withDirectory(async (directory) => {
    const path = await writeProgram(join(directory, 'mysqld'), 'echo "mysqld  Ver 8.4.3 for Linux"')
    assert.equal((await findMysqld(relative(process.cwd(), path), {})).path, path)
    assert.equal((await findMysqld(undefined, { PATH: relative(process.cwd(), directory) })).path, path)
  })
})

test('a wrapper that says --no-defaults itself is noticed: MySQL takes it as the first word only', async () => {
  await withDirectory(async (directory) => {
    const wrapper = await writeProgram(join(directory, 'w'), 'exec /opt/mysqld --no-defaults "$@"')
    const plain = await writeProgram(join(directory, 'p'), 'exec /opt/mysqld "$@"')
    assert.equal(await saysNoDefaultsItself(wrapper), true)
    assert.equal(await saysNoDefaultsItself(plain), false)
    assert.equal(await saysNoDefaultsItself(process.execPath), false)
  })
})

test('what is named and is no MySQL server is refused in its time, for what it is', { deadlineMs: 20_000 }, () =>
  withDirectory(async (directory) => {
    const program = (name: string, script: string) => writeProgram(join(directory, name), script)
    const plain = join(directory, 'plain')
    await writeFile(plain, 'text')
    const cases: readonly (readonly [string, RegExp])[] = [
      [directory, /^--mysqld names .*, but that is a folder, not the program in it\./],
      [plain, /, but that file may not be executed by this user\./],
      [join(plain, 'mysqld'), /, but it cannot be looked at \(ENOTDIR\)\./],
      [
        await program('garbage', "printf 'x\\033[2J\\377y'"),
        /--version: expected "Ver <number>", found "x\?\[2J\?y"\./,
      ],
      [await program('silent', 'exit 0'), /--version: expected "Ver <number>", found nothing\./],
      [await program('endless', 'yes'), /did not say which MySQL it is \(it prints without end\)\./],
      [await program('failing', 'echo no such option >&2; exit 7'), /which MySQL it is \(no such option\)\./],
    ]
    for (const [path, found] of cases)
      await assert.rejects(findMysqld(path, {}), (error) => isAdvice(error, found), path)
  }),
)

test('a program that hangs is ended with its children after five seconds', { deadlineMs: 20_000 }, () =>
  withDirectory(async (directory) => {
    const hanging = await writeProgram(join(directory, 'mysqld'), `sleep 1000 & echo $! > ${directory}/pid; wait`)
    await assert.rejects(findMysqld(hanging, {}), (error) => isAdvice(error, /\(no answer within 5 s\)/))
    assert.equal(lookAt(Number(await readFile(join(directory, 'pid'), 'utf8'))), null)
  }),
)
