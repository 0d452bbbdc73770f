/** The commands beside `run`. Each returns its exit code. */

import { libraryNames, listScenarios } from '../scenarios/file/load.ts'
import { COMMAND, EXIT } from './exit.ts'
import { print } from './output.ts'

export async function list(): Promise<number> {
  const width = Math.max(...libraryNames().map((name) => name.length))
  const firstSentence = (text: string) => text.split(/(?<=[.?])\s/)[0]
  const lines = listScenarios().map((one) => `${one.name.padEnd(width)}  ${firstSentence(one.description)}\n`)
  return print(lines.join(''))
}

export async function schema(): Promise<number> {
  const { scenarioJsonSchema } = await import('../scenarios/file/schema.ts')
  return print(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)
}

export async function status(): Promise<number> {
  const { knownClusters } = await import('../real/drivers/local/sweep.ts')
  const { living, left } = knownClusters()
  if (living.length === 0) await print('no cluster is running\n')
  for (const { id, pid, createdAt, servers } of living) {
    const ports = Object.entries(servers).map(([name, { port }]) => `${name} on port ${port}`)
    await print(`cluster ${id} of process ${pid}, since ${createdAt}: ${ports.join(', ') || 'no server yet'}\n`)
  }
  for (const { id, pid, createdAt } of left)
    await print(
      `cluster ${id} of process ${pid}, since ${createdAt}: the process was killed, and the cluster is left; \`${COMMAND} down\` removes it\n`,
    )
  return 0
}

export async function down(): Promise<number> {
  const { sweep, sweptText } = await import('../real/drivers/local/sweep.ts')
  const swept = await sweep()
  if (swept.length === 0) await print('nothing was left behind\n')
  for (const one of swept) await print(`cluster ${one.id}: ${sweptText(one)}\n`)
  return swept.some(({ refusal }) => refusal !== null) ? EXIT.environment : EXIT.holds
}
