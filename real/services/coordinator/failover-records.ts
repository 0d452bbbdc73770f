/**
 * A failover as people read it, put together from the trace: its steps with their times, who was chosen and why, the
 * SQL behind each step, what became of the old source, and when clients were served again.
 */
import type { TraceEvent } from '../../../algorithms/trace.ts'
import type { FailoverRecord } from '../wire.ts'

type Draft = { -readonly [K in keyof FailoverRecord]: FailoverRecord[K] }
type Fact<K extends TraceEvent['kind']> = Extract<TraceEvent, { kind: K }>

interface FailoverRecordsParts {
  /** `node2` -> `instance-2` */
  readonly idOf: (node: string) => string
  /** The same id again is a newer version. */
  readonly onChange: (record: FailoverRecord) => void
}

const MOST_STATEMENTS = 300
const MOST_STATEMENT_CHARACTERS = 2_000
/** Steps come in bursts: they are told together. */
const TOLD_AFTER_MS = 100
/** What happens to servers later belongs to something else. */
const AFTERMATH_MS = 120_000

export class FailoverRecords {
  readonly #parts: FailoverRecordsParts
  /** Newest last, as far as this process has seen them. */
  #current: Draft | null = null
  #source: string | null = null
  /** Of the source: when it first failed to answer, or was stopped by a person. */
  #goneAtMs: number | null = null
  #troubleAtMs: number | null = null
  #timer: NodeJS.Timeout | null = null
  #statements: { node: string; sql: string; atMs: number }[] = []

  constructor(parts: FailoverRecordsParts) {
    this.#parts = parts
  }

  get isRunning(): boolean {
    return this.#current?.verdict === 'running'
  }

