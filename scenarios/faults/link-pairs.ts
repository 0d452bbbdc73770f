/** Which links a step means, as pairs of processes from sender to receiver. */
import type { FaultStep } from './step.ts'

export type Pair = readonly [from: string, to: string]

/** `*` is any process. */
export function linkPairs({ from, to }: NonNullable<FaultStep['link']>, processes: readonly string[]): Pair[] {
  const matches = (rule: string) => (name: string) => rule === '*' || rule === name
  return processes
    .filter(matches(from))
    .flatMap((sender) =>
      processes.filter((name) => name !== sender && matches(to)(name)).map((receiver): Pair => [sender, receiver]),
    )
}

/** What a partition cuts; `target` and `except` resolved to names. */
export function partitionPairs(
  { split, direction }: FaultStep,
  target: readonly string[],
  except: readonly string[],
  processes: readonly string[],
): Pair[] {
  const without = (names: readonly string[]) => names.filter((name) => !except.includes(name))
  const pairs: Pair[] = []
  if (split.length > 0) {
    for (const group of split)
      for (const other of split)
        if (group !== other) for (const from of without(group)) for (const to of without(other)) pairs.push([from, to])
    return pairs
  }
  const outside = without(processes).filter((name) => !target.includes(name))
  for (const one of without(target))
    for (const other of outside) {
      if (direction !== 'in') pairs.push([one, other])
      if (direction !== 'out') pairs.push([other, one])
    }
  return pairs
}
