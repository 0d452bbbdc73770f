/** The decisions of a run on a terminal, a line each. */
import type { Result } from '../scenarios/result.ts'
import { fixed, milliseconds } from '../scenarios/shown/numbers.ts'
import { quarantineText } from '../scenarios/shown/quarantine.ts'
import { type Folded, RefusalFold, repeatedText } from './refusals.ts'
import { type Style, tame } from './terminal.ts'
import { wrapped } from './wrapping.ts'

type Event = Result['events'][number]
type PhaseEvent = Extract<Event, { kind: 'phase' }>

/** Where the text begins, behind the time. */
const INDENT = 12

/** One decision, wrapped to the terminal; null for those that only `--verbose` shows. */
export function eventLine(event: Event, style: Style, verbose = false): string | null {
  return foldedLine({ event, times: 1, untilUs: event.atUs }, style, verbose)
}

function foldedLine(folded: Folded, style: Style, verbose: boolean): string | null {
  const { event } = folded
  const text =
    folded.times > 1 && event.kind === 'refused' ? `${repeatedText(folded)}${event.reason}` : eventText(event, verbose)
  if (text === null) return null
  return wrapped(`${`${fixed(event.atUs / 1e6, 3)} s`.padStart(10)}  ${tame(text)}`, style.width, INDENT)
}

/** The decisions of a run as they happen, refusals for one reason as one line: that line comes when they are over. */
export class EventLines {
  readonly #style: Style
  readonly #verbose: boolean
  readonly #fold: RefusalFold

  constructor(style: Style, verbose: boolean) {
    this.#style = style
    this.#verbose = verbose
    this.#fold = new RefusalFold((event) => eventText(event, verbose) !== null)
  }

  /** The lines that are complete now. */
  add(event: Event): readonly string[] {
    return this.#shown(this.#fold.add(event))
  }

  end(): readonly string[] {
    return this.#shown(this.#fold.end())
  }

  /** What is being refused at this moment, for the live line. */
  get standing(): readonly string[] {
    return this.#fold.standing
  }

  #shown(folded: readonly Folded[]): string[] {
    return folded.flatMap((one) => foldedLine(one, this.#style, this.#verbose) ?? [])
  }
}

/** Each phase as what is done in it, and by whom. */
const PHASES: Readonly<Record<PhaseEvent['phase'], (event: PhaseEvent) => string>> = {
  detect: ({ process, detail }) => `${process} raises the alarm, ${detail}`,
  decide: ({ process, detail }) => `${process} takes over, ${detail}`,
  catchUp: ({ detail }) => detail,
  promote: ({ detail }) => `${detail} is made the source`,
  reroute: ({ detail }) => `${detail === '' ? 'nobody' : detail} pointed at it`,
  serving: ({ detail }) => `${detail} serves clients`,
}

/** Whom the winner was preferred to, and who was no candidate. Who was tried before it is in the reason already. */
function othersText({
  node,
  policy,
  rankings,
  against = [],
  passedOver = [],
}: Extract<Event, { kind: 'elected' }>): string {
  const tried = against.map(({ why }) => ('node' in why ? why.node : null))
  const others = (rankings[policy] ?? []).filter((ranked) => ranked.node !== node && !tried.includes(ranked.node))
  const ranked = others.map((other) => `${other.node} (${other.reason})`).join(', ')
  const barred = passedOver.map(({ reason }) => reason).join(', ')
  return `${ranked === '' ? '' : `; preferred to ${ranked}`}${barred === '' ? '' : `; no candidate: ${barred}`}`
}

function eventText(event: Event, verbose: boolean): string | null {
  switch (event.kind) {
    case 'note':
      return event.text
    case 'suspected':
      return `${event.node} suspected by ${event.process}: ${event.reason}`
    case 'cleared':
      return verbose ? `${event.node} no longer suspected of being down: ${event.reason}` : null
    case 'phase':
      return verbose ? `epoch ${event.epoch}, ${event.phase}: ${PHASES[event.phase](event)}` : null
    case 'elected':
      return `elected ${event.node} by ${event.policy}: ${event.reason}${verbose ? othersText(event) : ''}`
    case 'reign':
      return `${event.source} is the source of epoch ${event.epoch}`
    case 'planned':
      return `planned move from ${event.from}${event.to === null ? '' : ` to ${event.to}`}: ${event.reason}`
    case 'held-back':
      return event.heldUs === null
        ? `writes wait: ${event.limit} transactions are not applied by a quorum`
        : `writes waited for the replicas' backlog: ${event.writes}, ${milliseconds(event.heldUs / 1000)} in all`
    case 'switched':
      return `planned move ${event.verdict}: ${event.reason}${event.heldUs === null ? '' : `, clients held back for ${milliseconds(event.heldUs / 1000)}`}`
    case 'refused':
      return `no failover: ${event.reason}`
    case 'deposed':
      return `coordinator deposed in epoch ${event.epoch}: ${event.reason}`
    case 'rejoined':
      return `${event.node} follows again (${event.detail})`
    case 'quarantined':
      return `${event.node} set apart until it is rebuilt: ${quarantineText(event)}`
    case 'rebuilt':
      return `${event.node} rebuilt in ${milliseconds(event.tookUs / 1000)}`
    case 'fenced':
      return `${event.node} made read-only, ${milliseconds(event.writableForUs / 1000)} after it was reached again; it was writable until then`
    case 'issuer':
      return `${event.node} issues timestamps, in term ${event.term}`
    case 'quorum':
      if (!verbose) return null
      return event.weights === null
        ? `quorum of epoch ${event.epoch}: ${event.needed} of ${event.members.join(', ')}`
        : `weights of epoch ${event.epoch}, round ${event.weights.clock}: ${event.members.join(' > ')}`
    case 'threshold':
      return event.inEffect
        ? `failure threshold is ${event.failureThreshold} now: ${event.k} replicas must hold a STRONG write`
        : null
  }
}
