/** The name a user may have meant: the nearest by edit distance (a swap of neighbours counts as one), or null when none is near. */
export function nearest(found: string, names: Iterable<string>): string | null {
  const wanted = found.toLowerCase()
  let best: string | null = null
  // One slip in a short word, more in a long one; beyond that a suggestion is noise.
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const name of names) {
    // node9 is no slip for node1: whoever types a number means it.
    if (withoutNumbers(name) === withoutNumbers(found)) continue
    if (Math.abs(name.length - wanted.length) >= bestDistance) continue
    const distance = editDistance(wanted, name.toLowerCase())
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return best
}

/** All names, those that are most like `found` first. */
export function byNearness(found: string, names: readonly string[]): readonly string[] {
  const distances = new Map(names.map((name) => [name, editDistance(found.toLowerCase(), name.toLowerCase())]))
  return names.toSorted((a, b) => distances.get(a)! - distances.get(b)!)
}

function withoutNumbers(name: string): string {
  return name.replace(/\d+/g, '#')
}

function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforePrevious[j - 2]! + 1)
      current.push(cost)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.length]!
}

/** `; did you mean ratePerSec?`, or nothing. */
export function suggestion(found: string, names: Iterable<string>): string {
  const name = nearest(found, names)
  return name === null ? '' : `; did you mean ${name}?`
}
