/**
 * The coordinator as a service: the coordinator of the scenarios, with HTTP in front. Killed at any moment, its next
 * process goes on with the same journal.
 */
import { randomInt } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Timestamp } from '../../../algorithms/timestamps/timestamp.ts'
import type { TraceEvent } from '../../../algorithms/trace.ts'
import { DEFAULT_MAX_APPLY_BACKLOG, DEFAULT_SEER, DEFAULT_TUNING } from '../../../scenarios/scenario.ts'
import { ConnectionPool } from '../../mysql/pool.ts'
import { SQL_READ_SETUP } from '../../mysql/sql.ts'
import { StatementClassifier } from '../../mysql/statement-class.ts'
import { prepareCoordinator } from '../../processes/prepare-coordinator.ts'
import { RunClock } from '../../processes/run-clock.ts'
import { SupervisorClient } from '../../processes/supervisor-client.ts'
import type { ServiceName, SystemConfig } from '../config.ts'
import { ControlVolume } from '../control-volume.ts'
import type { LogStream } from '../http/log.ts'
import { close, createService, listen, type ServiceFace } from '../http/server.ts'
import { HttpTimestamps } from '../http-timestamps.ts'
import type { RunningService } from '../service.ts'
import { wireTimestamp } from '../wire-timestamp.ts'
import { Acknowledged } from './acknowledged.ts'
import { AskedAdvice, advisedBy, electedBy, readCabinet, readSeer } from './asked-advice.ts'
import { Asking } from './asking.ts'
import { ClusterState } from './cluster-state.ts'
import { serveData } from './data-calls.ts'
import { EventLog } from './event-log.ts'
import { EventStreams } from './event-streams.ts'
import { serveFailovers } from './failover-calls.ts'
import { FailoverRecords } from './failover-records.ts'
import { Failovers } from './failovers.ts'
import { serveFaults } from './fault-calls.ts'
import { Faults } from './faults.ts'
import { startFront } from './front-of-coordinator.ts'
import { LevelMetrics } from './level-metrics.ts'
import { Operations } from './operations.ts'
import { OperatorClient } from './operator-client.ts'
import { servePage } from './page.ts'
import { serveQueries } from './query-call.ts'
import { Records } from './records.ts'
import { SavedRuns, serveRuns } from './run-calls.ts'
import { serveStatus } from './status-calls.ts'
import { serveStress } from './stress-calls.ts'
import { StressRuns } from './stress-runs.ts'
import { SystemWatch } from './system-watch.ts'
import { TableTimestamps } from './table-timestamps.ts'
import { versionsOf } from './versions.ts'
import { serveWatching } from './watch-calls.ts'

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
  const parent = new SupervisorClient()
  const { controlDirectory, members, accounts } = config
  const supervisor =
    controlDirectory === null ? parent : new ControlVolume({ directory: controlDirectory, members, accounts })
  const operator = new OperatorClient(supervisor)
  const asking = new Asking()
  const cluster = new ClusterState(config, asking)
  const metrics = new LevelMetrics()
  const eventLog = new EventLog(config.stateDirectory)
  const records = new Records(eventLog)
  // What an earlier process was in the middle of.
  for (const record of records.all('failover'))
    if (record.verdict === 'running')
      eventLog.append('failover', {
        ...{ ...record, verdict: 'failed', endedAtMs: Date.now() },
        reason: 'the coordinator ended meanwhile; its next process goes on as at a start',
      })
  const failoverRecords = new FailoverRecords({
    idOf: (node) => cluster.instance(node).id,
    onChange: (record) => eventLog.append('failover', record),
  })
  const advice = askAdvice(config, (text) => asking.emitted(noted(text, prepared.now())))
  const prepared = await prepareCoordinator({
    run: { originUs: RunClock.hostUs(), seed: randomInt(2 ** 31) },
    coordinators: ['coordinator'],
    index: 0,
    cluster: { servers: members.map((node) => ({ node, members })), accounts, semiSync: null },
    mysql: {
      dataConnections: DATA_CONNECTIONS,
      rowTimestamp: onWire,
      onAdministered: (node, sql) => failoverRecords.administered(node, sql, Date.now()),
    },
    timestampServers: new Map(
      config.timestampServers.map((server) => [
        server,
        new HttpTimestamps({ ...config.services[server], token: config.token }),
      ]),
    ),
    peers: new Map(),
    supervisor,
    config: {
      algorithms: { ...config.algorithms, election: electedBy(config, advice.seer) },
      advisedQuorum: advisedBy(config, advice.cabinet),
      seer: DEFAULT_SEER,
      tuning: DEFAULT_TUNING,
      acknowledge: config.acknowledge,
      maxApplyBacklog: DEFAULT_MAX_APPLY_BACKLOG,
      unsafe: [],
    },
    journalPath: join(config.stateDirectory, 'coordinator.journal'),
    onEvent: (event) => asking.emitted(event),
  })
  asking.onEvent((event) => {
    const wallMs = Date.now()
    eventLog.append('decision', { ...event, wallMs })
    failoverRecords.take(event, wallMs)
  })
  function onWire(timestamp: Timestamp): number {
    return wireTimestamp(config.algorithms.timestamps, config.timestampServers.length, timestamp)
  }
  const pools = config.members.map(
    ({ host, port }) =>
      new ConnectionPool({ host, port, account: config.accounts.client }, SQL_READ_SETUP, CLASSIFIER_CONNECTIONS),
  )
  const classifier = new StatementClassifier({ pools, deadlineUs: CLASSIFIER_DEADLINE_US })
  const timestamps = new TableTimestamps(asking, cluster, prepared.mysql)
  const { app } = await createService(face)
  const failovers = new Failovers({
    ...{ asking, cluster, operator },
    onStopped: (node) => failoverRecords.stopped(node, Date.now()),
    onTrouble: (text) => asking.emitted(noted(text, prepared.now())),
  })
  const runs = new SavedRuns(config.stateDirectory)
  const watch = new SystemWatch({
    ...{ runs, config, asking, cluster, metrics, operator, records, versions: await versionsOf() },
    onRun: (entry) => eventLog.append('run', entry),
    busy: () => failovers.busy,
    opinions: () => ({ quorumFrom: advice.cabinet.opinion, rankingFrom: advice.seer.opinion }),
  })
  const streams = new EventStreams(eventLog, () => watch.snapshot(eventLog.lastId))
  const acknowledged = new Acknowledged(config.stateDirectory, (text) => asking.emitted(noted(text, prepared.now())))
  const operations = new Operations({ asking, metrics, onWire, failoverRecords, acknowledged, timestamps })

  servePage(app)
  serveStatus(app, { asking, cluster, metrics })
  serveQueries(app, { cluster, classifier, operations, onWire })
  serveFailovers(app, { asking, cluster, failovers })
  serveData(app, { config, cluster, metrics, timestamps, operations, advice: advice.cabinet })
  serveWatching(app, { watch, log: eventLog, streams })
  const stress = new StressRuns({
    ...{ operations, onWire, algorithm: config.algorithms.timestamps },
    onChange: (record) => eventLog.append('stress', record),
  })
  serveStress(app, { stress, operations })
  const faults = new Faults({
    ...{ cluster, operator, records, services: () => watch.services() },
    onChange: (record) => eventLog.append('fault', record),
  })
  serveFaults(app, faults)
  serveRuns(app, runs)

  // Listen first: a coordinator that cannot have its port must not touch the servers.
  const port = await listen(app, face)
  asking.started(await prepared.start())
  for (const one of [advice.cabinet, advice.seer]) one.begin()
  watch.begin(streams)
  const onFailure = (error: unknown) => app.log.error(error, 'the MySQL-protocol front')
  const front = await startFront({ acknowledged, asking, config, classifier, pools, wireTimestamp: onWire, onFailure })
  return {
    port,
    close: async () => {
      // While whoever owns the servers still listens.
      await faults.close()
      for (const one of [advice.cabinet, advice.seer, watch, timestamps, streams]) one.close()
      await front?.close()
      await close(app)
      acknowledged.close()
    },
    handle: (message) => {
      if (message.kind === 'supervised') parent.answer(message.id, message.outcome)
    },
  }
}

function askAdvice(config: SystemConfig, onTurn: (text: string) => void) {
  const everyMs = DEFAULT_TUNING.probeIntervalUs / 1_000
  return {
    cabinet: new AskedAdvice('cabinet', { config, path: '/select-quorum', body: {} }, readCabinet, everyMs, onTurn),
    seer: new AskedAdvice('seer', { config, path: '/elect-leader', body: {} }, readSeer, everyMs, onTurn),
  }
}

/** In the trace, like what the coordinator says itself. */
function noted(text: string, atUs: number): TraceEvent {
  return { kind: 'note', text, atUs, process: 'coordinator' }
}
