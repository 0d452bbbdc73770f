import assert from 'node:assert/strict'
import { deferred } from '../../../algorithms/effects.ts'
import { Acknowledgements } from '../../../algorithms/failover/acknowledgements.ts'
import { markerOf } from '../../../algorithms/failover/epoch.ts'
import { Executions } from '../../../algorithms/failover/executions.ts'
import { newMember } from '../../../algorithms/failover/member.ts'
import { observe } from '../../../algorithms/failover/monitor.ts'
import { receipted, receiptsSeen } from '../../../algorithms/failover/receipts.ts'
import type { Reign } from '../../../algorithms/failover/reign.ts'
import { SOUND } from '../../../algorithms/failover/sound.ts'
import type { CoordinatorState } from '../../../algorithms/failover/state.ts'
import { write } from '../../../algorithms/failover/write.ts'
import { EMPTY_GTID_SET, type GtidSet, MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import type { ServerState } from '../../../algorithms/servers.ts'
import type { Told } from '../../../algorithms/told.ts'
import { StepWorld } from '../../support/step-world.ts'
import { test } from '../../support/test.ts'

const SOURCE = '11111111-1111-1111-1111-111111111111'
const marker = markerOf({ epoch: 2, k: 2, member: 0, base: 100 })
const newer = markerOf({ epoch: 3, k: 2, member: 0, base: 104 })

/** What its source's connections were told when it had become the source. */
const TOLD: Told = { promised: 2, receipts: 2 }

/** A coordinator that reigns over four servers, with a source that waits for two receipts. */
class Reigning {
  readonly members = [0, 1, 2, 3].map((index) => newMember(index, `node${index + 1}`, EMPTY_GTID_SET))
  readonly acknowledgements = new Acknowledgements({ sourceUuid: SOURCE, source: 0, base: 100, marker, k: 2 }, 4)
  readonly reign = {
    epoch: 2,
    source: this.members[0]!,
    sourceUuid: SOURCE,
    base: 100,
    receipts: 2,
    acknowledgements: this.acknowledgements,
    backlog: null,
  } as unknown as Reign
  readonly state = {
    highestEpoch: 2,
    peers: [],
    level: 'received',
    members: this.members,
    reign: this.reign,
    byReceipts: new MutableGtidSet(),
  } as unknown as CoordinatorState

  /** As far as a write needs it. */
  writingIn(world: StepWorld): CoordinatorState {
    const reign = {
      ...this.reign,
      k: 2,
      executions: new Executions(),
      ended: deferred(),
      selection: { members: null, needed: 2 },
      selectedAtUs: 0,
    }
    const process = {
      get nowUs() {
        return world.now()
      },
    }
    const timestamps = {
      *next() {
        return { counter: 1, server: 1 }
      },
    }
    const tuning = { statementTimeoutUs: 1_000_000, quorumTimeoutUs: 1_000_000 }
    return {
      ...this.state,
      reign,
      process,
      tuning,
      timestamps,
      procedures: SOUND,
      commits: null,
    } as unknown as CoordinatorState
  }

  looksAt(
    index: number,
    look: Partial<ServerState> & { readonly executed: GtidSet; readonly uptimeUs: number },
    nowUs: number,
  ): void {
    const uuid = `22222222-2222-2222-2222-22222222222${index}`
    const rest = {
      uuid,
      promised: 2,
      superReadOnly: true,
      offline: false,
      receiver: 'running',
      applier: 'running',
    } as const
    const channel = {
      source: 'node1',
      fedAgeUs: 0,
      arriving: null,
      semiSyncSource: false,
      receipts: 0,
      receiverError: null,
      applierErrno: null,
      retrieved: EMPTY_GTID_SET,
    }
    observe(this.state, this.members[index]!, { ...rest, ...channel, ...look }, nowUs, nowUs + 500)
  }
}

const WRITE = {
  kind: 'write',
  statement: { kind: 'keyed', op: 1, key: 1 },
  consistency: 'STRONG',
  session: null,
} as const

const upTo = (number: number) => {
  const set = MutableGtidSet.interval(SOURCE, 1, number)
  set.add(marker)
  return set
}

test('a replica that restarts without something that receipts acknowledged has lost it', () => {
  for (const [held, isLost] of [
    [103, true],
    [105, false],
  ] as const) {
    const reigning = new Reigning()
    reigning.looksAt(1, { executed: upTo(101), uptimeUs: 60_000_000 }, 1_000_000)
    receipted(reigning.reign, { uuid: SOURCE, number: 105 }, TOLD, 1_100_000)
    // Lagging is no loss.
    reigning.looksAt(1, { executed: upTo(102), uptimeUs: 60_200_000 }, 1_200_000)
    assert.equal(reigning.members[1]!.loss, null)
    reigning.looksAt(1, { executed: upTo(held), uptimeUs: 100_000 }, 2_000_000)
    assert.equal(reigning.members[1]!.loss !== null, isLost, `it holds ${held}`)
    assert.equal(reigning.acknowledgements.areEnough(2), !isLost)
  }
})

test('the fewest receipts that any look at the source found count from then on', () => {
  const reigning = new Reigning()
  const { reign, acknowledgements } = reigning
  reigning.looksAt(0, { executed: upTo(101), uptimeUs: 60_000_000, receipts: 1 }, 1_000_000)
  reigning.looksAt(0, { executed: upTo(102), uptimeUs: 60_100_000, receipts: 2 }, 1_100_000)
  receipted(reign, { uuid: SOURCE, number: 103 }, TOLD, 1_200_000)
  assert.equal(acknowledgements.acknowledgedUpTo < 103, true)
})

test('a source that shows a newer epoch has receipts for that one alone', () => {
  const { reign, acknowledgements } = new Reigning()
  const executed = upTo(105)
  executed.add(newer)
  receiptsSeen(reign, executed, TOLD, 1_000_000)
  assert.equal(acknowledgements.acknowledgedUpTo < 101, true)
  receiptsSeen(reign, upTo(105), TOLD, 1_000_000)
  assert.equal(acknowledgements.acknowledgedUpTo, 105)
})

test("a connection's receipts are those that it was told of, and none once it was told of a newer epoch", () => {
  for (const [told, upTo] of [
    [{ promised: 2, receipts: 2 }, 103],
    [{ promised: 2, receipts: 3 }, 103],
    // Opened by a server that has restarted, or before it became the source.
    [{ promised: 2, receipts: 0 }, 100],
    [{ promised: 2, receipts: 1 }, 100],
    [{ promised: 3, receipts: 2 }, 100],
  ] as const) {
    const written = new Reigning()
    receipted(written.reign, { uuid: SOURCE, number: 103 }, told, 1_000_000)
    assert.equal(Math.max(100, written.acknowledgements.acknowledgedUpTo), upTo, JSON.stringify(told))
  }
  const { reign, acknowledgements } = new Reigning()
  receiptsSeen(reign, upTo(103), { promised: 2, receipts: 0 }, 1_000_000)
  assert.equal(acknowledgements.acknowledgedUpTo < 100, true)
})

test('a write is acknowledged by the receipts of its own connection, or else waits for reports', () => {
  for (const [told, verdict] of [
    [{ promised: 2, receipts: 2 }, 'ok'],
    [{ promised: 2, receipts: 0 }, 'unknown'],
    [{ promised: 3, receipts: 2 }, 'unknown'],
  ] as const) {
    const reigning = new Reigning()
    const executed = { gtid: { uuid: SOURCE, number: 101 }, executed: null, result: null, repeats: null, told }
    const world = new StepWorld({ node1: () => ({ outcome: { kind: 'ok', reply: executed }, afterUs: 100 }) })
    const reply = world.run(write(reigning.writingIn(world), WRITE))
    assert.equal(reply.verdict, verdict, JSON.stringify(told))
  }
})
