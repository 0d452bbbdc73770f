import assert from 'node:assert/strict'
import { administer } from '../../../algorithms/failover/administer.ts'
import { newMember } from '../../../algorithms/failover/member.ts'
import type { CoordinatorState } from '../../../algorithms/failover/state.ts'
import { FiberProcess } from '../../../algorithms/fiber.ts'
import { EMPTY_GTID_SET } from '../../../algorithms/gtid-set.ts'
import { unknown } from '../../../algorithms/reasons/outcomes.ts'
import type { World } from '../../../algorithms/world.ts'
import { DEFAULT_TUNING } from '../../../scenarios/scenario.ts'
import { test } from '../../support/test.ts'
import { replica } from './scripted-servers.ts'

/** `late`: not in time, while probes are answered; `silent`: nothing is; `refused`: at once; `slow`: done, in 0.6 s. */
type Turn = 'done' | 'slow' | 'late' | 'silent' | 'refused'

/** How long each of these commands on one server was given, in seconds. */
async function given(...turns: readonly Turn[]): Promise<number[]> {
  const member = newMember(1, 'node2', EMPTY_GTID_SET)
  const seconds: number[] = []
  let nowUs = 1_000_000
  for (const becomes of turns) {
    const world: World = {
      now: () => nowUs,
      wallClock: () => 0,
      random: () => 0.5,
      emit: () => {},
      sleep: () => ({ abandon() {} }),
      call: (_process, _server, _request, deadlineUs, waiter) => {
        seconds.push(deadlineUs / 1e6)
        setImmediate(() => {
          const isDone = becomes === 'done' || becomes === 'slow'
          nowUs += becomes === 'slow' ? 600_000 : becomes === 'done' || becomes === 'refused' ? 10_000 : deadlineUs
          if (becomes === 'late') member.stateAskedUs = nowUs - 100_000
          const outcome = isDone ? { kind: 'ok', reply: replica(1, EMPTY_GTID_SET) } : unknown({ code: 'deadline' })
          waiter.resume(outcome as Parameters<typeof waiter.resume>[0])
        })
        return { abandon() {} }
      },
    }
    await new Promise<void>((resolve, reject) => {
      const process = new FiberProcess('coordinator', world, reject)
      const coordinator = {
        process,
        tuning: DEFAULT_TUNING,
        members: [member],
        peers: [],
        reign: null,
        highestEpoch: 1,
      }
      const session = { epoch: 1, source: null }
      const body = administer(coordinator as unknown as CoordinatorState, member, session, { command: 'apply' })
      process.spawn('test', body, () => resolve())
    })
  }
  return seconds
}

test('a command that a living server did not do in time is given twice as long the next time, up to four times', async () => {
  assert.deepEqual(await given('late', 'late', 'late', 'late', 'late'), [1, 2, 4, 4, 4])
})

test('what a server did quickly ends the patience with it, and what took long does not', async () => {
  assert.deepEqual(await given('late', 'slow', 'done', 'done'), [1, 2, 2, 1])
})

test('nobody has patience with a server that says nothing at all, or refuses', async () => {
  assert.deepEqual(await given('silent', 'silent', 'refused', 'silent'), [1, 1, 1, 1])
})
