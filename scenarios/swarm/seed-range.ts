/** The seeds that one machine tries, of all that are tried. */
export interface SeedRange {
  /** How many, in all parts. */
  readonly seeds: number
  /** The first of them. */
  readonly from: number
  /** This machine's part, 1-based, of `of` parts. */
  readonly shard: { readonly part: number; readonly of: number }
}

/** The i-th seed of all belongs to part i mod `of`: parts are alike, whatever grows with the seed. */
export function* seedsOf({ seeds, from, shard }: SeedRange): Generator<number, undefined> {
  for (let i = shard.part - 1; i < seeds; i += shard.of) yield from + i
}

export function seedCount({ seeds, shard }: SeedRange): number {
  return Math.max(0, Math.ceil((seeds - (shard.part - 1)) / shard.of))
}
