/** Serves operators' requests where the processes are this program's own: in `up`. */
import { failed, unknown } from '../../../algorithms/reasons/outcomes.ts'
import type { Outcome, RequestOf } from '../../../algorithms/servers.ts'
import type { Driver, Witness } from '../../drivers/driver.ts'
import { supervise } from '../../processes/supervisor.ts'
import type { OperatorRequests, ProcessState, Sighting } from '../operator.ts'
import type { Supervised } from './supervised.ts'

interface Operated {
  readonly driver: Driver
  /** By node. */
  readonly servers: ReadonlyMap<string, Supervised>
  /** By service. */
  readonly services: ReadonlyMap<string, { readonly supervised: Supervised; kill(): Promise<void> }>
  /** Of all of them. */
  processes(): readonly ProcessState[]
}

export async function operate(system: Operated, request: { readonly kind: string }): Promise<Outcome<unknown>> {
  const asked = request as RequestOf<OperatorRequests>
  if ('node' in asked && !system.servers.has(asked.node)) return failed({ code: 'no-such-server', node: asked.node })
  try {
    return await answered(system, asked)
  } catch (error) {
    return unknown({ code: 'supervisor-failed', request: asked.kind, message: (error as Error).message })
  }
}

async function answered(system: Operated, asked: RequestOf<OperatorRequests>): Promise<Outcome<unknown>> {
  const { driver } = system
  const server = (node: string) => system.servers.get(node)!
  switch (asked.kind) {
    case 'usage':
    case 'saveExtras':
      return await supervise(driver, asked, () => {})
    case 'rebuild':
      return await server(asked.node).during(() => supervise(driver, asked, () => {}))
    case 'stopNode':
      return seen(await server(asked.node).hold('stopped by an operator', () => driver.shutdown(asked.node)))
    case 'killNode':
      return seen(await server(asked.node).hold('killed by an operator', () => driver.kill(asked.node)))
    case 'startNode':
      return seen(await started(server(asked.node), driver, asked.node))
    case 'pauseNode':
      return seen(await server(asked.node).exclusively(() => driver.pause(asked.node)))
    case 'resumeNode':
      return seen(await server(asked.node).exclusively(() => driver.resume(asked.node)))
    case 'witness':
      return seen(await driver.witness(asked.node))
    case 'killService': {
      const service = system.services.get(asked.name)
      if (service === undefined) return failed({ code: 'no-such-server', node: asked.name })
      await service.kill()
      return { kind: 'ok', reply: service.supervised.state }
    }
    case 'processes':
      return { kind: 'ok', reply: system.processes() }
    default:
      return failed({ code: 'unknown-request' })
  }
}

/** One that somebody has paused is up only when it goes on. */
async function started(server: Supervised, driver: Driver, node: string): Promise<Witness> {
  await server.release()
  const witness = await driver.witness(node)
  return witness.process === 'stopped' ? await server.exclusively(() => driver.resume(node)) : witness
}

function seen({ alive, process, text }: Witness): Outcome<Sighting> {
  return { kind: 'ok', reply: { alive, process, text } }
}
