/** Whoever owns the processes, as this service asks: locally `up`, over the channel that it started this process with. */
import { unknown } from '../../../algorithms/reasons/outcomes.ts'
import type { Outcome, ReplyOf } from '../../../algorithms/servers.ts'
import type { Callable } from '../../transport/callable.ts'
import { CallFailure } from '../http/failures.ts'
import type { OperatorRequests } from '../operator.ts'

/** A server that starts on a busy machine, or ends in order. */
const DEADLINE_US = 60_000_000

export class OperatorClient {
  readonly #supervisor: Callable

  constructor(supervisor: Callable) {
    this.#supervisor = supervisor
  }

  ask<K extends keyof OperatorRequests & string>(
    request: { readonly kind: K } & OperatorRequests[K]['request'],
  ): Promise<Outcome<ReplyOf<OperatorRequests, K>>> {
    return new Promise((resolve) => {
      try {
        this.#supervisor.call(request, DEADLINE_US, (outcome) =>
          resolve(outcome as Outcome<ReplyOf<OperatorRequests, K>>),
        )
      } catch (error) {
        resolve(unknown({ code: 'supervisor-failed', request: request.kind, message: (error as Error).message }))
      }
    })
  }

  /** ... and insists on an answer. */
  async must<K extends keyof OperatorRequests & string>(
    request: { readonly kind: K } & OperatorRequests[K]['request'],
  ): Promise<ReplyOf<OperatorRequests, K>> {
    const outcome = await this.ask(request)
    if (outcome.kind === 'ok') return outcome.reply
    throw new CallFailure(503, `${request.kind}: ${outcome.reason}`)
  }
}
