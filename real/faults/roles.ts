/** What only real servers can say of roles: who is fastest, and who issues timestamps. */
import { connect } from 'node:net'
import type { RandomStreams } from '../../scenarios/chance/random.ts'
import { namesOf, type RoleField, replicasUp } from '../../scenarios/faults/roles.ts'
import type { NodeAddress } from '../mysql/target.ts'

export interface RoleContext {
  readonly nodes: readonly NodeAddress[]
  /** The last source a reign named; null before the first. */
  readonly source: () => string | null
  /** The timestamp server that issues; null: none does, or its algorithm knows no such thing. */
  readonly issuer: () => string | null
  readonly streams: RandomStreams
}

/** `down`: what the harness has taken down and not brought back, in that order. */
export async function namesIn(word: string, context: RoleContext, down: readonly string[]): Promise<readonly string[]> {
  const nodes = context.nodes.map(({ name }) => name)
  const field: RoleField = { nodes, source: context.source() ?? nodes[0]!, down, streams: context.streams }
  if (word === 'issuer') return [context.issuer()].filter((name) => name !== null)
  if (word !== 'fastest') return namesOf(word, field)
  const replicas = replicasUp(field)
  return await fastest(context.nodes.filter(({ name }) => replicas.includes(name)))
}

/** By the time to MySQL's greeting, the best of three looks each: independent of what the coordinator thinks. */
async function fastest(nodes: readonly NodeAddress[]): Promise<readonly string[]> {
  let best: { readonly name: string; readonly ms: number } | null = null
  for (let round = 0; round < 3; round++)
    for (const { name, port, host } of nodes) {
      const ms = await greetingMs(port, host)
      if (best === null || ms < best.ms) best = { name, ms }
    }
  return best === null ? [] : [best.name]
}

const GREETING_DEADLINE_MS = 250

function greetingMs(port: number, host: string): Promise<number> {
  const startMs = performance.now()
  return new Promise((resolve) => {
    const socket = connect(port, host)
    const end = (ms: number) => {
      socket.destroy()
      resolve(ms)
    }
    socket.setTimeout(GREETING_DEADLINE_MS, () => end(Number.POSITIVE_INFINITY))
    socket.once('error', () => end(Number.POSITIVE_INFINITY))
    socket.once('data', () => end(performance.now() - startMs))
  })
}
