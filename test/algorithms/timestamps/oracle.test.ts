import assert from 'node:assert/strict'
import fc from 'fast-check'
import { DRIFT_SHARE, Issuer } from '../../../algorithms/timestamps/issuer.ts'
import { LeaseGrants } from '../../../algorithms/timestamps/lease-grants.ts'
import { cut } from '../../../sim/faults/link-effects.ts'
import { test } from '../../support/test.ts'
import { realTimeFault } from './real-time-law.ts'
import { SimulatedServers } from './simulated-servers.ts'

const LEASE_MS = 300
const RUN_US = 5_000_000
const RUNS = 25

function history(seed: number) {
  const servers = new SimulatedServers('oracle', seed % 3 === 0 ? 5 : 3, seed, LEASE_MS)
  servers.ask(RUN_US, 20_000)
  servers.hurt(RUN_US, 150_000)
  servers.run(RUN_US + 2_000_000)
  const terms = servers.cluster.events.filter(({ kind }) => kind === 'issuer').length
  return { sessions: servers.history, terms }
}

test(`the oracle is linearizable under crash, pause, partition and troubled links, ${RUNS} runs`, () => {
  let sessions = 0
  let terms = 0
  for (let seed = 0; seed < RUNS; seed++) {
    const run = history(seed)
    assert.equal(realTimeFault(run.sessions), null, `seed ${seed}`)
    sessions += run.sessions.length
    terms += run.terms
  }
  assert.ok(sessions > RUNS * 50, `only ${sessions} timestamps`)
  assert.ok(terms > RUNS * 3, `only ${terms} terms: leaders hardly ever change`)
})

test('a leader whose clock is slower than the oracle assumes breaks its order, and not its uniqueness', () => {
  const servers = new SimulatedServers('oracle', 3, 1, LEASE_MS)
  const { cluster } = servers
  const { network } = cluster
  const issuer = network.process(cluster.issuer!)
  // Its lease lasts ten times as long as its peers believe; and one of the two clients looks for another leader.
  cluster.clocks.get(issuer.name)!.skew(0, -900_000)
  cut([network.link(network.process('coordinator'), issuer)])
  servers.ask(2_000_000, 5_000)
  servers.run(3_000_000)
  const fault = realTimeFault(servers.history)
  assert.ok(fault !== null && !fault.includes('twice'), `found ${fault}`)
})

test('when the leader dies, nobody issues until its lease has run out, and then the next one does', () => {
  const leaseUs = 3_000_000
  const servers = new SimulatedServers('oracle', 3, 1, leaseUs / 1000)
  servers.ask(8_000_000, 5_000)
  servers.run(2_000_000)
  const dead = servers.cluster.issuer!
  const before = servers.history.at(-1)!
  servers.cluster.hosts.get(dead)!.crash()
  const diedUs = servers.nowUs
  servers.run(7_000_000)
  const next = servers.history.find(({ endedAt }) => endedAt > diedUs + 10_000)!
  const stallUs = next.endedAt - diedUs
  // The last renewal was at most a third of a lease before the death.
  assert.ok(stallUs >= leaseUs / 2 && stallUs <= leaseUs + 200_000, `stalled for ${stallUs} us`)
  assert.notEqual(servers.cluster.issuer, dead)
  assert.ok(next.timestamp.counter > before.timestamp.counter + 1_000, 'the next leader begins above what was saved')
  assert.equal(realTimeFault(servers.history), null)
})

test('a number that was taken in time and looked at too late is not given', () => {
  const issuer = new Issuer(1, 0, 0, 1_000_000)
  issuer.saved(issuer.wanted()!)
  assert.ok(issuer.isCovered(issuer.take()))
  // The pause may be anywhere: only the reading after the number was taken decides.
  const endUs = 1_000_000 - 1_000_000 / DRIFT_SHARE
  assert.equal(issuer.holdsLease(endUs - 1), true)
  assert.equal(issuer.holdsLease(endUs), false)
  issuer.renewed(500_000)
  assert.equal(issuer.holdsLease(endUs), true)
})

test('two leases of different owners never overlap, and bounds are known to every later majority', () => {
  const lease = 100
  // Three servers, instant messages; `down` ones do not hear. Each step: who asks, who is down, how much time passes.
  const step = fc.record({ owner: fc.nat(2), down: fc.nat(7), passes: fc.nat(60), restarts: fc.nat(15) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let nowUs = 0
      let term = 0
      let grants = [0, 1, 2].map(() => new LeaseGrants([], nowUs, lease))
      const journal = grants.map(() => [] as LeaseGrants['record'][])
      let leader = { owner: -1, untilUs: 0, saved: 0 }
      for (const { owner, down, passes, restarts } of steps) {
        nowUs += passes
        term++
        if (restarts < 3)
          grants = grants.map((one, i) => (i === restarts ? new LeaseGrants(journal[i]!, nowUs, lease) : one))
        const up = [0, 1, 2].filter((server) => ((down >> server) & 1) === 0)
        const replies = up.map((server) => {
          const reply = grants[server]!.acquire(term, owner, nowUs)
          if (reply.granted) journal[server]!.push(grants[server]!.record)
          return reply
        })
        const granted = replies.filter((reply) => reply.granted)
        if (granted.length < 2) continue
        assert.ok(leader.owner === owner || leader.untilUs <= nowUs, 'an unexpired lease was given to another')
        assert.ok(granted.some((reply) => reply.bound >= leader.saved))
        const bound = term * 10
        const saves = up.map((server) => {
          const reply = grants[server]!.save(term, bound)
          if (reply.granted) journal[server]!.push(grants[server]!.record)
          return reply
        })
        const isSaved = saves.filter((reply) => reply.granted).length >= 2
        leader = { owner, untilUs: nowUs + lease, saved: isSaved ? bound : leader.saved }
      }
    }),
    { numRuns: 500, seed: 1 },
  )
})

test('a leader of an older term saves and renews nothing', () => {
  const grants = new LeaseGrants([], 0, 100)
  assert.equal(grants.acquire(3, 0, 0).granted, true)
  assert.equal(grants.acquire(4, 1, 50).granted, false)
  assert.equal(grants.acquire(4, 1, 100).granted, true)
  assert.equal(grants.save(3, 1_000).granted, false)
  assert.equal(grants.renew(3, 100).granted, false)
  assert.equal(grants.save(4, 1_000).bound, 1_000)
})
