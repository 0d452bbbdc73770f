/**
 * Failovers that a person asks for: in one call, or in the three of existing clients (stop the source, have somebody
 * elected, promote it). One at a time; what the coordinator's rules refuse is refused here with their reason.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { SwitchoverReply } from '../../../algorithms/failover/steering.ts'
import { CallFailure } from '../http/failures.ts'
import type { Asking } from './asking.ts'
import type { ClusterState } from './cluster-state.ts'
import type { OperatorClient } from './operator-client.ts'

/** Existing clients come back within a few seconds; who does not has given up. */
const STAND_BACK_US = 60_000_000
const REIGN_DEADLINE_MS = 15_000
/** A server that was started follows the source again by then. */
const FOLLOW_DEADLINE_MS = 10_000
const LOOK_EVERY_MS = 50
/** After a failover by one call the old source is left alone for so long, to be seen gone. */
const OLD_SOURCE_AWAY_MS = 1_000

/** A read like any client's. */
const KNOCK = { kind: 'keyed', op: 0, key: 0 } as const

type Instance = ReturnType<ClusterState['find']> & object

interface FailoverParts {
  readonly asking: Asking
  readonly cluster: ClusterState
  readonly operator: OperatorClient
  readonly onStopped: (node: string) => void
  /** The old source's return, which nobody waits for, came to nothing. */
  readonly onTrouble: (text: string) => void
}

export class Failovers {
  readonly #parts: FailoverParts
  /** What is under way, in words. */
  #busy: string | null = null
  /** Stopped by a person, the latest last. */
  readonly #stopped: string[] = []

  constructor(parts: FailoverParts) {
    this.#parts = parts
  }

  get busy(): string | null {
    return this.#busy
  }

  /** The source goes, and nobody is elected until somebody says so, or the time of standing back is over. */
  stopOnly(isKilled: boolean): Promise<Instance> {
    return this.#alone('the source is being stopped', async () => {
      const { asking, cluster } = this.#parts
      const { source } = cluster
      await asking.ask({ kind: 'standBack', forUs: STAND_BACK_US })
      await this.#stop(source, isKilled)
      return source
    })
  }

  promote(to: Instance): Promise<{ readonly from: Instance; readonly to: Instance }> {
    return this.#alone(`${to.id} is being promoted`, async () => {
      const { asking, cluster } = this.#parts
      const from = cluster.source
      const reply = await asking.ask({ kind: 'promote', to: to.node, epoch: null })
      this.#judge(reply)
      return { from, to }
    })
  }

  switchover(to: Instance | null): Promise<SwitchoverReply> {
    return this.#alone(`the source is being moved${to === null ? '' : ` to ${to.id}`}`, async () => {
      const reply = await this.#parts.asking.ask({ kind: 'switchover', to: to?.node ?? null })
      this.#judge(reply)
      return reply
    })
  }

  /** Stop, elect, promote; and the old source comes back as a replica by itself. */
  stopAndElect(isKilled: boolean): Promise<{ readonly from: Instance; readonly to: Instance }> {
    return this.#alone('the source is being replaced', async () => {
      const { asking, cluster } = this.#parts
      const from = cluster.source
      const { epoch, mode } = await asking.ask({ kind: 'status' })
      if (mode.standBackLeftUs !== null) await asking.ask({ kind: 'standBack', forUs: 0 })
      const reigns = asking.until((event) => event.kind === 'reign' && event.epoch > epoch, REIGN_DEADLINE_MS)
      const stopped = this.#stop(from, isKilled)
      stopped.catch(() => {})
      if (!mode.automatic) {
        await stopped
        this.#judge(await asking.ask({ kind: 'promote', to: null, epoch }))
      }
      // Only what arrives over the network counts: the coordinator finds by itself that the source is gone.
      if (!(await reigns)) throw new CallFailure(503, await this.#whyNobody())
      // Its process may take its time to end.
      void this.#bringBack(from, stopped)
      return { from, to: cluster.source }
    })
  }

  /** Starts it as a replica, and waits until it follows. */
  async start(instance: Instance): Promise<void> {
    const { asking, cluster, operator } = this.#parts
    const isServing = () => {
      const { reign, members } = cluster.overview()
      const { probe, state } = members.find(({ node }) => node === instance.node)!
      return reign?.source === instance.node && probe === 'answered' && state?.superReadOnly === false
    }
    if (isServing()) return
    await operator.must({ kind: 'startNode', node: instance.node })
    this.#forget(instance)
    // The source itself, and nobody was promoted: what comes of it is decided as ever.
    if (cluster.source.node === instance.node) await asking.ask({ kind: 'standBack', forUs: 0 })
    const untilMs = performance.now() + FOLLOW_DEADLINE_MS
    while (performance.now() < untilMs) {
      const { source } = cluster
      const member = cluster.overview().members.find(({ node }) => node === instance.node)!
      if (isServing() || (member.probe === 'answered' && member.state?.source === source.node)) return
      await sleep(LOOK_EVERY_MS)
    }
  }

  /** Whoever was stopped last; else one that is down; null: nobody is. */
  get oldSource(): Instance | null {
    const { cluster } = this.#parts
    const node =
      this.#stopped.at(-1) ??
      cluster.overview().members.find(({ probe, node }) => probe === 'failed' && node !== cluster.source.node)?.node
    return node === undefined ? null : cluster.instance(node)
  }

  async #stop(instance: Instance, isKilled: boolean): Promise<void> {
    this.#stopped.push(instance.node)
    await this.#parts.operator.must({ kind: isKilled ? 'killNode' : 'stopNode', node: instance.node })
    this.#parts.onStopped(instance.node)
    // Where no client asks for anything, the last answer that one got speaks for the source until a second has passed.
    void this.#parts.asking.ask({ kind: 'read', statement: KNOCK, consistency: 'STRONG', session: null })
  }

  async #bringBack(instance: Instance, stopped: Promise<void>): Promise<void> {
    try {
      await stopped
      await sleep(OLD_SOURCE_AWAY_MS)
      await this.start(instance)
    } catch (error) {
      this.#parts.onTrouble(`${instance.id} was not started again: ${(error as Error).message}`)
    }
  }

  #forget({ node }: Instance): void {
    const place = this.#stopped.indexOf(node)
    if (place >= 0) this.#stopped.splice(place, 1)
  }

  async #whyNobody(): Promise<string> {
    const dry = await this.#parts.asking.ask({ kind: 'dryRun', to: null })
    return dry.why === null ? 'nobody was promoted in time' : `nobody was promoted: ${dry.reason}`
  }

  #judge({ verdict, why, reason, source }: SwitchoverReply): void {
    if (verdict === 'moved') return
    const isRunning = why?.code === 'move-under-way' || verdict === 'elsewhere'
    const reigns = verdict === 'elsewhere' && source !== null ? `${this.#parts.cluster.instance(source).id} reigns` : ''
    throw new CallFailure(isRunning || why?.code === 'is-source' ? 409 : 503, reigns === '' ? reason : reigns, { why })
  }

  async #alone<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#busy !== null) throw new CallFailure(409, `a failover is running: ${this.#busy}`)
    this.#busy = what
    try {
      return await work()
    } finally {
      this.#busy = null
    }
  }
}
