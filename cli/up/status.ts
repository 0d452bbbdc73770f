/** `status`: the systems and clusters of this machine, and how each process of a system is, as one sees it from outside. */
import type { OwnerRecord } from '../../real/drivers/local/ownership.ts'
import type { ProcessState } from '../../real/services/operator.ts'
import type { KnownSystem } from '../../real/services/system/known-systems.ts'
import type { ServiceState } from '../../real/services/wire.ts'
import { COMMAND, EXIT } from '../exit.ts'
import { print } from '../output.ts'
import { clientText } from './progress.ts'

/** What `--json` prints, for each system. */
interface SystemStatus {
  readonly id: string
  readonly pid: number
  readonly createdAt: string
  readonly phase: KnownSystem['system']['phase']
  readonly isDetached: boolean
  readonly greenAfterMs: number | null
  readonly logs: string
  readonly login: string | null
  /** Null: the coordinator does not say. */
  readonly source: string | null
  readonly services: readonly ServiceState[]
  /** As their supervision sees them. */
  readonly processes: readonly ProcessState[]
}

export async function status({ json }: { readonly json: boolean }): Promise<number> {
  const { knownClusters } = await import('../../real/drivers/local/sweep.ts')
  const { leftSystems, livingSystems } = await import('../../real/services/system/known-systems.ts')
  const { living, left } = knownClusters()
  const systems = livingSystems()
  const statuses = await Promise.all(systems.map(statusOf))
  const runs = living.filter(({ id }) => systems.every(({ owner }) => owner.id !== id))
  const isWell = leftSystems().length === 0 && statuses.every(({ services }) => services.every(isHealthy))
  if (json) await print(`${JSON.stringify({ isWell, systems: statuses }, null, 2)}\n`)
  else {
    if (living.length === 0) await print('no cluster is running\n')
    for (const one of statuses) await print(systemText(one))
    for (const run of runs) await print(runText(run))
    for (const { id, pid, createdAt } of left)
      await print(
        `cluster ${id} of process ${pid}, since ${createdAt}: the process was killed, and the cluster is left; \`${COMMAND} down\` removes it\n`,
      )
  }
  return isWell ? EXIT.holds : EXIT.broken
}

async function statusOf({ owner, system }: KnownSystem): Promise<SystemStatus> {
  const { lookAtSystem, sourceOf } = await import('../../real/services/system/look.ts')
  const [services, source] = await Promise.all([lookAtSystem(system), sourceOf(system)])
  const { id, pid, createdAt } = owner
  const { phase, isDetached, greenAfterMs, logs, login, processes } = system
  return { id, pid, createdAt, phase, isDetached, greenAfterMs, logs, login, source, services, processes }
}

function isHealthy({ state }: ServiceState): boolean {
  return state === 'healthy'
}

function runText({ id, pid, createdAt, servers }: OwnerRecord): string {
  const ports = Object.entries(servers).map(([name, { port }]) => `${name} on port ${port}`)
  return `cluster ${id} of process ${pid}, since ${createdAt}: ${ports.join(', ') || 'no server yet'}\n`
}

function systemText({ id, pid, createdAt, phase, logs, login, source, services, processes }: SystemStatus): string {
  const lines = services.map((service) => {
    const { id, kind, address, state, detail } = service
    const isRoleKnown = kind === 'mysql' && source !== null && state === 'healthy'
    const role = isRoleKnown ? [id === source ? 'source' : 'replica'] : []
    // What is well may have a past.
    const past = processes.find(({ name }) => name === id.replace('instance-', 'node'))?.detail ?? ''
    const said = [...role, detail || past].filter((text) => text !== '').join('; ')
    return `  ${isHealthy(service) ? '✓' : '✗'} ${id.padEnd(12)} ${address.padEnd(16)} ${state.padEnd(8)} ${said}`.trimEnd()
  })
  const well = `${services.filter(isHealthy).length} of ${services.length} healthy`
  const dashboard = services.find(({ kind }) => kind === 'coordinator')?.address
  const places = [
    ...(dashboard === undefined ? [] : [`dashboard http://${dashboard}`]),
    ...(login === null ? [] : [clientText(login)]),
    `logs ${logs}`,
  ]
  return [
    `system ${id} of process ${pid}, ${phase}, since ${createdAt}: ${well}`,
    ...lines,
    ...places.map((place) => `  ${place}`),
    '',
  ].join('\n')
}
