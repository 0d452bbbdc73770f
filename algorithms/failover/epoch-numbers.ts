/**
 * Which epochs a coordinator may open. Several coordinators, each with a journal of its own, would choose the same
 * number sooner or later, and a server accepts a promise that it has given already: where k = 1 two coordinators could
 * then both reign in one epoch. So the numbers are divided, like ballot numbers: coordinator i of c opens only epochs
 * that leave the remainder i when divided by c, and an equal promise is always its own.
 */
export interface EpochOwner {
  /** 0-based, of `count` coordinators. */
  readonly index: number
  readonly count: number
}

/**
 * The lowest of `owner`'s epochs above `highest` that is none of the `givenUp`: a coordinator without its journal is
 * told of those by its peers, to whom they never began, and never will.
 */
export function nextEpoch(
  highest: number,
  { index, count }: EpochOwner,
  givenUp: ReadonlySet<number> = new Set(),
): number {
  const above = highest + 1
  let epoch = above + ((((index - above) % count) + count) % count)
  while (givenUp.has(epoch)) epoch += count
  return epoch
}
