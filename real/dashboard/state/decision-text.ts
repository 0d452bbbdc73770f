/** One line for a decision, as the page lists it. */
import type { TraceEvent } from '../../../algorithms/trace.ts'

export function decisionText(event: TraceEvent): string {
  switch (event.kind) {
    case 'suspected':
    case 'cleared':
      return `${event.node}: ${event.reason}`
    case 'phase':
      return `epoch ${event.epoch}, ${event.phase}: ${event.detail}`
    case 'elected':
      return `${event.node} for epoch ${event.epoch} by ${event.policy}: ${event.reason}`
    case 'reign':
      return `${event.source} is the source of epoch ${event.epoch}; ${event.k} replicas must hold a write`
    case 'planned':
      return `${event.from} to ${event.to ?? 'whoever is best'}, by ${event.by}: ${event.reason}`
    case 'switched':
      return `${event.from} to ${event.source ?? 'nobody'}: ${event.verdict}${event.reason === '' ? '' : `, ${event.reason}`}`
    case 'refused':
    case 'deposed':
      return `epoch ${event.epoch}: ${event.reason}`
    case 'rejoined':
      return `${event.node} follows in epoch ${event.epoch}: ${event.detail}`
    case 'quarantined':
      return `${event.node} holds what nobody else has: ${event.extras}`
    case 'rebuilt':
      return `${event.node} in ${Math.round(event.tookUs / 1000)} ms`
    case 'fenced':
      return `${event.node}; writable for ${(event.writableForUs / 1000).toFixed(1)} ms after it was reached`
    case 'quorum':
      return `${event.needed} of ${event.members.join(', ')}`
    case 'threshold':
      return `${event.failureThreshold}: ${event.k} replicas ${event.inEffect ? 'from here on' : 'soon'}`
    case 'held-back':
      return event.heldUs === null
        ? `${event.limit} transactions are not applied by a quorum`
        : `${event.writes} writes waited, ${(event.heldUs / 1000).toFixed(1)} ms in all`
    case 'issuer':
      return `${event.node} issues in term ${event.term}`
    case 'note':
      return event.text
  }
}
