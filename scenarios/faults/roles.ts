/** Roles that scenarios name processes by, resolved when a step fires, and known in every world. */
import type { RandomStreams } from '../chance/random.ts'

/** A cluster as a step that fires finds it. */
export interface RoleField {
  /** All servers, in order. */
  readonly nodes: readonly string[]
  /** Who reigns or leads. */
  readonly source: string
  /** What the harness has taken down and not brought back, in that order. */
  readonly down: readonly string[]
  readonly streams: RandomStreams
}

/** Servers that are up and do not lead. */
export function replicasUp({ nodes, source, down }: RoleField): string[] {
  return nodes.filter((name) => name !== source && !down.includes(name))
}

/** The names that `word` stands for; a word that is no role is a name. */
export function namesOf(word: string, field: RoleField): readonly string[] {
  const { nodes, source, down } = field
  switch (word) {
    case 'source':
      return [source]
    case 'replica':
      return draw(replicasUp(field), 1, field)
    case 'any':
      return draw(
        nodes.filter((name) => !down.includes(name)),
        1,
        field,
      )
    case 'minority':
      return draw(replicasUp(field), Math.floor((nodes.length - 1) / 2), field)
    case 'crashed':
      return down
    case 'all':
      return nodes
    default:
      return [word]
  }
}

/** `count` of them, each draw from the stream of the faults. */
function draw(names: readonly string[], count: number, { streams }: RoleField): string[] {
  const left = [...names]
  const drawn: string[] = []
  const stream = streams.stream('fault-targets')
  while (drawn.length < count && left.length > 0)
    drawn.push(...left.splice(Math.floor(stream.uniform() * left.length), 1))
  return drawn
}
