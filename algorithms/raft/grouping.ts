/** Who is together in a scheme of groups. */

/** The group of each server: groups are numbered from 0, without gaps. */
export type Grouping = readonly number[]

/** Groups of nearly equal size, about the square root of n of them, which makes quorums smallest. */
export function evenGroups(nodes: number): Grouping {
  const groups = nearestSquareRoot(nodes)
  return Array.from({ length: nodes }, (_, node) => Math.floor((node * groups) / nodes))
}

function nearestSquareRoot(nodes: number): number {
  let root = 1
  while ((root + 1) * (root + 1) <= nodes) root++
  return root
}
