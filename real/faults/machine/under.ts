/** What lies under a process of a run, put together from what its driver tells of it. */
import type { Driver } from '../../drivers/driver.ts'
import { type CpuControl, findCpuControl } from './cpu-control.ts'
import { EngineProcessors } from './engine-processors.ts'
import type { Hurtable } from './hurtable.ts'
import { type ProcessorSight, Processors } from './processors.ts'

export interface Under {
  readonly processors: SharedProcessors
  /** Nothing is done any more. What is on stays as it is: the processes end, too. */
  close(): void
}

interface SharedProcessors extends Hurtable<number, ProcessorSight> {
  /** Somebody else is going to stop the process, or looks whether it runs; until it is released. */
  hold?(): Promise<void>
  release?(): Promise<void>
}

/** The kernel's quotas, where this process may use them. */
export function cpuControlHere(): CpuControl | null {
  return process.platform === 'linux' && process.getuid?.() === 0 ? findCpuControl() : null
}

export function underProcess(driver: Driver, name: string): Under {
  const processors = processorsOf(driver, name)
  return { processors, close() {} }
}

function processorsOf(driver: Driver, name: string): SharedProcessors {
  const machine = driver.machine?.(name)
  const control = cpuControlHere()
  if (machine !== undefined) return new EngineProcessors(machine, driver.lives(name), control)
  const group = `quorumlab-${driver.ownership.id}-${name}`
  return new Processors(driver.lives(name), control, group, (path) => driver.ownership.note('cgroup', path))
}
