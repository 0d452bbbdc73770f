/**
 * Timing that survives a shared machine: processor time and not the clock on the wall (it includes the engine's own
 * threads, compiler and garbage collector), the contestants take turns (A B C, A B C, ...), and each one's median
 * counts. What a benchmark states is a ratio within one run; absolute figures belong to the machine and the hour.
 */
interface Contestant {
  readonly name: string
  /** Do the work once and say how many units of it (events, calls) that was. */
  readonly work: () => number
}

interface Measured {
  readonly name: string
  /** Median over the rounds, and the extremes. */
  readonly unitsPerSec: number
  readonly slowest: number
  readonly fastest: number
}

export const ROUNDS = 5

export function measure(contestants: readonly Contestant[], rounds = ROUNDS): readonly Measured[] {
  for (const contestant of contestants) contestant.work()
  const speeds = contestants.map(() => [] as number[])
  for (let round = 0; round < rounds; round++) {
    contestants.forEach((contestant, index) => {
      const before = process.cpuUsage()
      const units = contestant.work()
      const { user, system } = process.cpuUsage(before)
      speeds[index]!.push((units / (user + system)) * 1e6)
    })
  }
  return contestants.map(({ name }, index) => {
    const sorted = speeds[index]!.toSorted((a, b) => a - b)
    return { name, unitsPerSec: sorted[sorted.length >> 1]!, slowest: sorted[0]!, fastest: sorted.at(-1)! }
  })
}

/** One line a contestant: speed, time of one unit and, where they do the same work, how the first compares with it. */
export function printTable(title: string, unit: string, measured: readonly Measured[], sameWork = true): void {
  console.log(`\n${title}  (medians of ${ROUNDS} interleaved rounds)`)
  const first = measured[0]!
  for (const { name, unitsPerSec, slowest, fastest } of measured) {
    const speed = `${millions(unitsPerSec)} M ${unit}/s`
    const spread = `${millions(slowest)}-${millions(fastest)}`
    const each = `${(1e9 / unitsPerSec).toFixed(0).padStart(6)} ns`
    const ratio =
      name === first.name || !sameWork
        ? ''
        : `   ${first.name} is ${(first.unitsPerSec / unitsPerSec).toFixed(2)} times`
    console.log(`  ${name.padEnd(34)} ${speed.padStart(16)}  [${spread}] ${each}${ratio}`)
  }
}

function millions(perSec: number): string {
  return (perSec / 1e6).toFixed(2)
}
