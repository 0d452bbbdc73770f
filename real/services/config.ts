/**
 * The configuration of the whole system: one object, checked once, and every service takes its part of it. It reaches a
 * service over its parent's IPC channel or from a file; in a file, secrets are references to files of their own.
 */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { ELECTION_POLICIES } from '../../algorithms/election/policies.ts'
import type { ElectionKind } from '../../algorithms/election/policy.ts'
import { takesThreshold } from '../../algorithms/policy-facts.ts'
import { QUORUM_POLICIES } from '../../algorithms/quorum/policies.ts'
import { feasibleRatios, largestFailureThreshold } from '../../algorithms/quorum/weights.ts'
import { TIMESTAMP_ALGORITHMS } from '../../algorithms/timestamps/algorithms.ts'
import { EnvironmentError } from '../drivers/environment-error.ts'

/** Every service by its name: a process of its own with an address of its own. */
export const SERVICE_NAMES = [
  'coordinator',
  'timestamp-1',
  'timestamp-2',
  'timestamp-3',
  'metrics',
  'cabinet',
  'seer',
] as const

export type ServiceName = (typeof SERVICE_NAMES)[number]

/** The original's ports; the third timestamp service is ours. */
export const USUAL_PORTS: Readonly<Record<ServiceName, number>> = {
  coordinator: 9000,
  'timestamp-1': 9001,
  'timestamp-2': 9002,
  'timestamp-3': 9006,
  metrics: 9003,
  cabinet: 9004,
  seer: 9005,
}

const port = z.int().min(1).max(65_535)
const name = z.string().min(1).max(100)
const account = z.strictObject({ user: name, password: z.string() })

const address = z.strictObject({
  /** Where the other services reach it. */
  host: name,
  /** 0: any free one; only for a service that nobody has to find. */
  port: z.int().min(0).max(65_535),
})

const names = <T extends string>(record: Readonly<Record<T, unknown>>) => z.enum(Object.keys(record) as [T, ...T[]])

const schema = z
  .strictObject({
    id: name,
    world: z.enum(['local', 'docker']),
    members: z
      .array(z.strictObject({ name, host: name, port, adminPort: port }))
      .min(3)
      .max(9),
    services: z.strictObject(
      Object.fromEntries(SERVICE_NAMES.map((service) => [service, address])) as Record<ServiceName, typeof address>,
    ),
    /** Address to listen on. */
    bind: name.default('127.0.0.1'),
    /** Names in a Host header that are accepted beside loopback's and the services' own. */
    published: z.array(name).default([]),
    /** Needed wherever `bind` is not loopback, unless a container's ports are published on loopback alone. */
    token: z.string().min(16, 'a token has at least 16 characters').nullable().default(null),
    accounts: z.strictObject({ admin: account, client: account, replication: account, drain: account, audit: account }),
    algorithms: z.strictObject({
      timestamps: names(TIMESTAMP_ALGORITHMS).default('taas'),
      quorum: names(QUORUM_POLICIES).default('cabinet'),
      election: names(ELECTION_POLICIES).default('seer'),
      /** t. */
      failureThreshold: z.int().min(1).default(1),
      /** r, of neighbouring weights. */
      weightRatio: z.union([z.number(), z.literal('largest')]).default('largest'),
    }),
    acknowledge: z.enum(['applied', 'received']).default('applied'),
    /** Those that take part, in order: a server's number is its place. */
    timestampServers: z.array(z.enum(['timestamp-1', 'timestamp-2', 'timestamp-3'])).min(1),
    /** Journals, event log, logs, runs: durable, and this system's own. */
    stateDirectory: z.string().min(1),
    /** In containers: the volume through which servers are stopped and started (control-volume.ts). */
    controlDirectory: z.string().min(1).nullable().default(null),
    /** Of the MySQL-protocol front; null: there is none. */
    mysqlPort: port.nullable().default(null),
  })
  .superRefine((config, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
    const { algorithms, members, timestampServers } = config
    if (!isLoopback(config.bind) && config.token === null && config.world === 'local')
      refuse(['token'], `listening on ${config.bind} needs a token`)
    if (timestampServers.some((server, place) => server !== `timestamp-${place + 1}`))
      refuse(['timestampServers'], 'expected timestamp-1, timestamp-2, ... in this order')
    if (TIMESTAMP_ALGORITHMS[algorithms.timestamps].hasIssuer)
      refuse(
        ['algorithms', 'timestamps'],
        `the servers of ${algorithms.timestamps} elect one of them over connections that these services do not have; scenarios run it`,
      )
    const election: ElectionKind = ELECTION_POLICIES[algorithms.election]
    if (election.isClairvoyant)
      refuse(['algorithms', 'election'], `${election.name} knows what nobody can measure: only the simulator runs it`)
    const most = largestFailureThreshold(members.length)
    if (algorithms.failureThreshold > most)
      refuse(['algorithms', 'failureThreshold'], `${members.length} servers allow at most ${most}`)
    else if (takesThreshold(QUORUM_POLICIES[algorithms.quorum]) && algorithms.weightRatio !== 'largest') {
      const { least, most: heaviest } = feasibleRatios(members.length, algorithms.failureThreshold)
      if (algorithms.weightRatio < least || algorithms.weightRatio > heaviest)
        refuse(['algorithms', 'weightRatio'], `expected ${least} to ${heaviest}`)
    }
  })

export type SystemConfig = z.infer<typeof schema>
/** What a file may say, or whoever starts a system: defaults left out. */
export type SystemConfigInput = z.input<typeof schema>

/** Throws an EnvironmentError that names every field that is not right. */
export function checkedConfig(found: unknown, origin: string): SystemConfig {
  const parsed = schema.safeParse(found)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`)
  throw new EnvironmentError(`${origin} is no configuration of a system. ${faults.join('; ')}`, { subject: origin })
}

/** JSON; `{ "file": "..." }` in the place of a secret names the file that holds it, relative to the configuration's. */
export async function loadConfig(path: string): Promise<SystemConfig> {
  let found: unknown
  try {
    found = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new EnvironmentError(`The configuration ${path} cannot be read: ${(error as Error).message}`, {
      subject: path,
      cause: error,
    })
  }
  return checkedConfig(await withSecrets(found, dirname(resolve(path))), path)
}

/** A reference may stand wherever a string may: what is secret is for whoever writes the file to say. */
async function withSecrets(value: unknown, directory: string): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => withSecrets(item, directory)))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  if (entries.length === 1 && entries[0]![0] === 'file' && typeof entries[0]![1] === 'string') {
    const path = resolve(directory, entries[0]![1])
    try {
      // Written by hand or by a tool, a file ends with a newline that is no part of its secret.
      return (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
    } catch (error) {
      throw new EnvironmentError(`The secret in ${path} cannot be read: ${(error as Error).message}`, {
        subject: path,
        cause: error,
      })
    }
  }
  const read = await Promise.all(entries.map(async ([key, inner]) => [key, await withSecrets(inner, directory)]))
  return Object.fromEntries(read)
}

/** 127.0.0.0/8, ::1, localhost. Never a name that merely resolves there: whoever owns the name decides where it points. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}
