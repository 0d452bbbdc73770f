/**
 * What a fiber may rely on, in every world. One body, called by each world's own test with an arm that can run a
 * procedure against a server of kind `probe-target`. Orders are recorded, never times, so the same expectations hold
 * where time is simulated and where it passes.
 */
import assert from 'node:assert/strict'
import {
  all,
  call,
  cancel,
  deferred,
  type Fiber,
  fork,
  join,
  now,
  race,
  random,
  sleep,
  wait,
} from '../../algorithms/fiber.ts'
import type { Server } from '../../algorithms/servers.ts'
import { test } from '../support/test.ts'

type ProbeTargetRequests = {
  /** Answers `value` after `delayUs`. */
  echo: { request: { readonly value: number; readonly delayUs: number }; reply: { readonly value: number } }
  /** The same, under the kind that must never be abandoned. */
  administer: { request: { readonly value: number; readonly delayUs: number }; reply: { readonly value: number } }
  /** Takes the request and never answers. */
  silent: { request: object; reply: never }
}
type ProbeTarget = Server<ProbeTargetRequests>

interface ConformanceArm {
  readonly name: string
  readonly needs?: 'mysql'
  /** Run `procedure` to its end in a fresh process; rejects with what ended the run. */
  run<T>(procedure: (target: ProbeTarget, deadTarget: ProbeTarget) => Fiber<T>): Promise<T>
}

/** Long against scheduling noise in the real world, short enough to wait for. */
const STEP_US = 20_000

