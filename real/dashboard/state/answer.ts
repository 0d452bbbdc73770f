/**
 * The sentence that the page begins with: is everything well, who is the source, how far behind is whom, what happened
 * last and how long were clients without an answer.
 */
import { milliseconds } from '../../../scenarios/shown/numbers.ts'
import type { FailoverRecord, NodeState, SystemSnapshot } from '../../services/wire.ts'
import { troubled } from './services.ts'

type Mood = 'well' | 'busy' | 'degraded' | 'broken'

interface Answer {
  readonly mood: Mood
  readonly headline: string
  readonly details: readonly string[]
}

/** Beyond these a replica's lag is worth a word, and worth worry. */
export const LAG_LIMITS_MS = { some: 100, much: 1000 } as const

export function answerOf(known: SystemSnapshot, ago: (atMs: number) => string): Answer {
  return { ...stateOf(known), details: [lagText(known), ...lastText(known, ago)] }
}

function stateOf(known: SystemSnapshot): Pick<Answer, 'mood' | 'headline'> {
  const { topology, services } = known
  const running = known.failovers.find(({ verdict }) => verdict === 'running')
  const source = topology.nodes.find(({ node, id }) => node === topology.source || id === topology.source)
  if (running !== undefined && running.kind !== 'start') return { mood: 'busy', headline: busyText(running) }
  if (source === undefined) return { mood: 'broken', headline: 'There is no source: writes wait.' }
  if (source.role === 'down')
    return { mood: 'broken', headline: `${source.id} is the source and does not answer: writes wait.` }
  const bad = troubled(services)
  const serves = `${source.id} is the source of epoch ${topology.epoch}`
  if (bad.length > 0) {
    const named = bad.map(({ id, state }) => `${id} is ${state}`)
    return { mood: 'degraded', headline: `${listed(named)}; ${serves}, and writes go on.` }
  }
  const ill = topology.nodes.filter(({ healthy }) => !healthy)
  if (ill.length > 0)
    return {
      mood: 'degraded',
      headline: `${listed(ill.map(({ id, role }) => `${id} is ${role === 'replica' ? 'not following' : role}`))}; ${serves}.`,
    }
  return { mood: 'well', headline: `Everything is well. ${serves}.` }
}

function busyText({ kind, from, to }: FailoverRecord): string {
  const toward = to === null ? 'a new source is being chosen' : `${to} takes over`
  return kind === 'planned' ? `A planned move is under way: ${toward}.` : `${from ?? 'The source'} is gone: ${toward}.`
}

function lagText({ topology }: SystemSnapshot): string {
  const replicas = topology.nodes.filter(({ role }) => role === 'replica')
  if (replicas.length === 0) return 'No replica follows.'
  const timed = replicas.filter((node): node is NodeState & { lagMs: number } => node.lagMs !== null)
  const worst = timed.reduce<(NodeState & { lagMs: number }) | null>(
    (worst, node) => (worst === null || node.lagMs > worst.lagMs ? node : worst),
    null,
  )
  if (worst === null) return 'No replica has anything to catch up on.'
  if (worst.lagMs < 1) return 'Every replica is less than 1 ms behind.'
  const word = worst.lagMs >= LAG_LIMITS_MS.much ? 'far behind: ' : ''
  return `Farthest behind: ${word}${worst.id}, ${milliseconds(worst.lagMs)}.`
}

/** Empty: nothing has happened yet. */
function lastText({ failovers }: SystemSnapshot, ago: (atMs: number) => string): string[] {
  const last = failovers.findLast(({ kind }) => kind !== 'start')
  if (last?.verdict === 'running') return [`Cause: ${last.cause}.`]
  if (last === undefined) return ['No failover so far.']
  const when = ago(last.endedAtMs ?? last.startedAtMs)
  if (last.verdict === 'refused') return [`A failover was refused ${when}: ${last.reason}.`]
  const what = last.kind === 'planned' ? 'Planned move' : 'Failover'
  const route = `${what} ${when}, ${last.from ?? 'nobody'} to ${last.to ?? 'nobody'}`
  if (last.verdict === 'failed') return [`${route} failed: ${last.reason}.`]
  return [`${route}; ${clientsText(last)}.`]
}

export function clientsText({ outageMs, firstWriteMs }: FailoverRecord): string {
  if (outageMs !== null && outageMs > 0) return `clients were without an answer for ${milliseconds(outageMs)}`
  if (firstWriteMs !== null) return `first write acknowledged after ${milliseconds(firstWriteMs)}, nothing failed`
  return 'no write acknowledged since, as far as is known'
}

/** `a, b and c`. */
function listed(items: readonly string[]): string {
  if (items.length <= 1) return items.join('')
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
