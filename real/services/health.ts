/**
 * How every process of the system is, as one sees it from outside: the services by their `/health`, the MySQL servers by
 * their greeting, and what the supervision knows besides (stopped by an operator, waiting for its next start, given up).
 * Asked by the coordinator for the dashboard, by `up` until all is green, and by `status`.
 */
import { describeGreeting, greet } from '../drivers/greeting.ts'
import type { NodeAddress } from '../mysql/target.ts'
import type { ServiceName } from './config.ts'
import { instancesOf } from './instances.ts'
import type { ProcessState } from './operator.ts'
import type { ServiceState } from './wire.ts'

/** No answer for so long is none. A loaded machine makes a healthy service wait for a good part of it. */
const DEADLINE_MS = 1_500

interface Target {
  /** As on the wire: `instance-1`, `coordinator`. */
  readonly id: string
  /** As inside: `node1`, `coordinator`. */
  readonly name: string
  readonly kind: ServiceState['kind']
  readonly host: string
  readonly port: number
}

type Seen = Pick<ServiceState, 'state' | 'detail'>

interface HealthOptions {
  readonly members: readonly Pick<NodeAddress, 'name' | 'host' | 'port'>[]
  /** Those that are there: a third timestamp service need not be. */
  readonly services: Partial<Readonly<Record<ServiceName, { readonly host: string; readonly port: number }>>>
  /** Null: nobody can say. */
  readonly processes: () => Promise<readonly ProcessState[] | null>
  /** The service that asks knows about itself. */
  readonly own?: { readonly name: ServiceName; readonly seen: () => Seen }
}

export class HealthProber {
  readonly #targets: readonly Target[]
  readonly #options: HealthOptions
  readonly #last = new Map<string, ServiceState>()

  constructor(options: HealthOptions) {
    this.#options = options
    this.#targets = [...serversOf(options), ...servicesOf(options)]
  }

  /** Servers first, then services. Takes at most some 1.5 s, and never rejects. */
  async look(): Promise<readonly ServiceState[]> {
    const [processes, seen] = await Promise.all([
      this.#options.processes().catch(() => null),
      Promise.all(this.#targets.map((target) => this.#probed(target))),
    ])
    return this.#targets.map((target, i) => {
      const known = processes?.find(({ name }) => name === target.name)
      const { state, detail } = (known && unlikeUp(known)) ?? seen[i]!
      const before = this.#last.get(target.id)
      const sinceMs = before?.state === state ? before.sinceMs : Date.now()
      const { id, kind, host, port } = target
      const now = { id, kind, address: `${host}:${port}`, state, detail, sinceMs }
      this.#last.set(id, now)
      return now
    })
  }

  #probed(target: Target): Promise<Seen> | Seen {
    const { own } = this.#options
    if (own?.name === target.name) return own.seen()
    return target.kind === 'mysql' ? greeted(target) : answered(target)
  }
}

function serversOf({ members }: HealthOptions): readonly Target[] {
  return instancesOf(members).map(({ id, member }) => ({ id, kind: 'mysql', ...members[member]! }))
}

function servicesOf({ services }: HealthOptions): readonly Target[] {
  return Object.entries(services).map(([name, address]) => ({ ...address, id: name, name, kind: kindOf(name) }))
}

function kindOf(name: string): ServiceState['kind'] {
  return name.startsWith('timestamp-') ? 'timestamp' : (name as 'coordinator' | 'metrics' | 'cabinet' | 'seer')
}

/** What the supervision says counts more than a probe, unless it says that the process is up. */
function unlikeUp({ state, detail }: ProcessState): Seen | null {
  switch (state) {
    case 'up':
      return null
    case 'paused':
      return { state: 'paused', detail }
    case 'starting':
    case 'waiting':
      return { state: 'starting', detail }
    case 'stopped':
    case 'given-up':
      return { state: 'down', detail }
  }
}

async function greeted({ host, port }: Target): Promise<Seen> {
  const greeting = await greet(host, port, DEADLINE_MS)
  if (greeting.kind !== 'greeting') return { state: 'down', detail: describeGreeting(greeting) }
  // Alive, and somebody is turned away: too many connections.
  return greeting.isRefusal ? { state: 'degraded', detail: greeting.text } : { state: 'healthy', detail: '' }
}

async function answered({ host, port }: Target): Promise<Seen> {
  try {
    const response = await fetch(`http://${host}:${port}/health`, { signal: AbortSignal.timeout(DEADLINE_MS) })
    const { status, detail } = (await response.json().catch(() => ({}))) as { status?: unknown; detail?: unknown }
    if (response.ok && status === 'healthy') return { state: 'healthy', detail: '' }
    const said = typeof detail === 'string' && detail !== '' ? detail : `says ${JSON.stringify(status ?? null)}`
    return { state: 'degraded', detail: response.ok ? said : `HTTP ${response.status}: ${said}` }
  } catch (error) {
    return { state: 'down', detail: failureText(error as Error) }
  }
}

/** fetch wraps what went wrong, some of it twice. */
function failureText(error: Error): string {
  if (error.name === 'TimeoutError') return `no answer within ${DEADLINE_MS / 1000} s`
  const { cause } = error as { cause?: NodeJS.ErrnoException }
  return cause?.code === 'ECONNREFUSED' ? 'nothing listens there' : (cause?.code ?? cause?.message ?? error.message)
}