  /** A person has stopped it, and that is done. */
  stopped(node: string, atMs: number): void {
    if (node === this.#source) this.#goneAtMs = Math.min(this.#goneAtMs ?? atMs, atMs)
  }

  /** About to be told to a server. */
  administered(node: string, sql: string, atMs: number): void {
    const short = sql.length > MOST_STATEMENT_CHARACTERS ? `${sql.slice(0, MOST_STATEMENT_CHARACTERS)} ...` : sql
    this.#statements.push({ node: this.#parts.idOf(node), sql: short, atMs })
    if (this.#statements.length > MOST_STATEMENTS) this.#statements.shift()
  }

  /** A client's operation had to be tried again, or could not be done. */
  troubled(atMs: number): void {
    this.#troubleAtMs ??= atMs
  }

  /** A write was acknowledged under this epoch; `isClients`: and not the service's own. */
  acknowledged(epoch: number, atMs: number, isClients: boolean): void {
    const current = this.#current
    if (current !== null && current.epoch === epoch && current.firstWriteMs === null) {
      current.firstWriteMs = atMs - current.startedAtMs
      this.#changed(current)
    }
    if (!isClients || this.#troubleAtMs === null) return
    if (current !== null && current.epoch === epoch && current.outageMs === null && atMs >= this.#troubleAtMs) {
      current.outageMs = atMs - this.#troubleAtMs
      this.#changed(current)
    }
    this.#troubleAtMs = null
  }

  take(event: TraceEvent, atMs: number): void {
    switch (event.kind) {
      case 'suspected':
        if (event.node === this.#source) this.#goneAtMs ??= atMs
        return
      case 'cleared':
        if (event.node === this.#source) this.#goneAtMs = null
        return
      case 'planned':
        this.#begin('planned', event.epoch, event.reason, atMs, event.to)
        this.#step('requested', `${event.from} -> ${event.to ?? 'whoever is preferred'}`, atMs)
        return
      case 'switched':
        this.#switched(event, atMs)
        return
      case 'phase':
        this.#phase(event, atMs)
        return
      case 'elected':
        this.#elected(event, atMs)
        return
      case 'reign':
        this.#reign(event, atMs)
        return
      case 'refused':
      case 'deposed':
        if (this.#current?.verdict !== 'running') return
        this.#current.why = event.why
        this.#current.reason = event.reason
        this.#step(event.kind, event.reason, atMs)
        return
      case 'fenced':
      case 'quarantined':
      case 'rebuilt':
      case 'rejoined':
        this.#oldSource(event, atMs)
        return
      default:
        return
    }
  }

  #begin(kind: FailoverRecord['kind'], epoch: number, cause: string, atMs: number, to: string | null): void {
    if (this.#current !== null && this.#timer !== null) this.#tell(this.#current)
    const goneAtMs = kind === 'failover' ? this.#goneAtMs : null
    const { idOf } = this.#parts
    this.#current = {
      id: `failover-${epoch}-${atMs}`,
      ...{ kind, epoch, cause, startedAtMs: goneAtMs ?? atMs, endedAtMs: null, policy: '' },
      from: this.#source === null ? null : idOf(this.#source),
      to: to === null ? null : idOf(to),
      ...{ steps: [], firstWriteMs: null, outageMs: null, verdict: 'running', why: null, reason: cause },
      ...{ rankings: {}, oldSource: '', statements: [] },
    }
    this.#statements = []
    if (goneAtMs !== null) this.#step('gone', 'the source no longer answers', goneAtMs)
  }

  #phase({ phase, epoch, detail }: Fact<'phase'>, atMs: number): void {
    const current = this.#current
    const isOther = current === null || current.verdict !== 'running'
    if (phase === 'detect' && (isOther || current.kind !== 'planned')) {
      // An attempt that came to nothing goes on in the same record.
      if (isOther) this.#begin('failover', epoch, detail, atMs, null)
    } else if (phase === 'decide' && isOther)
      this.#begin(this.#source === null ? 'start' : 'failover', epoch, detail, atMs, null)
    const record = this.#current
    if (record === null) return
    if (record.verdict === 'running' && phase === 'decide') record.epoch = epoch
    if (record.epoch !== epoch && phase !== 'detect') return
    this.#step(phase, detail, atMs)
    if (phase !== 'serving' || record.verdict !== 'running') return
    record.verdict = 'done'
    record.endedAtMs = atMs
    this.#changed(record)
  }

  #elected({ epoch, node, policy, reason, rankings }: Fact<'elected'>, atMs: number): void {
    const record = this.#current
    if (record === null || record.epoch !== epoch) return
    Object.assign(record, { policy, reason, rankings, to: this.#parts.idOf(node) })
    this.#step('elected', `${node}: ${reason}`, atMs)
  }

  #reign({ epoch, source }: Fact<'reign'>, atMs: number): void {
    const record = this.#current
    const from = this.#source
    this.#source = source
    this.#goneAtMs = null
    if (record === null || record.epoch !== epoch) return
    record.to = this.#parts.idOf(source)
    record.why = null
    if (from !== null && from !== source && record.oldSource === '') record.oldSource = 'down, or not heard of yet'
    this.#step('reign', `${source} is the source of epoch ${epoch}`, atMs)
  }

  #switched({ verdict, why, reason }: Fact<'switched'>, atMs: number): void {
    const record = this.#current
    if (record === null || record.kind !== 'planned') return
    this.#step('switched', `${verdict}: ${reason}`, atMs)
    if (verdict !== 'refused') return
    Object.assign(record, { verdict: 'refused', why, reason, endedAtMs: atMs })
    this.#changed(record)
  }

  #oldSource(event: Fact<'fenced' | 'quarantined' | 'rebuilt' | 'rejoined'>, atMs: number): void {
    const record = this.#current
    if (record === null || record.from !== this.#parts.idOf(event.node) || record.from === record.to) return
    if (record.endedAtMs !== null && atMs - record.endedAtMs > AFTERMATH_MS) return
    record.oldSource = oldSourceText(event)
    this.#step(event.kind, `${event.node}: ${record.oldSource}`, atMs)
  }

  #step(phase: string, detail: string, atMs: number): void {
    const record = this.#current
    if (record === null) return
    record.steps = [...record.steps, { phase, atMs, detail }]
    this.#changed(record)
  }

  #changed(record: Draft): void {
    if (this.#timer !== null) return
    this.#timer = setTimeout(() => this.#tell(record), TOLD_AFTER_MS)
    this.#timer.unref()
  }

  #tell(record: Draft): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    record.statements = this.#statements.filter(({ atMs }) => atMs >= record.startedAtMs)
    this.#parts.onChange({ ...record })
  }
}

function oldSourceText(event: Fact<'fenced' | 'quarantined' | 'rebuilt' | 'rejoined'>): string {
  switch (event.kind) {
    case 'fenced':
      return `fenced; it could be written to for ${(event.writableForUs / 1_000).toFixed(0)} ms after it was reached`
    case 'quarantined':
      return `quarantined: it alone has ${event.extras}${event.savedAs === null ? '' : `, saved in ${event.savedAs}`}`
    case 'rebuilt':
      return `rebuilt in ${(event.tookUs / 1e6).toFixed(1)} s, with a new server_uuid`
    case 'rejoined':
      return `back as a replica (${event.detail})`
  }
}
