/** What two coordinators tell each other of one server, each with a clock of its own. */
import assert from 'node:assert/strict'
import { markerOf } from '../../../algorithms/failover/epoch.ts'
import { markLost, markProved } from '../../../algorithms/failover/mark-loss.ts'
import { type Member, newMember } from '../../../algorithms/failover/member.ts'
import { observe } from '../../../algorithms/failover/monitor.ts'
import { learn, type Status, tellPeers } from '../../../algorithms/failover/peers.ts'
import type { CoordinatorState } from '../../../algorithms/failover/state.ts'
import { EMPTY_GTID_SET, MutableGtidSet } from '../../../algorithms/gtid-set.ts'
import type { ServerState } from '../../../algorithms/servers.ts'
import { test } from '../../support/test.ts'
import { replica } from './scripted-servers.ts'

const SOURCE = '11111111-1111-1111-1111-111111111111'
const MARKER = markerOf({ epoch: 1, k: 1, member: 0, base: 0 })

/** It has applied the first three transactions, and received up to `number`. */
function holding(number: number, more: Partial<ServerState> = {}): ServerState {
  const executed = MutableGtidSet.interval(SOURCE, 1, 3)
  executed.add(MARKER)
  return replica(1, executed, { retrieved: MutableGtidSet.interval(SOURCE, 1, number), ...more })
}

/** A coordinator that knows one server; `aheadUs`: what its clock shows at moment 0. */
class Coordinator {
  readonly state: CoordinatorState
  readonly member: Member
  #nowUs = 0
  readonly #aheadUs: number

  constructor(aheadUs: number) {
    this.#aheadUs = aheadUs
    this.member = newMember(1, 'node2', EMPTY_GTID_SET)
    // Known since before any epoch.
    this.member.knownUuid = holding(3).uuid
    const coordinator = this
    this.state = {
      process: {
        get nowUs() {
          return coordinator.#nowUs + aheadUs
        },
      },
      members: [this.member],
      byNode: new Map([['node2', this.member]]),
      peers: [{ name: 'other', kind: 'coordinator' }],
      givenUp: new Set(),
      highestEpoch: 1,
      reign: null,
      byReceipts: new MutableGtidSet(),
    } as unknown as CoordinatorState
  }

