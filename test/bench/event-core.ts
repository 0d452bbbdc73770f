/**
 * The bare event core on "quorum echo": a client keeps 64 requests at a leader with n - 1 followers; every message
 * takes a lognormal time (median 0.5 ms, sigma 0.5); the leader answers when a majority, itself included, has the
 * request. 2n events a request. Against simjs, the best event simulator on npm, which is given the better of
 * two chances: its own random numbers, and our sampler.
 */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { RandomStreams } from '../../scenarios/chance/random.ts'
import { delayTable } from '../../scenarios/chance/sampling.ts'
import { EventQueue } from '../../sim/kernel/event-queue.ts'
import { measure, printTable } from './measure.ts'

const OUTSTANDING = 64
const EVENTS = 1_000_000
const MEDIAN_US = 500
const SIGMA = 0.5
const DELAY = { kind: 'lognormal', medianUs: MEDIAN_US, sigma: SIGMA } as const

interface Request {
  acknowledgements: number
}

export function eventCore(): void {
  for (const nodes of [5, 50]) {
    const measured = measure([
      { name: 'quorumlab', work: () => ours(nodes) },
      { name: 'simjs, our sampler', work: () => simjs(nodes, tableSampler()) },
      { name: 'simjs, its own random numbers', work: () => simjs(nodes, simjsSampler()) },
    ])
    printTable(`event-core: quorum echo, n = ${nodes}`, 'events', measured)
    const best = Math.max(measured[1]!.unitsPerSec, measured[2]!.unitsPerSec)
    const ratio = measured[0]!.unitsPerSec / best
    console.log(`  quorumlab / best of simjs = ${ratio.toFixed(2)}   (goal: 8 / 3.3 = ${(8 / 3.3).toFixed(2)})`)
  }
}

/** The work of `event-core` with five nodes on simjs: how fast a machine is, in the terms of a known program. */
export function simjsQuorumEcho(): number {
  return simjs(5, tableSampler())
}

function tableSampler(): () => number {
  const stream = new RandomStreams(1).stream('delay')
  const delay = delayTable(DELAY)
  return () => delay.sample(stream)
}

function ours(nodes: number): number {
  const queue = new EventQueue()
  const stream = new RandomStreams(1).stream('delay')
  const delay = delayTable(DELAY)
  const majority = (nodes >> 1) + 1
  let answered = 0

  const send = (request: Request) => {
    request.acknowledgements = 1
    queue.after(delay.sample(stream), onRequest, request)
  }
  const onRequest = (request: Request) => {
    for (let follower = 1; follower < nodes; follower++) queue.after(delay.sample(stream), onReplicate, request)
  }
  const onReplicate = (request: Request) => {
    queue.after(delay.sample(stream), onAcknowledge, request)
  }
  const onAcknowledge = (request: Request) => {
    if (++request.acknowledgements === majority) queue.after(delay.sample(stream), onReply, request)
  }
  const onReply = (_request: Request) => {
    answered++
    send({ acknowledgements: 0 })
  }
  for (let client = 0; client < OUTSTANDING; client++) send({ acknowledgements: 0 })
  while (queue.fired < EVENTS) queue.run(queue.now + 1000)
  checkAnswered(answered, queue.fired, nodes)
  return queue.fired
}

// ------------------------------------------------------------------------------------------------------ simjs

interface SimjsRequest {
  done(callback: (request: Request) => void, context: SimjsEntity | null, argument: Request): SimjsRequest
}
interface SimjsEntity {
  setTimer(duration: number): SimjsRequest
  time(): number
}
interface Simjs {
  readonly Sim: new () => {
    addEntity(klass: unknown, name?: string): SimjsEntity
    simulate(endTime: number, maxEvents: number): boolean
  }
  readonly Entity: new (...args: unknown[]) => SimjsEntity
  readonly Random: new (seed: number) => { normal(mu: number, sigma: number): number }
}

/** simjs is a browser bundle: what it offers, it hangs on `window`. */
let loaded: Simjs | undefined
function loadSimjs(): Simjs {
  if (loaded === undefined) {
    const scope = globalThis as { window?: { Sim?: Simjs } }
    scope.window = {}
    createRequire(import.meta.url)('simjs')
    loaded = scope.window.Sim!
    delete scope.window
  }
  return loaded
}

function simjsSampler(): () => number {
  const random = new (loadSimjs().Random)(1)
  const mu = Math.log(MEDIAN_US)
  return () => Math.exp(random.normal(mu, SIGMA))
}

function simjs(nodes: number, sample: () => number): number {
  const { Sim, Entity } = loadSimjs()
  const majority = (nodes >> 1) + 1
  let answered = 0
  let fired = 0

  class Cluster extends Entity {
    start(): void {
      for (let client = 0; client < OUTSTANDING; client++) this.send_({ acknowledgements: 0 })
    }
    send_(request: Request): void {
      request.acknowledgements = 1
      this.setTimer(sample()).done(this.onRequest, this, request)
    }
    onRequest(request: Request): void {
      fired++
      for (let follower = 1; follower < nodes; follower++) this.setTimer(sample()).done(this.onReplicate, this, request)
    }
    onReplicate(request: Request): void {
      fired++
      this.setTimer(sample()).done(this.onAcknowledge, this, request)
    }
    onAcknowledge(request: Request): void {
      fired++
      if (++request.acknowledgements === majority) this.setTimer(sample()).done(this.onReply, this, request)
    }
    onReply(_request: Request): void {
      fired++
      answered++
      this.send_({ acknowledgements: 0 })
    }
  }
  const sim = new Sim()
  sim.addEntity(Cluster)
  sim.simulate(Infinity, EVENTS)
  checkAnswered(answered, fired, nodes)
  return fired
}

/** Both did the work that was asked for: about one answer every 2n events. */
function checkAnswered(answered: number, fired: number, nodes: number): void {
  const expected = fired / (2 * nodes)
  assert.ok(Math.abs(answered / expected - 1) < 0.05, `${answered} answers in ${fired} events of ${nodes} nodes`)
}
