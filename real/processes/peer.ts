/** Another service of the same kind, which may have to be called before anybody knows its port. */
import { failed } from '../../algorithms/reasons/outcomes.ts'
import type { Outcome } from '../../algorithms/servers.ts'
import type { Pending } from '../../algorithms/world.ts'
import { type Callable, NOTHING_PENDING } from '../transport/callable.ts'
import { ServiceClient } from '../transport/service-client.ts'
import type { ServicePlace } from './ipc-messages.ts'

export class Peer implements Callable {
  #client: ServiceClient | null = null

  introduce({ host, port }: ServicePlace): void {
    this.#client?.close()
    this.#client = new ServiceClient(host, port)
  }

  call(request: { readonly kind: string }, deadlineUs: number, done: (outcome: Outcome<unknown>) => void): Pending {
    if (this.#client !== null) return this.#client.call(request, deadlineUs, done)
    done(failed({ code: 'not-introduced' }))
    return NOTHING_PENDING
  }

  close(): void {
    this.#client?.close()
  }
}
