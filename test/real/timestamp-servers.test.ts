/** Timestamp servers as processes of their own: their journals, and what they say to one another. */
import assert from 'node:assert/strict'
import type { Outcome, ReplyOf, TimestampRequests } from '../../algorithms/servers.ts'
import { CHILDREN, HERE } from '../../real/processes/child-process.ts'
import type { TimestampSetup } from '../../real/processes/ipc-messages.ts'
import { Service } from '../../real/processes/service-processes.ts'
import { ServiceClient } from '../../real/transport/service-client.ts'
import { test } from '../support/test.ts'
import { until, withDirectory } from './drivers/local/scratch.ts'
import { timestampSetup } from './timestamp-setup.ts'

function service(name: string, setup: TimestampSetup, failures: Error[]): Service {
  return new Service(
    name,
    setup,
    { host: CHILDREN, place: HERE },
    {
      onEvent() {},
      onSupervise() {},
      onFailure: (error) => failures.push(error),
    },
  )
}

function ask<K extends keyof TimestampRequests>(
  client: ServiceClient,
  request: { readonly kind: K } & TimestampRequests[K]['request'],
): Promise<Outcome<ReplyOf<TimestampRequests, K>>> {
  return new Promise((resolve) => {
    client.call(request, 2_000_000, (outcome) => resolve(outcome as Outcome<ReplyOf<TimestampRequests, K>>))
  })
}

test('a TaaS server that is killed goes on above everything it gave', { deadlineMs: 60_000 }, () =>
  withDirectory(goesOnAbove),
)

async function goesOnAbove(directory: string): Promise<void> {
  const failures: Error[] = []
  const server = service('timestamp-2', timestampSetup('taas', 1, 3, directory), failures)
  try {
    await server.start()
    const client = new ServiceClient('127.0.0.1', server.port)
    const tick = async (after: number) => {
      const outcome = await ask(client, { kind: 'tick', after })
      assert.equal(outcome.kind, 'ok')
      return outcome.kind === 'ok' ? outcome.reply.timestamp : null
    }
    assert.deepEqual(await tick(0), { counter: 1, server: 2 })
    assert.deepEqual(await tick(40), { counter: 41, server: 2 })
    await server.kill()
    await server.start()
    assert.ok((await tick(0))!.counter > 41)
    client.close()
    assert.deepEqual(failures, [])
  } finally {
    await server.kill()
  }
}

test('oracle servers elect one of them, and after its death another goes on above', { deadlineMs: 90_000 }, () =>
  withDirectory(electsAnother),
)

async function electsAnother(directory: string): Promise<void> {
  const failures: Error[] = []
  const servers = [0, 1, 2].map((index) =>
    service(`timestamp-${index + 1}`, { ...timestampSetup('oracle', index, 3, directory), leaseUs: 600_000 }, failures),
  )
  const clients: ServiceClient[] = []
  try {
    await Promise.all(servers.map((server) => server.start()))
    for (const server of servers) {
      server.introduce(servers.filter((other) => other !== server))
      clients.push(new ServiceClient('127.0.0.1', server.port))
    }
    /** Who issues, and what; null: nobody does. */
    const issued = async (): Promise<{ readonly by: number; readonly counter: number } | null> => {
      const outcomes = await Promise.all(clients.map((client) => ask(client, { kind: 'issue' })))
      const given = outcomes.flatMap((outcome, by) =>
        outcome.kind === 'ok' && outcome.reply.kind === 'issued' ? [{ by, ...outcome.reply.timestamp }] : [],
      )
      return given[0] ?? null
    }
    let first = await issued()
    await until('a server issues', 20_000, async () => (first = await issued()) !== null)
    await servers[first!.by]!.kill()
    let second = await issued()
    await until('another server issues', 20_000, async () => (second = await issued()) !== null)
    assert.notEqual(second!.by, first!.by)
    assert.ok(second!.counter > first!.counter)
    assert.deepEqual(failures, [])
  } finally {
    for (const client of clients) client.close()
    for (const server of servers) await server.kill()
  }
}
