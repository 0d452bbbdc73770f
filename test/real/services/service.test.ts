/** A service as a process of its own: as a container starts it, as a child, and how each ends. */
import assert from 'node:assert/strict'
import { type ChildProcess as NodeProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PortHolder } from '../../../real/drivers/local/ports.ts'
import { test } from '../../support/test.ts'
import { until, withDirectory } from '../drivers/local/scratch.ts'
import { call } from './call.ts'
import { configInput, PASSWORD, systemConfig } from './system-config.ts'

const ENTRY = fileURLToPath(new URL('../../../real/services/service.ts', import.meta.url))

interface Started {
  readonly node: NodeProcess
  /** What it said so far on both of its outputs. */
  text(): string
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
}

function run(words: readonly string[], withChannel = false): Started {
  const stdio = withChannel ? (['ignore', 'pipe', 'pipe', 'ipc'] as const) : (['ignore', 'pipe', 'pipe'] as const)
  const node = spawn(process.execPath, ['--import', 'tsx', ENTRY, ...words], { stdio: [...stdio] })
  let text = ''
  for (const output of [node.stdout!, node.stderr!])
    output.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    // After its outputs have ended; where this side has closed a channel, Node never says that they have.
    node.once(withChannel ? 'exit' : 'close', (code, signal) => resolve({ code, signal })),
  )
  return { node, text: () => text, ended }
}

async function freePort(): Promise<number> {
  const ports = new PortHolder()
  const port = await ports.takeFree()
  await ports.releaseAll()
  return port
}

test('alone, by a file: ready, answering, and ended in order by SIGTERM', { deadlineMs: 60_000 }, () =>
  withDirectory(async (directory) => {
    const port = await freePort()
    const input = configInput(join(directory, 'state'))
    const services = { ...input.services, 'timestamp-1': { host: '127.0.0.1', port } }
    writeFileSync(join(directory, 'password'), PASSWORD)
    const admin = { user: 'quorumlab_admin', password: { file: 'password' } }
    const path = join(directory, 'config.json')
    writeFileSync(path, JSON.stringify({ ...input, services, accounts: { ...input.accounts, admin } }))
    const service = run(['timestamp-1', '--config', path])
    try {
      await until('it is ready', 30_000, async () => service.text().includes('"ready"'))
      assert.equal((await call(port, '/timestamp')).json.timestamp, 1)
      service.node.kill('SIGTERM')
      assert.deepEqual(await service.ended, { code: 0, signal: null })
      assert.equal(service.text().includes(PASSWORD), false)
    } finally {
      service.node.kill('SIGKILL')
    }
  }),
)

test('what stands in the way is said in a sentence, with exit code 3', { deadlineMs: 90_000 }, () =>
  withDirectory(async (directory) => {
    const path = join(directory, 'config.json')
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    const services = { ...configInput(directory).services, seer: { host: '127.0.0.1', port } }
    writeFileSync(path, JSON.stringify({ ...configInput(join(directory, 'state')), services }))
    const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
      [['seer', '--config', path], 3, new RegExp(`Port ${port} on 127.0.0.1, meant for seer, is taken`)],
      [['seer', '--config', join(directory, 'nowhere')], 3, /The configuration .*nowhere cannot be read/],
      [['timestamp-3', '--config', path], 3, /timestamp-3 takes no part/],
      [['sear', '--config', path], 64, /NAME one of coordinator, timestamp-1/],
      [['seer', '--port', '5'], 64, /usage: service.ts NAME/],
    ]
    try {
      await Promise.all(
        cases.map(async ([words, code, message]) => {
          const service = run(words)
          assert.equal((await service.ended).code, code, service.text())
          assert.match(service.text(), message)
          assert.doesNotMatch(service.text(), /\n\s+at /)
        }),
      )
    } finally {
      other.close()
    }
  }),
)

test('a child that loses its parent ends, and its log is in the state directory', { deadlineMs: 60_000 }, () =>
  withDirectory(async (directory) => {
    const service = run(['cabinet'], true)
    try {
      const ready = new Promise((resolve) => service.node.once('message', resolve))
      service.node.send({ kind: 'setup', setup: { kind: 'service', config: systemConfig(directory) } })
      assert.equal(((await ready) as { kind: string }).kind, 'ready')
      service.node.disconnect()
      assert.deepEqual(await service.ended, { code: 0, signal: null })
      const log = await readFile(join(directory, 'logs', 'cabinet.log'), 'utf8')
      assert.match(log, /"service":"cabinet"/)
      assert.equal(log.includes(PASSWORD), false)
    } finally {
      service.node.kill('SIGKILL')
    }
  }),
)
