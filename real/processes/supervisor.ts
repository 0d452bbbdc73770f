/** Serves a coordinator's requests to whoever owns the server processes: the driver, here in the parent. */
import { unknown } from '../../algorithms/reasons/outcomes.ts'
import type { Outcome, RequestOf, SupervisorRequests } from '../../algorithms/servers.ts'
import type { Driver } from '../drivers/driver.ts'
import { decodeRequest } from '../transport/codecs.ts'

export async function supervise(
  driver: Driver,
  request: { readonly kind: string },
  onRebuilt: (node: string) => void,
): Promise<Outcome<unknown>> {
  const typed = decodeRequest(request) as RequestOf<SupervisorRequests>
  try {
    switch (typed.kind) {
      case 'usage':
        return { kind: 'ok', reply: driver.usage(typed.node) }
      case 'saveExtras': {
        const { path } = await driver.saveExtras(typed.node, typed.gtids)
        return { kind: 'ok', reply: { path } }
      }
      case 'rebuild': {
        const { uuid } = await driver.rebuild(typed.node, typed.donor)
        onRebuilt(typed.node)
        return { kind: 'ok', reply: { uuid } }
      }
    }
  } catch (error) {
    // A server that dies while it is rebuilt is the world's doing; the coordinator tries again.
    return unknown({ code: 'supervisor-failed', request: typed.kind, message: (error as Error).message })
  }
}
