/** The coordinator's way to ask for a rebuild: the parent owns the server processes, a coordinator can only ask. */
import { unknown } from '../../algorithms/reasons/outcomes.ts'
import type { Outcome } from '../../algorithms/servers.ts'
import type { Pending } from '../../algorithms/world.ts'
import type { Callable } from '../transport/callable.ts'
import { decodeReply } from '../transport/codecs.ts'
import { tellParent } from './child.ts'

export class SupervisorClient implements Callable {
  readonly #open = new Map<number, { readonly kind: string; readonly settle: (outcome: Outcome<unknown>) => void }>()
  #nextId = 1

  call(request: { readonly kind: string }, deadlineUs: number, done: (outcome: Outcome<unknown>) => void): Pending {
    const id = this.#nextId++
    const end = () => {
      clearTimeout(timer)
      this.#open.delete(id)
    }
    const settle = (outcome: Outcome<unknown>) => {
      end()
      done(outcome)
    }
    const timer = setTimeout(() => settle(unknown({ code: 'deadline' })), Math.ceil(deadlineUs / 1000))
    this.#open.set(id, { kind: request.kind, settle })
    tellParent({ kind: 'supervise', id, request })
    return { abandon: end }
  }

  answer(id: number, outcome: Outcome<unknown>): void {
    const open = this.#open.get(id)
    open?.settle(outcome.kind === 'ok' ? { kind: 'ok', reply: decodeReply(open.kind, outcome.reply) } : outcome)
  }

  close(): void {
    for (const { settle } of [...this.#open.values()]) settle(unknown({ code: 'connection-closed' }))
  }
}
