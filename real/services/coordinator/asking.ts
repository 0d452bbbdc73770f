/** Requests to the coordinator of this process, as promises; and the events of its trace that others wait for. */
import type { Coordinator } from '../../../algorithms/failover/coordinator.ts'
import type { Overview } from '../../../algorithms/failover/overview.ts'
import type { CoordinatorRequests, ReplyOf, RequestOf } from '../../../algorithms/servers.ts'
import type { TraceEvent } from '../../../algorithms/trace.ts'
import { CallFailure } from '../http/failures.ts'

type Listener = (event: TraceEvent) => void

export class Asking {
  #coordinator: Coordinator | null = null
  readonly #listeners = new Set<Listener>()

  started(coordinator: Coordinator): void {
    this.#coordinator = coordinator
  }

  get coordinator(): Coordinator {
    if (this.#coordinator === null) throw new CallFailure(503, 'the coordinator has just started')
    return this.#coordinator
  }

  overview(): Overview {
    return this.coordinator.overview()
  }

  ask<K extends keyof CoordinatorRequests & string>(
    request: { readonly kind: K } & CoordinatorRequests[K]['request'],
  ): Promise<ReplyOf<CoordinatorRequests, K>> {
    const { coordinator } = this
    return new Promise((resolve) => {
      coordinator.handle(request as unknown as RequestOf<CoordinatorRequests>, {
        answer: (reply) => resolve(reply as ReplyOf<CoordinatorRequests, K>),
      })
    })
  }

  /** The world's. */
  emitted(event: TraceEvent): void {
    for (const listener of [...this.#listeners]) listener(event)
  }

  onEvent(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Until an event for which it holds, or until the time is over (false). */
  until(holds: (event: TraceEvent) => boolean, limitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (found: boolean) => {
        clearTimeout(timer)
        forget()
        resolve(found)
      }
      const timer = setTimeout(() => end(false), limitMs)
      const forget = this.onEvent((event) => {
        if (holds(event)) end(true)
      })
    })
  }
}
