/**
 * What a run has outside its folders and beside its processes, and how each kind is taken away: by the run itself, and by
 * the next start after a run that was killed. It is noted in owner.json before it is made, so `remove` also meets what was
 * never made, and what was made half. Everything is done without waiting: a program may be ending.
 */
import { removeCpuGroup } from '../../faults/machine/cpu-control.ts'
import { removeClockMemory } from '../../faults/machine/faked-clock.ts'
import { unmountSizedDisk } from '../../faults/machine/sized-disk.ts'
import { removeDevice, removeNamespace } from '../../network/namespaces/removal.ts'

interface Kind {
  /** For people: one, and several. */
  readonly words: readonly [one: string, many: string]
  /** Does nothing where there is nothing of this name. */
  remove(name: string): void
}

const KINDS = {
  /** A network namespace, with the processes in it. */
  namespace: { words: ['network namespace', 'network namespaces'], remove: removeNamespace },
  /** Of the network, with the end of the cable that lies in a namespace. */
  device: { words: ['network device', 'network devices'], remove: removeDevice },
  /** Its directory; who is left in it goes to the group around it. */
  cgroup: { words: ['control group', 'control groups'], remove: removeCpuGroup },
  /** A file system on a directory of the run's. */
  mount: { words: ['mounted file system', 'mounted file systems'], remove: unmountSizedDisk },
  /** Of one process, by its id: the library that makes its clock wrong shares it with children, of which there are none. */
  'clock memory': { words: ['shared memory of a clock', 'shared memories of clocks'], remove: removeClockMemory },
} as const satisfies Readonly<Record<string, Kind>>

export type BelongingKind = keyof typeof KINDS

export interface Belonging {
  readonly kind: BelongingKind
  readonly name: string
}

/** The last that was noted goes first. */
export function removeBelongings(belongings: readonly Belonging[]): void {
  for (const { kind, name } of belongings.toReversed()) KINDS[kind].remove(name)
}

/** `2 network namespaces and 1 network device`; '': nothing. */
export function belongingsText(belongings: readonly Belonging[]): string {
  return Object.entries(KINDS)
    .map(([kind, { words }]) => ({ words, count: belongings.filter((one) => one.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ words: [one, many], count }) => `${count} ${count === 1 ? one : many}`)
    .join(' and ')
}
