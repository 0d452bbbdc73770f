/**
 * The supervisor of a system in containers: no service there may use the engine, so servers are stopped, started, paused
 * and rebuilt by words that the shell loop in each MySQL container reads from a pipe in a shared volume
 * (compose/mysql/server.sh). What became of them it writes into a file beside it.
 */
import { constants } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Connection, createConnection } from 'mysql2/promise'
import { failed, unknown } from '../../algorithms/reasons/outcomes.ts'
import type { Outcome, RequestOf } from '../../algorithms/servers.ts'
import type { Pending } from '../../algorithms/world.ts'
import { type Clonable, cloneInto } from '../drivers/clone-instance.ts'
import { describeGreeting, greet } from '../drivers/greeting.ts'
import type { Accounts, NodeAddress } from '../mysql/target.ts'
import type { Callable } from '../transport/callable.ts'
import { instancesOf } from './instances.ts'
import type { OperatorRequests, Sighting } from './operator.ts'

interface Options {
  readonly directory: string
  readonly members: readonly NodeAddress[]
  readonly accounts: Accounts
}

type Loop = 'up' | 'down' | 'paused'

const SHOWS_WITHIN_MS = 40_000
const ANSWERS_WITHIN_MS = 60_000
const POLL_MS = 25
const GREETING_DEADLINE_MS = 250

export class ControlVolume implements Callable {
  readonly #options: Options
  readonly #over = new AbortController()
  #saved = 0

  constructor(options: Options) {
    this.#options = options
  }

  call(request: { readonly kind: string }, deadlineUs: number, done: (outcome: Outcome<unknown>) => void): Pending {
    let open = true
    const settle = (outcome: Outcome<unknown>) => {
      if (!open) return
      open = false
      clearTimeout(timer)
      done(outcome)
    }
    const timer = setTimeout(() => settle(unknown({ code: 'deadline' })), Math.ceil(deadlineUs / 1_000))
    this.#serve(request as RequestOf<OperatorRequests>).then(settle, (error: Error) =>
      settle(unknown({ code: 'supervisor-failed', request: request.kind, message: error.message })),
    )
    return {
      abandon() {
        open = false
        clearTimeout(timer)
      },
    }
  }

  close(): void {
    this.#over.abort()
  }

  async #serve(request: RequestOf<OperatorRequests>): Promise<Outcome<unknown>> {
    if ('node' in request && this.#options.members.every(({ name }) => name !== request.node))
      return failed({ code: 'no-such-server', node: request.node })
    switch (request.kind) {
      case 'stopNode':
        return await this.#told(request.node, 'down', 'down')
      case 'killNode':
        return await this.#told(request.node, 'kill', 'down')
      case 'pauseNode':
        return await this.#told(request.node, 'pause', 'paused')
      case 'resumeNode':
        return await this.#told(request.node, 'resume', 'up')
      case 'startNode':
        await this.#tell(request.node, 'up')
        await this.#untilAnswering(request.node, this.#over.signal)
        return ok(await this.#look(request.node))
      case 'witness':
        return ok(await this.#look(request.node))
      case 'usage':
        // Each container has processes of its own, and sees no others.
        return ok({ busyUs: null, cores: cpus().length, memoryBytes: null })
      case 'saveExtras':
        return ok({ path: await this.#save(request.node) })
      case 'rebuild': {
        const donor = this.#member(request.donor)
        return ok(await cloneInto(this.#clonable(request.node), donor, this.#options.accounts.admin, this.#over.signal))
      }
      default:
        return failed({ code: 'unknown-request' })
    }
  }

  async #told(node: string, word: string, expected: Loop): Promise<Outcome<unknown>> {
    await this.#tell(node, word)
    await this.#until(async () => (await this.#loop(node)).state === expected, `${node} to be ${expected}`)
    return ok(await this.#look(node))
  }

  /** Refused at once where nobody reads: its container is down. */
  async #tell(node: string, word: string): Promise<void> {
    const path = join(this.#folder(node), 'commands')
    const pipe = await open(path, constants.O_WRONLY | constants.O_NONBLOCK)
    try {
      await pipe.write(`${word}\n`)
    } finally {
      await pipe.close()
    }
  }

  async #loop(node: string): Promise<{ readonly state: Loop; readonly detail: string }> {
    const text = await readFile(join(this.#folder(node), 'state'), 'utf8')
    const [state, , ...detail] = text.trim().split(' ')
    return { state: state as Loop, detail: detail.join(' ') }
  }

  async #look(node: string): Promise<Sighting> {
    const { host, port } = this.#member(node)
    const [loop, greeting] = await Promise.all([
      this.#loop(node).catch(() => null),
      greet(host, port, GREETING_DEADLINE_MS),
    ])
    const state = loop === null || loop.state === 'down' ? 'gone' : loop.state === 'paused' ? 'stopped' : 'running'
    const said = loop === null ? 'its container has said nothing yet' : `${loop.state}, ${loop.detail}`
    return {
      alive: state === 'running' && greeting.kind === 'greeting',
      process: state,
      text: `${said}; ${describeGreeting(greeting)}`,
    }
  }

  async #save(node: string): Promise<string> {
    const name = `${node}-${Date.now()}-${++this.#saved}`
    const path = join(this.#folder(node), 'saved', name)
    await this.#tell(node, `save ${name}`)
    const isWhole = () =>
      stat(join(path, 'whole')).then(
        () => true,
        () => false,
      )
    await this.#until(isWhole, `the binlogs of ${node} to be saved`)
    return path
  }

  #clonable(node: string): Clonable {
    return {
      address: this.#member(node),
      connect: () => this.#connect(node),
      renew: () => this.#tell(node, 'renew'),
      untilAnswering: (signal) => this.#untilAnswering(node, signal),
    }
  }

  #connect(node: string): Promise<Connection> {
    const { host, adminPort: port } = this.#member(node)
    const { admin } = this.#options.accounts
    return createConnection({ host, port, ...admin, database: 'quorumlab', connectTimeout: 2_000, rowsAsArray: true })
  }

  async #untilAnswering(node: string, signal: AbortSignal): Promise<void> {
    const answers = async () => {
      signal.throwIfAborted()
      const connection = await this.#connect(node).catch(() => null)
      await connection?.end()
      return connection !== null
    }
    await this.#until(answers, `${node} to answer`, ANSWERS_WITHIN_MS)
  }

  async #until(holds: () => Promise<boolean>, what: string, limitMs = SHOWS_WITHIN_MS): Promise<void> {
    const deadlineMs = performance.now() + limitMs
    while (!(await holds())) {
      this.#over.signal.throwIfAborted()
      if (performance.now() > deadlineMs) throw new Error(`waited ${limitMs / 1_000} s for ${what}`)
      await delay(POLL_MS)
    }
  }

  #folder(node: string): string {
    const { members, directory } = this.#options
    // As its container is called, whatever its address is.
    return join(directory, instancesOf(members).find((one) => one.node === node)!.host)
  }

  #member(node: string): NodeAddress {
    const member = this.#options.members.find(({ name }) => name === node)
    if (member === undefined) throw new Error(`there is no server ${node}`)
    return member
  }
}

function ok(reply: unknown): Outcome<unknown> {
  return { kind: 'ok', reply }
}
