/**
 * The parts of a scenario that only a Raft group has: the mapping `raft:`, zones with clients and processors of their
 * own, and the names of quorum and election. `completeRaft` refuses what does not go together, with its place.
 */
import { z } from 'zod'
import type { RaftElectionName } from '../../algorithms/raft/elections.ts'
import type { RaftQuorumName } from '../../algorithms/raft/schemes.ts'
import type { Refuse } from '../faults/written-fault.ts'
import type { RaftSettings, Scenario, Zone } from '../scenario.ts'
import { delay, duration } from './amounts.ts'
import { suggestion } from './nearest.ts'
import { namesOf } from './policy-names.ts'
import { show } from './schema-issues.ts'

/** More round trips than this and the fits of `seer` take longer than the simulation. */
const SEER_NODES = 15
const MYSQL_ONLY = ['timestampServers', 'acknowledge', 'semiSync', 'maxApplyBacklog'] as const

const batch = 'a whole number from 1 to 100000'
const rounds = 'a whole number from 1 to 1000'
const yesNo = 'true or false'

export const raftSchema = z.strictObject(
  {
    electionTimeout: duration({ minUs: 1000 })
      .prefault('1s')
      .meta({ description: 'A follower that hears nothing for once to twice this stands for election.' }),
    heartbeat: duration({ minUs: 1000 }).prefault('100ms'),
    preVote: z.boolean(yesNo).prefault(true).meta({ description: 'Ask before standing for election.' }),
    batch: z.int(batch).min(1, batch).max(100_000, batch).prefault(1000).meta({ description: 'Entries of a round.' }),
    rounds: z
      .int(rounds)
      .min(1, rounds)
      .max(1000, rounds)
      .prefault(1)
      .meta({ description: 'Rounds under way at once; 1 as in Cabinet: what comes meanwhile makes the next batch.' }),
    message: duration().prefault('10us').meta({ description: 'Processor time of a received message.' }),
    send: duration().prefault('5us').meta({ description: 'Processor time of a sent message.' }),
    entry: duration().prefault('1us').meta({ description: 'Processor time of each entry in a received message.' }),
    fsync: delay.prefault({ lognormal: { median: '0.15ms', sigma: 0.4 } }),
    answer: duration({ minUs: 1000 })
      .prefault('5s')
      .meta({ description: 'A client waits so long for the server it asked; a write is then unknown.' }),
  },
  'a mapping such as { electionTimeout: 1s, rounds: 4 }',
)

const share = 'a number above 0 and at most 100'
const members = 'a whole number from 0 to 100'

export const zonesSchema = z
  .array(
    z.strictObject(
      {
        name: z.string('a name').regex(/^[a-z][a-z0-9-]{0,30}$/, 'a name of lower-case letters, digits and dashes'),
        nodes: z.int(members).min(0, members).max(100, members),
        clients: z.number(share).min(0, share).max(100, share).optional().meta({
          description: 'raft: its part of the clients; all of them are in the first zone if no zone says so.',
        }),
        cpu: z.number(share).gt(0, share).max(100, share).optional().meta({ description: 'raft: speed, 1 is normal.' }),
      },
      'a zone such as { name: near, nodes: 3 }',
    ),
    'a list of zones',
  )
  .max(100, 'at most 100 zones')
  .prefault([])
  .meta({
    description: 'node1 and the next ones are in the first zone, and so on. Names may be used in network.links.',
  })

type ParsedZones = z.output<typeof zonesSchema>

