import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EnvironmentError } from '../../../real/drivers/environment-error.ts'
import { checkedConfig, isLoopback, loadConfig, SERVICE_NAMES, USUAL_PORTS } from '../../../real/services/config.ts'
import { test } from '../../support/test.ts'
import { withDirectory } from '../drivers/local/scratch.ts'
import { configInput, PASSWORD } from './system-config.ts'

test('every service has a port of its own, the ones of the original', () => {
  assert.deepEqual(
    SERVICE_NAMES.map((name) => USUAL_PORTS[name]),
    [9000, 9001, 9002, 9006, 9003, 9004, 9005],
  )
})

test('what is left out of a configuration is the sound set on loopback', () => {
  const config = checkedConfig({ ...configInput('/tmp/x'), algorithms: {} }, 'a test')
  assert.deepEqual(config.algorithms, {
    ...{ timestamps: 'taas', quorum: 'cabinet', election: 'seer' },
    ...{ failureThreshold: 1, weightRatio: 'largest' },
  })
  assert.deepEqual([config.bind, config.token, config.published], ['127.0.0.1', null, []])
})

test('a configuration that is not right is refused by the name of each field', () => {
  const refusals: readonly (readonly [object, RegExp])[] = [
    [{ bind: '0.0.0.0' }, /token: listening on 0\.0\.0\.0 needs a token/],
    [{ token: 'short' }, /token: a token has at least 16/],
    [{ algorithms: { timestamps: 'oracle' } }, /algorithms\.timestamps: the servers of oracle elect/],
    [{ algorithms: { election: 'best-known' } }, /algorithms\.election: .*simulator/],
    [{ algorithms: { quorum: 'most' } }, /algorithms\.quorum/],
    [{ algorithms: { failureThreshold: 2 } }, /algorithms\.failureThreshold: 4 servers allow at most 1/],
    [{ algorithms: { weightRatio: 1.99 } }, /algorithms\.weightRatio: expected/],
    [{ timestampServers: ['timestamp-2', 'timestamp-1'] }, /timestampServers: expected timestamp-1/],
    [{ members: [] }, /members/],
    [{ surplus: 1 }, /surplus/],
  ]
  for (const [changes, expected] of refusals)
    assert.throws(
      () => checkedConfig({ ...configInput('/tmp/x'), ...changes }, 'the file'),
      (error) => {
        assert.ok(error instanceof EnvironmentError)
        assert.match(error.message, expected)
        assert.match(error.message, /^the file is no configuration/)
        return true
      },
    )
})

test('in containers, which are published on loopback, another address needs no token', () => {
  const config = checkedConfig({ ...configInput('/tmp/x'), world: 'docker', bind: '0.0.0.0' }, 'a test')
  assert.equal(config.bind, '0.0.0.0')
})

test('secrets in a file are references to files, relative to it', () =>
  withDirectory(async (directory) => {
    writeFileSync(join(directory, 'admin'), `${PASSWORD}\n`)
    writeFileSync(join(directory, 'token'), 'sixteen-letters-and-more')
    const input = configInput(directory)
    const accounts = { ...input.accounts, admin: { user: 'root', password: { file: 'admin' } } }
    const path = join(directory, 'config.json')
    writeFileSync(path, JSON.stringify({ ...input, accounts, token: { file: join(directory, 'token') } }))
    const config = await loadConfig(path)
    assert.equal(config.accounts.admin.password, PASSWORD)
    assert.equal(config.token, 'sixteen-letters-and-more')
    writeFileSync(path, JSON.stringify({ ...input, token: { file: 'nowhere' } }))
    await assert.rejects(loadConfig(path), /The secret in .*nowhere cannot be read/)
    writeFileSync(path, '{')
    await assert.rejects(loadConfig(path), EnvironmentError)
  }))

test('loopback is an address, never a name that resolves to one', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]']) assert.equal(isLoopback(host), true, host)
  for (const host of ['127.0.0.1.evil.example', 'localhost.evil.example', '0.0.0.0', '10.0.0.1', ''])
    assert.equal(isLoopback(host), false, host)
})
