/**
 * The coordinator as a service: the coordinator of the scenarios, with HTTP in front. Killed at any moment, its next
 * process goes on with the same journal.
 */
import { randomInt } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Timestamp } from '../../../algorithms/timestamps/timestamp.ts'
import { DEFAULT_SEER, DEFAULT_TUNING } from '../../../scenarios/scenario.ts'
import { ConnectionPool } from '../../mysql/pool.ts'
import { SQL_READ_SETUP } from '../../mysql/sql.ts'
import { StatementClassifier } from '../../mysql/statement-class.ts'
import { prepareCoordinator } from '../../processes/prepare-coordinator.ts'
import { RunClock } from '../../processes/run-clock.ts'
import { SupervisorClient } from '../../processes/supervisor-client.ts'
import type { ServiceName, SystemConfig } from '../config.ts'
import type { LogStream } from '../http/log.ts'
import { close, createService, listen, type ServiceFace } from '../http/server.ts'
import { HttpTimestamps } from '../http-timestamps.ts'
import type { RunningService } from '../service.ts'
import { wireTimestamp } from '../wire-timestamp.ts'
import { Asking } from './asking.ts'
import { ClusterState } from './cluster-state.ts'
import { startFront } from './front-of-coordinator.ts'
import { LevelMetrics } from './level-metrics.ts'
import { serveQueries } from './query-call.ts'
import { serveStatus } from './status-calls.ts'

/** To each server, for statements of clients. */
const DATA_CONNECTIONS = 64
const CLASSIFIER_CONNECTIONS = 2
const CLASSIFIER_DEADLINE_US = 1_000_000

export async function startCoordinatorService(
  name: ServiceName,
  config: SystemConfig,
  log: LogStream,
): Promise<RunningService> {
  const face: ServiceFace = {
    ...{ name, config, log, cors: true },
    title: 'quorumlab coordinator',
    description: 'Statements at three levels of consistency, and everything that is done to the cluster',
  }
  await mkdir(config.stateDirectory, { recursive: true, mode: 0o700 })
  const supervisor = new SupervisorClient()
  const asking = new Asking()
  const cluster = new ClusterState(config, asking)
  const metrics = new LevelMetrics()
  const onWire = (timestamp: Timestamp) =>
    wireTimestamp(config.algorithms.timestamps, config.timestampServers.length, timestamp)
  const prepared = await prepareCoordinator({
    run: { originUs: RunClock.hostUs(), seed: randomInt(2 ** 31) },
    coordinators: ['coordinator'],
    index: 0,
    cluster: { members: config.members, accounts: config.accounts, semiSync: false },
    mysql: { dataConnections: DATA_CONNECTIONS, rowTimestamp: onWire },
    timestampServers: new Map(
      config.timestampServers.map((server) => [
        server,
        new HttpTimestamps({ ...config.services[server], token: config.token }),
      ]),
    ),
    peers: new Map(),
    supervisor,
    config: {
      algorithms: config.algorithms,
      seer: DEFAULT_SEER,
      tuning: DEFAULT_TUNING,
      acknowledge: config.acknowledge,
      unsafe: [],
    },
    journalPath: join(config.stateDirectory, 'coordinator.journal'),
    onEvent: (event) => asking.emitted(event),
  })
  const pools = config.members.map(
    ({ host, port }) =>
      new ConnectionPool({ host, port, account: config.accounts.client }, SQL_READ_SETUP, CLASSIFIER_CONNECTIONS),
  )
  const classifier = new StatementClassifier({ pools, deadlineUs: CLASSIFIER_DEADLINE_US })

  const { app } = await createService(face)
  serveStatus(app, { asking, cluster, metrics })
  serveQueries(app, { asking, cluster, classifier, metrics, wireTimestamp: onWire, onWritten: () => {} })

  // Listen first: a coordinator that cannot have its port must not touch the servers.
  const port = await listen(app, face)
  asking.started(await prepared.start())
  const onFailure = (error: unknown) => app.log.error(error, 'the MySQL-protocol front')
  const front = await startFront({ asking, config, classifier, pools, wireTimestamp: onWire, onFailure })
  return {
    port,
    close: async () => {
      await front?.close()
      await close(app)
    },
    handle: (message) => {
      if (message.kind === 'supervised') supervisor.answer(message.id, message.outcome)
    },
  }
}