export function fiberConformance(arm: ConformanceArm): void {
  const conforms = (title: string, body: () => Promise<void>) => test(`${arm.name}: ${title}`, body)

  conforms('a call returns the typed reply, and the clock has moved on', async () => {
    const outcome = await arm.run(function* (target) {
      const beforeUs = yield* now()
      const reply = yield* call(target, { kind: 'echo', value: 7, delayUs: STEP_US }, 10 * STEP_US)
      return { reply, tookUs: (yield* now()) - beforeUs }
    })
    assert.deepEqual(outcome.reply, { kind: 'ok', reply: { value: 7 } })
    assert.ok(Number.isInteger(outcome.tookUs) && outcome.tookUs >= STEP_US * 0.9, `took ${outcome.tookUs} us`)
  })

  conforms('a call that nobody answers is unknown at its deadline', async () => {
    const outcome = await arm.run((target) => call(target, { kind: 'silent' }, STEP_US))
    assert.equal(outcome.kind, 'unknown')
  })

  conforms('a call to a process that is not there has certainly failed', async () => {
    const outcome = await arm.run((_, dead) => call(dead, { kind: 'echo', value: 1, delayUs: 0 }, 10 * STEP_US))
    assert.equal(outcome.kind, 'failed')
  })

  conforms('all starts its children in written order and returns their results by key', async () => {
    const begun: string[] = []
    function* child(name: string, us: number): Fiber<string> {
      begun.push(name)
      yield* sleep(us)
      return name
    }
    const results = await arm.run(() => all({ b: child('b', 2 * STEP_US), a: child('a', STEP_US) }))
    assert.deepEqual(begun, ['b', 'a'])
    assert.deepEqual(Object.entries(results), [
      ['b', 'b'],
      ['a', 'a'],
    ])
  })

  conforms('race settles on the first to settle; losers have cleaned up before it returns', async () => {
    const log: string[] = []
    function* loser(): Fiber<void> {
      try {
        yield* sleep(50 * STEP_US)
      } finally {
        yield* sleep(STEP_US)
        log.push('cleaned up')
      }
    }
    const outcome = await arm.run(function* () {
      const result = yield* race({ slow: loser(), fast: sleep(STEP_US) })
      log.push(`won by ${result.winner}`)
      return result.winner
    })
    assert.equal(outcome, 'fast')
    assert.deepEqual(log, ['cleaned up', 'won by fast'])
  })

  conforms('a tie in a race goes to the first written', async () => {
    function* immediate(value: number): Fiber<number> {
      yield* now()
      return value
    }
    const outcome = await arm.run(() => race({ first: immediate(1), second: immediate(2) }))
    assert.deepEqual(outcome, { winner: 'first', value: 1 })
  })

  conforms(
    'a child of all that throws cancels its siblings, whose finally blocks run, and then all throws',
    async () => {
      const log: string[] = []
      function* sibling(): Fiber<void> {
        try {
          yield* sleep(50 * STEP_US)
          log.push('never')
        } finally {
          log.push('sibling ended')
        }
      }
      function* thrower(): Fiber<void> {
        yield* sleep(STEP_US)
        throw new Error('boom')
      }
      const caught = await arm.run(function* () {
        try {
          yield* all({ sibling: sibling(), thrower: thrower() })
          return 'nothing'
        } catch (error) {
          log.push('caught')
          return (error as Error).message
        }
      })
      assert.equal(caught, 'boom')
      assert.deepEqual(log, ['sibling ended', 'caught'])
    },
  )

  conforms('an administrative call is never abandoned: cancellation waits for its answer', async () => {
    const log: string[] = []
    await arm.run(function* (target) {
      function* administrate(): Fiber<void> {
        const outcome = yield* call(target, { kind: 'administer', value: 3, delayUs: 4 * STEP_US }, 20 * STEP_US)
        log.push(`not reached ${outcome.kind}`)
      }
      const beganUs = yield* now()
      const task = yield* fork('administrate', administrate())
      yield* sleep(STEP_US)
      yield* cancel(task)
      log.push((yield* now()) - beganUs >= 3.5 * STEP_US ? 'waited' : 'abandoned')
    })
    assert.deepEqual(log, ['waited'])
  })

  conforms('an ordinary call is abandoned by cancellation, and its late reply is dropped', async () => {
    const log: string[] = []
    await arm.run(function* (target) {
      function* ask(): Fiber<void> {
        yield* call(target, { kind: 'echo', value: 3, delayUs: 4 * STEP_US }, 20 * STEP_US)
        log.push('not reached')
      }
      const beganUs = yield* now()
      const task = yield* fork('ask', ask())
      yield* sleep(STEP_US)
      yield* cancel(task)
      log.push((yield* now()) - beganUs < 3.5 * STEP_US ? 'abandoned' : 'waited')
      yield* sleep(6 * STEP_US)
    })
    assert.deepEqual(log, ['abandoned'])
  })

  conforms('a call is given up, as unknown, when what it is asked `until` is settled', async () => {
    const outcome = await arm.run(function* (target) {
      const unwanted = deferred<void>()
      function* settler(): Fiber<void> {
        yield* sleep(STEP_US)
        unwanted.settle()
      }
      yield* fork('settler', settler())
      const beganUs = yield* now()
      const cut = yield* call(target, { kind: 'echo', value: 3, delayUs: 8 * STEP_US }, 20 * STEP_US, unwanted)
      const never = yield* call(target, { kind: 'echo', value: 3, delayUs: 0 }, 20 * STEP_US, unwanted)
      return { cut: cut.kind, never: never.kind, inTime: (yield* now()) - beganUs < 6 * STEP_US }
    })
    assert.deepEqual(outcome, { cut: 'unknown', never: 'unknown', inTime: true })
  })

  conforms(
    'an administrative call that is not made, because nobody wants it, makes no later wait steadfast',
    async () => {
      const inTime = await arm.run(function* (target) {
        const unwanted = deferred<void>()
        unwanted.settle()
        function* ask(): Fiber<void> {
          yield* call(target, { kind: 'administer', value: 3, delayUs: 0 }, 20 * STEP_US, unwanted)
          yield* sleep(8 * STEP_US)
        }
        const task = yield* fork('ask', ask())
        yield* sleep(STEP_US)
        const beganUs = yield* now()
        yield* cancel(task)
        return (yield* now()) - beganUs < 4 * STEP_US
      })
      assert.equal(inTime, true)
    },
  )

  conforms('what a cancelled call was asked `until` cuts no later wait of its fiber short', async () => {
    const cleanupUs = await arm.run(function* (target) {
      let tookUs = 0
      const unwanted = deferred<void>()
      function* ask(): Fiber<void> {
        try {
          yield* call(target, { kind: 'echo', value: 3, delayUs: 8 * STEP_US }, 20 * STEP_US, unwanted)
        } finally {
          const beganUs = yield* now()
          yield* sleep(4 * STEP_US)
          tookUs = (yield* now()) - beganUs
        }
      }
      const task = yield* fork('ask', ask())
      yield* sleep(STEP_US)
      function* settler(): Fiber<void> {
        yield* sleep(STEP_US)
        unwanted.settle()
      }
      yield* fork('settler', settler())
      yield* cancel(task)
      return tookUs
    })
    assert.ok(cleanupUs >= 3.5 * STEP_US, `the clean-up was cut off after ${cleanupUs} us`)
  })

  conforms('a fork ends with its parent', async () => {
    const log: string[] = []
    await arm.run(function* () {
      function* parent(): Fiber<void> {
        yield* fork('child', child())
        yield* sleep(STEP_US)
      }
      function* child(): Fiber<void> {
        try {
          yield* sleep(50 * STEP_US)
        } finally {
          log.push('child ended')
        }
      }
      yield* all({ parent: parent() })
      log.push('parent ended')
    })
    assert.deepEqual(log, ['child ended', 'parent ended'])
  })

  conforms('join returns what a fork returned, and throws what it threw', async () => {
    const outcome = await arm.run(function* () {
      function* good(): Fiber<number> {
        yield* sleep(STEP_US)
        return 5
      }
      function* bad(): Fiber<number> {
        yield* sleep(2 * STEP_US)
        throw new Error('bad fork')
      }
      const [a, b] = [yield* fork('good', good()), yield* fork('bad', bad())]
      const value = yield* join(a)
      try {
        yield* join(b)
        return 'no error'
      } catch (error) {
        return `${value} ${(error as Error).message}`
      }
    })
    assert.equal(outcome, '5 bad fork')
  })

  conforms('a deferred wakes every waiter once; a wait with a deadline gives undefined', async () => {
    const outcome = await arm.run(function* () {
      const gate = deferred<number>()
      function* opener(): Fiber<void> {
        yield* sleep(2 * STEP_US)
        gate.settle(1)
        gate.settle(2)
      }
      yield* fork('opener', opener())
      const early = yield* wait(gate, STEP_US)
      const both = yield* all({ x: wait(gate), y: wait(gate, 50 * STEP_US) })
      return [early, both.x, both.y, yield* wait(gate)]
    })
    assert.deepEqual(outcome, [undefined, 1, 1, 1])
  })

  conforms('a fiber that cancels itself is cancelled when it next yields', async () => {
    const log: string[] = []
    await arm.run(function* () {
      const self: { task?: Parameters<typeof cancel>[0] } = {}
      function* suicidal(): Fiber<void> {
        yield* sleep(STEP_US)
        yield* cancel(self.task!)
        log.push('still here')
        yield* sleep(STEP_US)
        log.push('not reached')
      }
      self.task = yield* fork('suicidal', suicidal())
      yield* sleep(4 * STEP_US)
    })
    assert.deepEqual(log, ['still here'])
  })

  conforms('the streams of chance are uniform in [0, 1) and differ by name', async () => {
    const draws = await arm.run(function* () {
      const a: number[] = []
      const b: number[] = []
      for (let i = 0; i < 100; i++) {
        a.push(yield* random('conformance-a'))
        b.push(yield* random('conformance-b'))
      }
      return { a, b }
    })
    for (const draw of [...draws.a, ...draws.b]) assert.ok(draw >= 0 && draw < 1)
    assert.notDeepEqual(draws.a, draws.b)
  })

  conforms('an exception that nobody observes ends the run, and the error names the fiber', async () => {
    await assert.rejects(
      arm.run(function* () {
        function* bad(): Fiber<void> {
          yield* sleep(STEP_US)
          throw new Error('unobserved')
        }
        yield* fork('culprit', bad(), { daemon: true })
        yield* sleep(20 * STEP_US)
      }),
      /culprit.*unobserved/s,
    )
  })

  conforms('keys that look like integers are refused: the language would reorder them', async () => {
    await assert.rejects(
      arm.run(() => all({ '1': sleep(1), '0': sleep(1) })),
      /integer-like/,
    )
  })
}