export function completeZones(
  parsed: ParsedZones,
  protocol: 'mysql' | 'raft',
  nodes: number,
  processes: readonly string[],
  refuse: Refuse,
): readonly Zone[] {
  const path = ['cluster', 'zones']
  const placed = parsed.reduce((sum, zone) => sum + zone.nodes, 0)
  if (parsed.length > 0 && placed !== nodes)
    refuse(path, 'nodes without a zone, or too many', `zones with ${nodes} nodes together`, `${placed}`)
  parsed.forEach(({ name, clients, cpu }, i) => {
    const twice = parsed.findIndex((zone) => zone.name === name) < i
    if (twice || processes.includes(name))
      refuse([...path, i, 'name'], 'a name that is taken', 'a name of its own', show(name))
    if (protocol === 'raft') return
    if (clients !== undefined)
      refuse([...path, i, 'clients'], 'clients of a zone', '`protocol: raft`, or one client in the first zone', 'mysql')
    if (cpu !== undefined) refuse([...path, i, 'cpu'], 'cpu of a zone', '`protocol: raft`, or a slow fault', 'mysql')
  })
  const anyClients = parsed.some(({ clients = 0 }) => clients > 0)
  return parsed.map(({ name, nodes: count, clients, cpu }, i) => ({
    name,
    nodes: count,
    clients: anyClients ? (clients ?? 0) : i === 0 ? 1 : 0,
    cpu: cpu ?? 1,
  }))
}

/** What the file wrote itself, before defaults. */
export interface WrittenParts {
  readonly cluster?: Readonly<Record<string, unknown>> | undefined
  readonly algorithms?: Readonly<Record<string, unknown>> | undefined
}

/** `client` in the first zone that has any, `client-ZONE` in each other. */
export function clientSites(zones: readonly Zone[]): RaftSettings['clients'] {
  const withClients = zones.filter(({ clients }) => clients > 0)
  if (withClients.length === 0) return [{ process: 'client', weight: 1 }]
  return withClients.map(({ name, clients }, i) => ({
    process: i === 0 ? 'client' : `client-${name}`,
    weight: clients,
  }))
}

export function completeRaft(
  parsed: z.output<typeof raftSchema> | undefined,
  written: WrittenParts,
  choice: Scenario['algorithms'],
  { zones, nodes }: { readonly zones: readonly Zone[]; readonly nodes: number },
  refuse: Refuse,
): RaftSettings {
  for (const key of MYSQL_ONLY)
    if (written.cluster?.[key] !== undefined)
      refuse(['cluster', key], `${key} of a Raft group`, '`protocol: mysql`, or nothing', show(written.cluster[key]))
  if (written.algorithms?.timestamps !== undefined)
    refuse(
      ['algorithms', 'timestamps'],
      'timestamps of a Raft group',
      'nothing: its log is its order',
      show(written.algorithms.timestamps),
    )
  const election = written.algorithms?.election === undefined ? 'native' : choice.election
  check('quorum', choice.quorum, refuse)
  check('election', election, refuse)
  if (election === 'seer' && nodes > SEER_NODES)
    refuse(['cluster', 'nodes'], 'too many servers for seer', `at most ${SEER_NODES}`, `${nodes}`)
  const settings = parsed ?? raftSchema.parse({})
  if (settings.heartbeat * 2 > settings.electionTimeout)
    refuse(['raft', 'heartbeat'], 'heartbeats too rare', 'at most half of the election timeout', 'more')
  return {
    quorum: choice.quorum as RaftQuorumName,
    election: election as RaftElectionName,
    failureThreshold: choice.failureThreshold,
    weightRatio: choice.weightRatio,
    electionTimeoutUs: settings.electionTimeout,
    heartbeatUs: settings.heartbeat,
    preVote: settings.preVote,
    batchEntries: settings.batch,
    roundsInFlight: settings.rounds,
    messageUs: settings.message,
    sendUs: settings.send,
    entryUs: settings.entry,
    fsync: settings.fsync,
    answerUs: settings.answer,
    clients: clientSites(zones),
  }
}

function check(family: 'quorum' | 'election', name: string, refuse: Refuse): void {
  const names = namesOf(family, 'raft')
  if (!names.includes(name))
    refuse(
      ['algorithms', family],
      `${family} that a Raft group does not have`,
      `one of ${names.join(', ')}`,
      `${show(name)}${suggestion(name, names)}`,
    )
}
