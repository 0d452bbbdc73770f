import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { unknown } from '../../../algorithms/reasons/outcomes.ts'
import type { Outcome } from '../../../algorithms/servers.ts'
import { EnvironmentError } from '../../../real/drivers/environment-error.ts'
import { serviceTarget } from '../../../real/faults/targets.ts'
import { CHILDREN, HERE } from '../../../real/processes/child-process.ts'
import type { ServiceHost, ServiceProcess } from '../../../real/processes/service-host.ts'
import { Service } from '../../../real/processes/service-processes.ts'
import { ServiceClient } from '../../../real/transport/service-client.ts'
import { test } from '../../support/test.ts'
import { withDirectory } from '../drivers/local/scratch.ts'
import { timestampSetup } from '../timestamp-setup.ts'

function timestampServer(directory: string, onFailure: (error: Error) => void): Service {
  const setup = timestampSetup('odd-even', 1, 2, directory)
  return new Service(
    'timestamp-2',
    setup,
    { host: CHILDREN, place: HERE },
    { onEvent() {}, onSupervise() {}, onFailure },
  )
}

function next(client: ServiceClient, deadlineUs = 5_000_000): Promise<Outcome<unknown>> {
  return new Promise((resolve) => {
    client.call({ kind: 'next' }, deadlineUs, resolve)
  })
}

test(
  'a service can be killed, started again on its port, paused and resumed, and each is seen',
  {
    deadlineMs: 60_000,
  },
  () => withDirectory(brokenAndMended),
)

async function brokenAndMended(directory: string): Promise<void> {
  const failures: Error[] = []
  const service = timestampServer(directory, (error) => failures.push(error))
  const target = serviceTarget(service)
  try {
    await service.start()
    const { port } = service
    const client = new ServiceClient('127.0.0.1', port)
    assert.deepEqual(await next(client), { kind: 'ok', reply: { timestamp: { counter: 2, server: 2 } } })
    assert.deepEqual(await next(client), { kind: 'ok', reply: { timestamp: { counter: 4, server: 2 } } })

    assert.equal((await target.kill()).look, 'gone')
    assert.equal((await next(client)).kind, 'failed')

    assert.equal((await target.restart()).look, 'running')
    assert.equal(service.port, port)
    // Its counter was in memory only.
    assert.deepEqual(await next(client), { kind: 'ok', reply: { timestamp: { counter: 2, server: 2 } } })

    assert.equal((await target.pause()).look, 'paused')
    assert.deepEqual(await next(client, 50_000), unknown({ code: 'deadline' }))
    assert.equal((await target.resume()).look, 'running')
    assert.equal((await next(client)).kind, 'ok')
    client.close()
    assert.deepEqual(failures, [])
  } finally {
    await service.kill()
  }
}

test('a wanted end that is heard of when the service runs again is no failure; one that nobody wanted is', async () => {
  const failures: Error[] = []
  const ends: (() => void)[] = []
  const host: ServiceHost = {
    bind: '127.0.0.1',
    start: async (name, _setup, { onExit }) => {
      const life: ServiceProcess = {
        ...{ name, host: '127.0.0.1', port: 1, condition: 'running', description: 'a word', lastLines: [] },
        deathBy: () => new Error(`life ${ends.indexOf(end) + 1} ended`),
        ...{ send() {}, kill: async () => {}, stop: async () => {}, pause: async () => {}, resume: async () => {} },
      }
      const end = () => onExit?.(life, { code: null, signal: 'SIGKILL' })
      ends.push(end)
      return life
    },
  }
  const setup = timestampSetup('odd-even', 1, 2, '/nowhere')
  const onFailure = (error: Error) => failures.push(error)
  const service = new Service(
    'timestamp-2',
    setup,
    { host, place: HERE },
    { onEvent() {}, onSupervise() {}, onFailure },
  )
  for (const wanted of ['kill', 'shutdown'] as const) {
    await service.start()
    await service[wanted]()
  }
  await service.start()
  ends[0]!()
  ends[1]!()
  assert.deepEqual(failures, [])
  ends[2]!()
  assert.deepEqual(
    failures.map(({ message }) => message),
    ['life 3 ended'],
  )
})

test('what the system refuses a service is the environment, with what to do', { deadlineMs: 60_000 }, () =>
  withDirectory(refused),
)

async function refused(directory: string): Promise<void> {
  const failures: Error[] = []
  const nowhere = timestampServer(join(directory, 'nowhere'), (error) => failures.push(error))
  await assert.rejects(nowhere.start(), (error) => {
    assert.ok(error instanceof EnvironmentError)
    assert.match(error.message, /^timestamp-2: ENOENT.*\n.*--out/)
    return true
  })
  const service = timestampServer(directory, (error) => failures.push(error))
  await service.start()
  await service.kill()
  // While it was down another program was given its port.
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(service.port, '127.0.0.1', resolve))
  try {
    await assert.rejects(service.start(), (error) => {
      assert.ok(error instanceof EnvironmentError)
      assert.match(error.message, /^timestamp-2: listen EADDRINUSE.*\n.*end it, or try again/)
      return true
    })
    // It was ended because it cannot serve: nobody has killed it.
    assert.deepEqual(
      failures.filter((error) => error instanceof EnvironmentError && error.particulars.kind === 'killed'),
      [],
    )
  } finally {
    taken.close()
    await service.kill()
  }
}

test('a service that ends unasked ends the run', { deadlineMs: 60_000 }, () => withDirectory(endsUnasked))

async function endsUnasked(directory: string): Promise<void> {
  let fail: (error: Error) => void = () => {}
  const failed = new Promise<Error>((resolve) => {
    fail = resolve
  })
  const service = timestampServer(directory, fail)
  try {
    await service.start()
    const pid = Number(/process (\d+)/.exec(service.description)?.[1])
    process.kill(pid, 'SIGKILL')
    const error = await failed
    assert.ok(error instanceof EnvironmentError)
    assert.deepEqual([error.particulars.kind, error.particulars.subject], ['killed', 'timestamp-2'])
    assert.match(error.what, /^timestamp-2 was killed by SIGKILL, and quorumlab had not asked for that$/)
  } finally {
    await service.kill()
  }
}
