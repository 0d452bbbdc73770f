/** Failovers with something in their way, on real servers: what no scenario can say is done here, in SQL on the source. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from 'mysql2/promise'
import type { RunStage } from '../../real/run-options.ts'
import { scenarioOf } from '../../scenarios/file/load.ts'
import { HARD, HARD_BESIDE } from '../algorithms/failover/hard-failovers.ts'
import type { Case } from './cases.ts'

const SOURCE = 'node1'
const ROWS = 100
const ROW_BYTES = 1_000_000
/** When the ALTER stands in the queue, and when whoever it waits for ends: the scenario's own fault is at 5 s. */
const ALTER_AT_MS = 3_000
const READ_UNTIL_MS = 9_000

/** On the source, and gone with it: whatever it still waits for fails then. */
async function onSource(stage: RunStage): Promise<Connection> {
  const connection = await stage.driver.connect(SOURCE)
  connection.on('error', () => {})
  return connection
}

/** A transaction of 100 rows of 1 MB, which is not committed yet. */
async function largeTransaction(stage: RunStage): Promise<Connection> {
  const connection = await onSource(stage)
  await connection.query('CREATE TABLE testdb.large (id INT NOT NULL PRIMARY KEY, content MEDIUMBLOB NOT NULL)')
  await connection.query('BEGIN')
  for (let id = 1; id <= ROWS; id++)
    await connection.query("INSERT INTO testdb.large VALUES (?, REPEAT('x', ?))", [id, ROW_BYTES])
  return connection
}

function kill(stage: RunStage): void {
  const workload = { duration: '1h' }
  const faults = [{ at: '0s', crash: SOURCE, for: '3s' }]
  stage.faults.append(scenarioOf({ name: 'hard', workload, faults }, 'hard').faults)
}

/** Somebody's transaction has read the table, so the ALTER waits, and what comes behind it waits with it. */
async function alter(stage: RunStage): Promise<void> {
  const until = (ms: number) => sleep(Math.max(0, ms - stage.nowUs() / 1_000), undefined, { signal: stage.signal })
  await until(ALTER_AT_MS)
  const [reader, changer] = [await onSource(stage), await onSource(stage)]
  await reader.query('BEGIN')
  await reader.query('SELECT * FROM testdb.users')
  changer.query('ALTER TABLE testdb.users ADD COLUMN nickname VARCHAR(40) NULL').catch(() => {})
  await until(READ_UNTIL_MS)
  for (const connection of [reader, changer]) connection.destroy()
}

export const HARD_CASES: readonly Case[] = [
  ...HARD,
  {
    ...HARD_BESIDE.largeTransaction,
    act: async (stage) => {
      await largeTransaction(stage)
      kill(stage)
    },
  },
  {
    ...HARD_BESIDE.largeCommit,
    act: async (stage) => {
      const connection = await largeTransaction(stage)
      connection.query('COMMIT').catch(() => {})
      kill(stage)
    },
  },
  { ...HARD_BESIDE.alterAtKill, act: alter },
  { ...HARD_BESIDE.alterAtMove, act: alter },
]
