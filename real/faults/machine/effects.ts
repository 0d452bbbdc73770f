/** What verbs do to what lies under a real process: its processors, its disk, its clock, its connections. */
import type { ConnectionsLook } from '../../../scenarios/faults/connections.ts'
import type { FullLook, StalledLook } from '../../../scenarios/faults/disks.ts'
import type { Effect, Sight } from '../../../scenarios/faults/fault-world.ts'
import type { Item } from '../../../scenarios/faults/items.ts'
import type { RelayLogLook } from '../../../scenarios/faults/storage.ts'
import { monotonicUs } from '../../drivers/driver.ts'
import { type FaultPlace, targetOf } from '../fault-place.ts'
import { promised } from '../promises.ts'
import type { FaultTarget } from '../targets.ts'
import type { RelayLogFiles } from './relay-log-files.ts'
import { type DiskSight, STANDS_STILL_US } from './slow-disk.ts'
import type { Under } from './under.ts'

type MachineEffect<Look extends string> = (item: Item, place: FaultPlace) => Effect<Look>

/** A machine that is busy takes its time to show it. */
const LIMIT_US = 10_000_000

/** Fewer processors, a slower disk, or both. */
export const slowServer: MachineEffect<'as-it-is'> = (item, place) => {
  const { processors, server } = underOf(item, place)
  const { cpuShare, diskUs } = item.step
  const look = async (): Promise<Sight<'as-it-is'>> => {
    const sights = [
      ...(cpuShare === null ? [] : [await processors.look()]),
      ...(diskUs === null ? [] : [slowness(await server!.disk.look(), diskUs)]),
    ]
    const text = sights.map((sight) => sight.text).join('; ')
    return { look: 'as-it-is', text, amounts: sights.map(({ isLimited }) => (isLimited ? 1 : 0)) }
  }
  return effect(place, look, {
    hurt: async () => {
      if (cpuShare !== null) await processors.hurt(item, cpuShare)
      if (diskUs !== null) await server!.disk.hurt(item, diskUs)
    },
    heal: async () => {
      await processors.heal(item)
      await server?.disk.heal(item)
    },
  })
}

/** Part of a delay by which a write must be longer; of less than this a SELECT says nothing. */
const MOST = 0.9

/** By the kernel's word and by what was measured: a write may take long on a machine that is busy. */
function slowness(
  { writeMs, readMs, isTraced, text }: DiskSight,
  diskUs: number,
): { readonly isLimited: boolean; readonly text: string } {
  const isSlow = writeMs === null || writeMs * 1_000 >= diskUs * MOST
  return { isLimited: isTraced && isSlow && readMs !== null, text }
}

export const stallDisk: MachineEffect<StalledLook> = (item, place) => {
  const { disk } = serverOf(item, place)
  const look = async (): Promise<Sight<StalledLook>> => {
    const { writeMs, readMs, text } = await disk.look()
    return { look: readMs === null ? await absence(item, place) : writeMs === null ? 'stalled' : 'writes', text }
  }
  return effect(place, look, { hurt: () => disk.hurt(item, STANDS_STILL_US), heal: () => disk.heal(item) })
}

export const fillDisk: MachineEffect<FullLook> = (item, place) => {
  const { room } = serverOf(item, place)
  const look = async (): Promise<Sight<FullLook>> => {
    const { isFull, readMs, text } = await room.look()
    return { look: readMs === null ? await absence(item, place) : isFull ? 'full' : 'room', text }
  }
  return effect(place, look, { hurt: () => room.hurt(item, true), heal: () => room.heal(item) })
}

export const exhaustConnections: MachineEffect<ConnectionsLook> = (item, place) => {
  const { connections } = serverOf(item, place)
  const look = async (): Promise<Sight<ConnectionsLook>> => {
    const { isRefused, isAdministered, text } = await connections.look()
    return { look: !isAdministered ? await absence(item, place) : isRefused ? 'exhausted' : 'open', text }
  }
  return effect(place, look, { hurt: () => connections.hurt(item, true), heal: () => connections.heal(item) })
}

/** A clock is read to some ten microseconds: less than this is no error. */
const CLOCK_STEP_US = 50

export const skewClock: MachineEffect<'as-it-is'> = (item, place) => {
  const { clock } = underOf(item, place)
  if (clock === undefined) throw new Error(`line ${item.step.line}: ${item.names[0]} has the machine's clock`)
  const look = async (): Promise<Sight<'as-it-is'>> => {
    const { errorUs, text } = await clock.look()
    return { look: 'as-it-is', text, amounts: errorUs === null ? [] : [Math.trunc(errorUs / CLOCK_STEP_US)] }
  }
  return effect(place, look, { hurt: () => clock.hurt(item, item.step.skew!), heal: () => clock.heal(item) })
}

/** Its files are taken from under a server, which is killed for that and started again, if it runs. */
export const loseRelayLogs: MachineEffect<RelayLogLook> = (item, place) => {
  const { relayLog } = serverOf(item, place)
  const target = targetOf(item, place)
  const look = async (): Promise<Sight<RelayLogLook>> => {
    const { files, bytes, text } = await relayLog.look()
    return { look: files === 0 ? 'empty' : 'filled', text, amounts: [files, bytes] }
  }
  return {
    limitUs: LIMIT_US,
    look: () => promised(look()),
    apply: () => promised(lose(target, relayLog, look)),
    undo: () => promised(look()),
  }
}

async function lose<Look>(
  target: FaultTarget,
  relayLog: Pick<RelayLogFiles, 'remove'>,
  look: () => Promise<Look>,
): Promise<Look> {
  const runs = (await target.look()).look !== 'gone'
  if (runs) await target.kill()
  await relayLog.remove()
  // Before it is told to follow somebody and writes others.
  const sight = await look()
  if (runs) await target.restart()
  return sight
}

/** Of a server that does not answer. */
async function absence(item: Item, place: FaultPlace): Promise<'gone' | 'silent'> {
  return (await targetOf(item, place).look()).look === 'gone' ? 'gone' : 'silent'
}

function serverOf(item: Item, place: FaultPlace): NonNullable<Under['server']> {
  const { server } = underOf(item, place)
  if (server === undefined) throw new Error(`line ${item.step.line}: ${item.names[0]} is no MySQL server`)
  return server
}

function underOf(item: Item, place: FaultPlace): Under {
  const { name, under } = targetOf(item, place)
  if (under === undefined) throw new Error(`assertion: nobody takes care of what lies under ${name}`)
  return under
}

/** What holds is found by a look that takes its time: it holds since it was begun. */
function effect<Look extends string>(
  { workloadStartUs }: FaultPlace,
  look: () => Promise<Sight<Look>>,
  { hurt, heal }: { readonly hurt: () => Promise<void>; readonly heal: () => Promise<void> },
): Effect<Look> {
  const seen = async () => {
    const seenUs = monotonicUs() - workloadStartUs
    return { ...(await look()), seenUs }
  }
  return {
    limitUs: LIMIT_US,
    look: () => promised(seen()),
    apply: () => promised(hurt().then(seen)),
    undo: () => promised(heal().then(seen)),
  }
}
