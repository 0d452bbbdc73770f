/** What lies under a process of a run, put together from what its driver tells of it. */
import type { Driver } from '../../drivers/driver.ts'
import type { ClockReading } from '../../processes/clock-reading.ts'
import { type CpuControl, findCpuControl } from './cpu-control.ts'
import { EngineProcessors } from './engine-processors.ts'
import { type ClockSight, FakedClock, type Skew } from './faked-clock.ts'
import { FullDisk, type FullDiskSight } from './full-disk.ts'
import type { Hurtable } from './hurtable.ts'
import { type ProcessorSight, Processors } from './processors.ts'
import { RelayLogFiles } from './relay-log-files.ts'
import { type DiskSight, SlowDisk } from './slow-disk.ts'
import { type ConnectionsSight, TakenConnections } from './taken-connections.ts'

export interface Under {
  readonly processors: SharedProcessors
  /** Of MySQL servers. */
  readonly server?: UnderServer | undefined
  /** Of services that were started with a clock which can be made wrong. */
  readonly clock?: Hurtable<Skew, ClockSight> | undefined
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

interface UnderServer {
  /** By how much longer what it asks of its disk takes, microseconds. */
  readonly disk: Hurtable<number, DiskSight>
  /** On its disk. */
  readonly room: Hurtable<true, FullDiskSight>
  readonly connections: Hurtable<true, ConnectionsSight>
  readonly relayLog: Pick<RelayLogFiles, 'look' | 'remove'>
}

/** `onNote`: what became of something without being asked for. */
/** `tellTime`: asks a service for its time. */
export function underProcess(
  driver: Driver,
  name: string,
  onNote: (text: string) => void,
  tellTime: () => Promise<ClockReading | null> = async () => null,
): Under {
  const processors = processorsOf(driver, name)
  const isServer = driver.nodes.some((node) => node.name === name)
  const clockFile = isServer ? null : driver.clockFile(name)
  const clock = clockFile === null ? undefined : new FakedClock(driver.lives(name), clockFile, tellTime)
  if (!isServer) return { processors, clock, close() {} }
  const address = () => driver.nodes.find((node) => node.name === name)!
  const administrative = () => ({ host: address().host, port: address().adminPort, account: driver.accounts.admin })
  const client = () => ({ host: address().host, port: address().port, account: driver.accounts.client })
  const disk = new SlowDisk({
    lives: driver.lives(name),
    endpoint: administrative,
    onSpawn: (pid) => driver.own(`tracer of ${name}`, pid),
    onNote: (text) => onNote(`${name}: ${text}`),
  })
  const room = new FullDisk(driver.folders(name).sizedDisk, administrative, async (isFull) => {
    // Its end would have been this fault's doing, and so is its next start.
    if (driver.mayEnd(name, isFull)) await driver.restart(name)
  })
  const connections = new TakenConnections(() => ({ client: client(), administrative: administrative() }))
  return {
    processors,
    server: { disk, room, connections, relayLog: new RelayLogFiles(driver.folders(name).data) },
    close() {
      room.close()
      connections.close()
    },
  }
}

function processorsOf(driver: Driver, name: string): SharedProcessors {
  const machine = driver.machine?.(name)
  const control = cpuControlHere()
  if (machine !== undefined) return new EngineProcessors(machine, driver.lives(name), control)
  const group = `quorumlab-${driver.ownership.id}-${name}`
  return new Processors(driver.lives(name), control, group, (path) => driver.ownership.note('cgroup', path))
}
