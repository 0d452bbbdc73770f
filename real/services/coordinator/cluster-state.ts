/** What the wire says of the servers, made from what the coordinator knows of them. */
import type { MemberOverview, Overview } from '../../../algorithms/failover/overview.ts'
import type { SystemConfig } from '../config.ts'
import { instancesOf } from '../instances.ts'
import type { Asking } from './asking.ts'

type Instance = ReturnType<typeof instancesOf>[number]

/** What a server that does not answer is said to take: below 5 s a client takes it for healthy. */
export const DOWN_LATENCY_MS = 9_999

interface Named {
  readonly id: string
  readonly host: string
  readonly container: string
}

export class ClusterState {
  readonly instances: readonly Instance[]
  readonly #asking: Asking
  readonly #byNode: ReadonlyMap<string, Instance>
  /** Of the newest reign that this process has seen. */
  #source: string

  constructor(config: SystemConfig, asking: Asking) {
    this.#asking = asking
    this.instances = instancesOf(config.members)
    this.#byNode = new Map(this.instances.map((instance) => [instance.node, instance]))
    this.#source = this.instances[0]!.node
    asking.onEvent((event) => {
      if (event.kind === 'reign') this.#source = event.source
    })
  }

  overview(): Overview {
    return this.#asking.overview()
  }

  instance(node: string): Instance {
    return this.#byNode.get(node)!
  }

  /** By any name that a client may use; undefined: there is none. */
  find(name: unknown): Instance | undefined {
    return this.instances.find(({ node, id, host }) => name === id || name === host || name === node)
  }

  /** Who reigns, or did last: never nobody, clients cannot read that. */
  get source(): Instance {
    return this.instance(this.overview().reign?.source ?? this.#source)
  }

  /** Those that follow the source, and answer. */
  replicas({ members }: Overview): readonly Instance[] {
    const { source } = this
    return members.filter((member) => isReplicaOf(member, source.node)).map(({ node }) => this.instance(node))
  }

  topology(): {
    readonly current_master: Named
    readonly current_replicas: readonly Named[]
    readonly total_replicas: number
  } {
    const replicas = this.replicas(this.overview()).map(named)
    return { current_master: named(this.source), current_replicas: replicas, total_replicas: replicas.length }
  }
}

export function named({ id, host }: Instance): Named {
  return { id, host, container: host }
}

export function isHealthy(member: MemberOverview): boolean {
  return member.probe === 'answered' && member.state !== null && !member.state.offline && !member.quarantined
}

function isReplicaOf(member: MemberOverview, source: string): boolean {
  return member.node !== source && isHealthy(member) && member.state!.source === source
}
