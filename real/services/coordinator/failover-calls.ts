/** The calls with which clients replace the source, and bring servers back: those of the original, and ours beside them. */
import type { FastifyInstance } from 'fastify'
import { CallFailure } from '../http/failures.ts'
import type { Asking } from './asking.ts'
import { type ClusterState, named } from './cluster-state.ts'
import type { Failovers } from './failovers.ts'

interface FailoverCallParts {
  readonly asking: Asking
  readonly cluster: ClusterState
  readonly failovers: Failovers
}

type Instance = ReturnType<ClusterState['find']> & object

/** Fields that these calls do not know are ignored: clients send some of their own. */
const STOP = {
  type: 'object',
  properties: { how: { enum: ['kill', 'stop'], description: 'As in a crash (the default), or in order' } },
}
const TO = { to: { type: ['string', 'null'], description: 'Null: whoever the election policy prefers' } } as const

interface StopBody {
  readonly how?: 'stop' | 'kill'
}

export function serveFailovers(app: FastifyInstance, { asking, cluster, failovers }: FailoverCallParts): void {
  const known = (name: unknown): Instance => {
    const instance = cluster.find(name)
    if (instance === undefined)
      throw new CallFailure(
        400,
        `there is no ${JSON.stringify(name)}; instances are instance-1 to instance-${cluster.instances.length}`,
      )
    return instance
  }

  app.post<{ Body: StopBody }>(
    '/admin/stop-master-only',
    { schema: { summary: 'Stop the source, and let nobody be elected for a minute', body: STOP } },
    async ({ body }) => {
      const { id, host } = await failovers.stopOnly(body.how !== 'stop')
      const message = `${host} is stopped; nobody is elected without being told, for 60 s at most`
      return { success: true, message, stopped_master: id, stopped_container: host }
    },
  )
  app.post<{ Body: { readonly new_leader: string } }>(
    '/admin/promote-leader',
    {
      schema: {
        summary: 'Make this instance the source, whether the present one lives or not',
        body: { type: 'object', required: ['new_leader'], properties: { new_leader: { type: 'string' } } },
      },
    },
    async ({ body }) => {
      const { from, to } = await failovers.promote(known(body.new_leader))
      const replicas = cluster.replicas(cluster.overview()).map(({ id }) => id)
      return { ...replaced(from, to), reconfigured_replicas: replicas }
    },
  )
  app.post<{ Body: StopBody }>(
    '/admin/stop-master',
    { schema: { summary: 'Stop the source, elect and promote, and bring the old one back as a replica', body: STOP } },
    async ({ body }) => {
      const { from, to } = await failovers.stopAndElect(body.how !== 'stop')
      return replaced(from, to)
    },
  )
  app.post<{ Body: { readonly instance_id: string } }>(
    '/admin/start-instance',
    {
      schema: {
        summary: 'Start an instance as a replica of the source',
        body: { type: 'object', required: ['instance_id'], properties: { instance_id: { type: 'string' } } },
      },
    },
    async ({ body }) => {
      const instance = known(body.instance_id)
      await failovers.start(instance)
      return { success: true, message: `${instance.host} is up`, ...cluster.topology() }
    },
  )
  app.post('/admin/restart-old-master', { schema: { summary: 'Start whoever was stopped last' } }, async () => {
    const { oldSource } = failovers
    if (oldSource !== null) await failovers.start(oldSource)
    const { total_replicas } = cluster.topology()
    const message = oldSource === null ? 'every instance is up' : `${oldSource.host} follows ${cluster.source.host}`
    return { success: true, message, master: cluster.source.id, total_replicas }
  })

  app.post<{ Body: { readonly to?: string | null } }>(
    '/admin/switchover',
    { schema: { summary: 'Move the source while it is healthy', body: { type: 'object', properties: TO } } },
    async ({ body: { to = null } }) => {
      const from = cluster.source
      const { heldUs } = await failovers.switchover(to === null ? null : known(to))
      return { ...replaced(from, cluster.source), held_ms: heldUs === null ? 0 : heldUs / 1_000 }
    },
  )
  app.post<{ Body: { readonly automatic: boolean } }>(
    '/admin/mode',
    {
      schema: {
        summary: 'Replace a source that is gone without being asked, or wait for a person',
        body: { type: 'object', required: ['automatic'], properties: { automatic: { type: 'boolean' } } },
      },
    },
    async ({ body: { automatic } }) => {
      const reply = await asking.ask({ kind: 'mode', automatic })
      if (reply.verdict === 'refused') throw new CallFailure(503, reply.reason, { why: reply.why })
      return { success: true, message: `failover is ${automatic ? 'automatic' : 'manual'}`, mode: modeText(automatic) }
    },
  )
  app.get<{ Querystring: { readonly to?: string } }>(
    '/admin/dry-run',
    {
      schema: {
        summary: "What would come of the source's end, or of promoting `to`? Touches nothing",
        querystring: { type: 'object', properties: { to: { type: 'string' } } },
      },
    },
    async ({ query: { to } }) => {
      const reply = await asking.ask({ kind: 'dryRun', to: to === undefined ? null : known(to).node })
      const idOf = (node: string | null) => (node === null ? null : cluster.instance(node).id)
      return { ...reply, source: idOf(reply.source), winner: idOf(reply.winner) }
    },
  )
}

export function modeText(automatic: boolean): 'automatic' | 'manual' {
  return automatic ? 'automatic' : 'manual'
}

function replaced(from: Instance, to: Instance) {
  const [old_master, new_master] = [named(from).host, named(to).host]
  const message =
    from === to ? `${new_master} is the source already` : `${new_master} is the source in place of ${old_master}`
  return { success: true, message, old_master, new_master, new_leader_id: to.id }
}
