import assert from 'node:assert/strict'
import { newMember } from '../../../algorithms/failover/member.ts'
import { observe } from '../../../algorithms/failover/monitor.ts'
import { passOver } from '../../../algorithms/failover/passed-over.ts'
import { recall } from '../../../algorithms/failover/recall.ts'
import type { CoordinatorState } from '../../../algorithms/failover/state.ts'
import { FiberProcess } from '../../../algorithms/fiber.ts'
import { EMPTY_GTID_SET, MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import type { JournalRequests, RequestOf, ServerState } from '../../../algorithms/servers.ts'
import type { World } from '../../../algorithms/world.ts'
import { test } from '../../support/test.ts'
import { markers, replica } from './scripted-servers.ts'

/** The third of three coordinators: the numbers 2, 5, 8 are its own. `journal` outlives it. */
class Third {
  readonly state: CoordinatorState

  constructor(journal: object[], ...looks: ServerState[]) {
    const members = [0, 1].map((index) => newMember(index, `node${index + 1}`, EMPTY_GTID_SET))
    const world = {
      now: () => 0,
      call: (_process, _server, request, _deadlineUs, waiter) => {
        const asked = request as RequestOf<JournalRequests>
        if (asked.kind === 'append') journal.push(asked.record)
        setImmediate(() => waiter.resume({ kind: 'ok', reply: { records: [...journal] } }))
        return { abandon() {} }
      },
    } as Partial<World> as World
    this.state = {
      process: new FiberProcess('coordinator-3', world, assert.ifError),
      members,
      byNode: new Map(members.map((member) => [member.node, member])),
      tuning: { adminTimeoutUs: 1_000 },
      journal: { name: 'journal', kind: 'journal' },
      owner: { index: 2, count: 3 },
      peers: [],
      highestEpoch: 0,
      givenUp: new Set(),
      opened: new Set(),
      journalIsWhole: false,
      reign: null,
      byReceipts: new MutableGtidSet(),
    } as unknown as CoordinatorState
    looks.forEach((look, index) => void observe(this.state, members[index]!, look, 0, 0))
  }

  does(fiber: typeof passOver | typeof recall): Promise<void> {
    return new Promise((resolve) => this.state.process.spawn('test', fiber(this.state), resolve))
  }

  async passesOver(upTo: number): Promise<number[]> {
    this.state.highestEpoch = upTo
    await this.does(passOver)
    return [...this.state.givenUp]
  }
}

const unused = [0, 1].map((index) => replica(index, EMPTY_GTID_SET))

test('an owner tells of those of its numbers that it never opened and that are behind it, and of no other', async () => {
  const third = new Third([], ...unused)
  assert.deepEqual(await third.passesOver(4), [2])
  third.state.opened.add(5)
  assert.deepEqual(await third.passesOver(8), [2, 8])
})

test('its next life knows what it told, and what it opened', async () => {
  const journal: object[] = []
  await new Third(journal, ...unused).passesOver(6)
  journal.push({ kind: 'take-over', epoch: 8 })
  // By now every server has been used.
  const next = new Third(journal, ...[0, 1].map((index) => replica(index, markers([4, 1, 0]), { promised: 6 })))
  await next.does(recall)
  // It opens none of them again, whatever promises it sees.
  assert.equal(next.state.highestEpoch, 8)
  assert.deepEqual(await next.passesOver(11), [2, 5, 11])
})

test('without the journal of its earlier lives it may have opened any, and tells of none', async () => {
  const begun = replica(1, markers([4, 1, 0]))
  const promised = replica(1, EMPTY_GTID_SET, { promised: 5 })
  for (const look of [begun, promised]) assert.deepEqual(await new Third([], unused[0]!, look).passesOver(8), [])
  // Nor before every server was looked at, or once such a journal was written to.
  assert.deepEqual(await new Third([], unused[0]!).passesOver(8), [])
  const later = new Third([{ kind: 'take-over', epoch: 11 }], unused[0]!, begun)
  await later.does(recall)
  assert.deepEqual(await later.passesOver(11), [])
})
