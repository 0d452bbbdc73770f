/** What a cluster could leave behind, looked for from outside: processes, ports, directories. */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import type { Driver } from '../../../../real/drivers/driver.ts'
import { greet } from '../../../../real/drivers/greeting.ts'
import { allProcesses } from '../../../../real/drivers/local/process-table.ts'

/** A line for each thing that is still there. */
export async function tracesOf(driver: Driver, stateRoot: string): Promise<string[]> {
  const traces: string[] = []
  const { directory } = driver.storage
  for (const { pid, command } of allProcesses()) if (command.includes(directory)) traces.push(`process ${pid}`)
  for (const { name, host, port, adminPort } of driver.nodes)
    for (const each of [port, adminPort])
      if ((await greet(host, each, 500)).kind !== 'refused') traces.push(`port ${each} of ${name}`)
  if (existsSync(directory)) traces.push(directory)
  for (const name of await readdir(stateRoot)) traces.push(`${stateRoot}/${name}`)
  return traces
}