  looksAt(us: number, shown: ServerState): void {
    observe(this.state, this.member, shown, us + this.#aheadUs, us + 10 + this.#aheadUs)
  }

  loss() {
    return this.member.loss
  }

  /** `other` answers at `us`, in the middle of the exchange. */
  asks(other: Coordinator, us: number): void {
    other.#nowUs = us
    const status = tellPeers(other.state) as Status
    const exchange = { askedUs: us - 5 + this.#aheadUs, answeredUs: us + 5 + this.#aheadUs }
    learn(this.state, status, exchange)
  }

  loses(us: number, kind: 'relay log' | 'rebuilt' = 'relay log'): void {
    markLost(this.state, this.member, kind, us + this.#aheadUs)
  }

  proves(us: number): void {
    markProved(this.member, us + this.#aheadUs)
  }
}

const two = () => [new Coordinator(0), new Coordinator(7_000_000)] as const

test('a loss is not unlearnt by a peer that looked before it, nor by one that looked since and saw nothing wrong', () => {
  for (const peerLooksUs of [50, 500]) {
    const [mine, peer] = two()
    mine.looksAt(100, holding(9))
    mine.looksAt(200, holding(3))
    assert.equal(mine.loss()?.seen?.kind, 'relay log')
    // Fed again, it holds more than this peer ever saw.
    peer.looksAt(peerLooksUs, holding(peerLooksUs < 200 ? 8 : 12))
    mine.asks(peer, 1_000)
    assert.notEqual(mine.loss(), null, `the peer looked at ${peerLooksUs}`)
  }
})

test('a proof unlearns it, if it was made after the loss', () => {
  for (const provedUs of [150, 400]) {
    const [mine, peer] = two()
    mine.looksAt(100, holding(9))
    mine.looksAt(200, holding(3))
    peer.looksAt(120, holding(9))
    peer.loses(140)
    peer.proves(provedUs)
    peer.looksAt(410, holding(9))
    mine.asks(peer, 1_000)
    assert.equal(mine.loss() === null, provedUs === 400)
    // A loss since is another one.
    mine.looksAt(1_100, holding(9))
    mine.looksAt(1_200, holding(3))
    mine.asks(peer, 1_300)
    assert.notEqual(mine.loss(), null)
  }
})

test('a later look at less shows a loss, whoever of the two looked', () => {
  for (const isMineLater of [false, true]) {
    const [mine, peer] = two()
    const [first, second] = isMineLater ? [peer, mine] : [mine, peer]
    first.looksAt(100, holding(9))
    second.looksAt(300, holding(5))
    assert.equal(mine.loss(), null)
    mine.asks(peer, 400)
    assert.equal(mine.loss()?.seen?.kind, 'relay log', `mine is the later: ${isMineLater}`)
    // What was lost is known: the same two looks show no further loss.
    const loss = mine.loss()
    mine.asks(peer, 500)
    assert.equal(mine.loss(), loss)
  }
})

test('looks that overlap show nothing, and what both saw is remembered until the next', () => {
  const [mine, peer] = two()
  mine.looksAt(100, holding(9))
  peer.looksAt(105, holding(5))
  mine.asks(peer, 400)
  assert.equal(mine.loss(), null)
  mine.looksAt(500, holding(5))
  assert.equal(mine.loss()?.seen?.kind, 'relay log')
})

test('what a peer saw a server hold is remembered, and missed later although the peer is gone', () => {
  const [mine, peer] = two()
  mine.looksAt(100, holding(4))
  peer.looksAt(300, holding(9))
  mine.asks(peer, 400)
  mine.looksAt(500, holding(5))
  assert.equal(mine.loss()?.seen?.kind, 'relay log')
})

test('losses are learnt from peers, once, and not again after a proof', () => {
  const [mine, peer] = two()
  for (const one of [mine, peer]) one.looksAt(100, holding(9))
  peer.loses(200)
  mine.asks(peer, 300)
  assert.equal(mine.loss()?.seen?.kind, 'relay log')
  const loss = mine.loss()
  // It comes back and forth, a little later each time.
  for (let us = 400; us < 1_000; us += 100) {
    peer.asks(mine, us)
    mine.asks(peer, us + 50)
  }
  assert.equal(mine.loss(), loss)
  mine.proves(1_200)
  mine.asks(peer, 1_300)
  assert.equal(mine.loss(), null)
  peer.asks(mine, 1_400)
  assert.equal(peer.loss(), null)
})

test('more than a relay log is gone where what was executed got less, or the promise, or the server is another', () => {
  const less = replica(1, MutableGtidSet.interval(SOURCE, 1, 1))
  for (const [before, after] of [
    [holding(9), less],
    [holding(9, { promised: 4 }), holding(5, { promised: 3 })],
  ] as const) {
    const [mine, peer] = two()
    mine.looksAt(100, before)
    peer.looksAt(300, after)
    mine.asks(peer, 400)
    assert.equal(mine.loss()?.seen?.kind, 'rebuilt')
  }
})

test('a server_uuid that is unknown here is settled by a peer that knows it, with what that peer knows of it', () => {
  const [mine, peer] = two()
  mine.member.knownUuid = null
  mine.looksAt(100, holding(9))
  assert.equal(mine.loss()?.doubted, true)
  const stranger = new Coordinator(5)
  stranger.member.knownUuid = null
  stranger.looksAt(150, holding(9))
  mine.asks(stranger, 200)
  assert.equal(mine.loss()?.doubted, true, 'who does not know it either cannot say')
  peer.looksAt(150, holding(9))
  mine.asks(peer, 300)
  assert.equal(mine.loss(), null)

  const late = new Coordinator(0)
  late.member.knownUuid = null
  late.looksAt(400, holding(5))
  late.asks(peer, 500)
  assert.deepEqual([late.loss()?.doubted, late.loss()?.seen?.kind], [false, 'relay log'])
})

test('a peer that has another server in its place shows a doubt, which is told to nobody as a loss', () => {
  const [mine, peer] = two()
  mine.looksAt(100, holding(9))
  peer.member.knownUuid = '33333333-3333-3333-3333-333333333333'
  peer.looksAt(300, holding(12, { uuid: '33333333-3333-3333-3333-333333333333' }))
  mine.asks(peer, 400)
  // The peer rebuilt it and knows it: nothing is left to doubt.
  assert.equal(mine.loss(), null)
  assert.equal(mine.member.knownUuid, '33333333-3333-3333-3333-333333333333')
  const third = new Coordinator(9)
  third.member.knownUuid = null
  third.looksAt(410, holding(9))
  const told = (tellPeers(third.state) as Status).looks[0]!
  assert.deepEqual([told.loss, told.doubted], [null, true])
})

test('a rebuild that was not done is over for the peers that were told of it, too', () => {
  const [mine, peer] = two()
  for (const one of [mine, peer]) one.looksAt(100, holding(9))
  mine.member.rebuild = { uuid: holding(9).uuid, before: null, sinceUs: 200 }
  mine.loses(200, 'rebuilt')
  peer.asks(mine, 300)
  assert.equal(peer.loss()?.seen?.kind, 'rebuilt')
  // It was started again at 400, as it was.
  mine.looksAt(500, holding(9, { uptimeUs: 100 }))
  mine.asks(peer, 550)
  assert.equal(mine.loss(), null)
  peer.asks(mine, 600)
  assert.equal(peer.loss(), null)
})
