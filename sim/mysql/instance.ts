/**
 * One running mysqld: what lives in its memory and is gone when the process is killed. The parts are in files of their
 * own; this one connects them. `MysqlServer` starts a new instance on the same data after every crash.
 */
import type { ServerState } from '../../algorithms/servers.ts'
import type { Told } from '../../algorithms/told.ts'
import type { RandomStream } from '../../scenarios/chance/random.ts'
import type { DataLoss } from '../../scenarios/record.ts'
import { Cpu } from '../kernel/cpu.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Life, SimProcess } from '../kernel/process.ts'
import type { Network } from '../network/network.ts'
import { AdministratorLock } from './administrator-lock.ts'
import { Applier } from './applier.ts'
import type { ReplicaConnection } from './connection.ts'
import type { MysqlCosts } from './costs.ts'
import { DumpThreads } from './dump-threads.ts'
import type { MysqlData } from './durable-data.ts'
import { type CommitListener, GroupCommit } from './group-commit.ts'
import { KeyLocks } from './key-locks.ts'
import { OperationSet } from './operation-set.ts'
import { Receiver } from './receiver.ts'
import { SemiSync } from './semi-sync.ts'
import { Statements } from './statements.ts'
import type { Transaction } from './transaction.ts'
import { GtidWaiters } from './waiters.ts'

/** What all servers of a simulation have in common. */
export interface MysqlWorld {
  readonly kernel: Kernel
  readonly network: Network
  readonly costs: MysqlCosts
  /** The configured members, in order. */
  readonly members: readonly string[]
  instanceOf(process: SimProcess): MysqlInstance | null
  /** A transaction of another server was applied: how long after its source wrote it. */
  lagged(process: SimProcess, transaction: Transaction, lagUs: number): void
  /** What the server held is less than it was, or another server's. */
  lost(process: SimProcess, kind: DataLoss['kind']): void
}

export class MysqlInstance implements CommitListener {
  readonly world: MysqlWorld
  readonly kernel: Kernel
  readonly network: Network
  readonly costs: MysqlCosts
  readonly process: SimProcess
  readonly life: Life
  readonly data: MysqlData
  readonly stream: RandomStream
  readonly startedUs: number
  readonly cpu: Cpu
  readonly pipeline: GroupCommit
  readonly semiSync: SemiSync
  readonly dumpThreads: DumpThreads
  readonly receiver: Receiver
  readonly applier: Applier
  readonly statements: Statements
  readonly administratorLock: AdministratorLock
  readonly appliedWaiters: GtidWaiters
  readonly receivedWaiters: GtidWaiters
  /** Every server boots read-only (super_read_only=ON in its configuration). */
  readOnly = true
  superReadOnly = true
  offline = false
  /** Nobody new comes in who has not CONNECTION_ADMIN. */
  connectionsAreTaken = false
  /** Operations whose INSERT is in the commit pipeline: their keys are locked. */
  readonly claimed: OperationSet = new OperationSet()
  /** Of transactions with several statements. */
  readonly keyLocks: KeyLocks = new KeyLocks()

  constructor(world: MysqlWorld, life: Life, data: MysqlData) {
    this.world = world
    this.kernel = world.kernel
    this.network = world.network
    this.costs = world.costs
    this.process = life.process
    this.life = life
    this.data = data
    this.stream = world.kernel.streams.stream(`mysql:${life.process.name}`)
    this.startedUs = world.kernel.queue.now
    data.recover()
    this.cpu = new Cpu(world.kernel, life, world.costs.cores)
    this.pipeline = new GroupCommit(world.kernel, life, world.costs, data, this)
    this.semiSync = new SemiSync(world.kernel, life, data, () => this.pipeline.proceed())
    this.dumpThreads = new DumpThreads(this)
    this.receiver = new Receiver(this)
    this.applier = new Applier(this)
    this.statements = new Statements(this)
    this.administratorLock = new AdministratorLock(this)
    this.appliedWaiters = new GtidWaiters(this)
    this.receivedWaiters = new GtidWaiters(this)
  }

  instanceOf(process: SimProcess): MysqlInstance | null {
    return this.world.instanceOf(process)
  }

  // ------------------------------------------------------------------ what the parts tell one another

  synced(end: number): void {
    this.dumpThreads.synced(end)
  }

  mayCommit(end: number): boolean {
    return this.semiSync.mayCommit(end)
  }

  groupCommitted(): void {
    this.appliedWaiters.check(this.data.executed.live)
    this.receivedWaiters.check(this.data.held.live)
    this.statements.writesMoved()
  }

  receipt(connection: ReplicaConnection, end: number): void {
    this.semiSync.receipt(connection.replica.process.name, end)
  }

  received(): void {
    this.receivedWaiters.check(this.data.held.live)
    this.applier.wake()
  }

  applied(transaction: Transaction): void {
    this.world.lagged(this.process, transaction, this.kernel.queue.now - transaction.originalUs)
  }

  // --------------------------------------------------------------------------------- what is asked

  /** To whoever connects now. */
  told(): Told {
    return { promised: this.data.promised, receipts: this.semiSync.receiptsAwaited }
  }

  state(): ServerState {
    const { data, receiver, kernel } = this
    return {
      uuid: data.uuid,
      executed: data.executed.snapshot(),
      retrieved: data.retrieved.snapshot(),
      promised: data.promised,
      superReadOnly: this.superReadOnly,
      offline: this.offline,
      receiver: receiver.state,
      applier: this.applier.state,
      receiverError: receiver.error,
      applierErrno: this.applier.errno,
      source: data.channel?.source ?? null,
      fedAgeUs: receiver.lastFedUs === null ? null : kernel.queue.now - receiver.lastFedUs,
      arriving: receiver.arriving,
      uptimeUs: kernel.queue.now - this.startedUs,
      semiSyncSource: this.semiSync.enabled,
      receipts: this.semiSync.receiptsAwaited,
    }
  }
}
