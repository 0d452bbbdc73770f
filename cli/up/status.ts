/** `status`: the systems and clusters of this machine, and how each process of a system is. */
import type { OwnerRecord } from '../../real/drivers/local/ownership.ts'
import type { KnownSystem } from '../../real/services/system/known-systems.ts'
import { COMMAND, EXIT } from '../exit.ts'
import { print } from '../output.ts'

export async function status(): Promise<number> {
  const { knownClusters } = await import('../../real/drivers/local/sweep.ts')
  const { livingSystems } = await import('../../real/services/system/known-systems.ts')
  const { living, left } = knownClusters()
  const systems = livingSystems()
  const runs = living.filter(({ id }) => systems.every(({ owner }) => owner.id !== id))
  if (living.length === 0) await print('no cluster is running\n')
  for (const system of systems) await print(systemText(system))
  for (const run of runs) await print(runText(run))
  for (const { id, pid, createdAt } of left)
    await print(
      `cluster ${id} of process ${pid}, since ${createdAt}: the process was killed, and the cluster is left; \`${COMMAND} down\` removes it\n`,
    )
  return systems.every(({ system }) => system.processes.every(({ state }) => state === 'up')) ? EXIT.holds : EXIT.broken
}

function runText({ id, pid, createdAt, servers }: OwnerRecord): string {
  const ports = Object.entries(servers).map(([name, { port }]) => `${name} on port ${port}`)
  return `cluster ${id} of process ${pid}, since ${createdAt}: ${ports.join(', ') || 'no server yet'}\n`
}

function systemText({ owner, system }: KnownSystem): string {
  const lines = system.processes.map(({ name, state, detail }) => {
    const { host, port } = system.addresses[name]!
    return `  ${name.padEnd(12)} ${`${host}:${port}`.padEnd(16)} ${state}${detail === '' ? '' : `  ${detail}`}\n`
  })
  return `system ${owner.id} of process ${owner.pid}, since ${owner.createdAt}, ${system.phase}; logs in ${system.logs}\n${lines.join('')}`
}
