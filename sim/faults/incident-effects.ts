/** What operators and applications do to simulated servers. */
import { counted } from '../../algorithms/wording.ts'
import type { Effect } from '../../scenarios/faults/fault-world.ts'
import type { OperatorLook, ServerLook, TransactionLook } from '../../scenarios/faults/incidents.ts'
import type { Item } from '../../scenarios/faults/items.ts'
import type { SimCluster } from '../mysql/cluster.ts'
import { OperatorWrite } from '../mysql/operator-writes.ts'
import type { MysqlServer } from '../mysql/server.ts'
import { AT_ONCE_US, effect, type Look } from './effect.ts'

const nothing = () => {}

function serverOf({ names }: Item, cluster: SimCluster): MysqlServer {
  return cluster.mysql.server(names[0]!)
}

/** Null: it runs. */
function away({ instance, process }: MysqlServer): 'gone' | 'paused' | null {
  if (instance === null) return 'gone'
  return process.life?.running === false ? 'paused' : null
}

/** One statement of many rows, or one transaction that stays open: `rows` of its step. */
export function longTransaction(item: Item, cluster: SimCluster): Effect<TransactionLook> {
  const { rows } = item.step
  return statementThatLasts(item, cluster, (server) => {
    const { statements } = server.instance!
    if (rows === null) {
      const transaction = statements.openTransactions.begin()
      return {
        text: () => (statements.openTransactions.has(transaction) ? 'a transaction is open' : 'its session was killed'),
        end: () => statements.openTransactions.end(transaction),
      }
    }
    const write = new OperatorWrite(server.instance!, { id: cluster.newRowId(), count: rows })
    write.begin()
    return { text: () => `a statement of ${rows} rows is ${write.isOver ? 'over' : 'under way'}`, end: nothing }
  })
}

/** Ends with what it wrote: the change is in the binlog when it is done. */
export function alter(item: Item, cluster: SimCluster): Effect<TransactionLook> {
  return statementThatLasts(item, cluster, (server) => {
    const change = new OperatorWrite(server.instance!, null)
    change.hold()
    return { text: () => 'a table is being changed', end: () => change.commit() }
  })
}

interface Lasting {
  text(): string
  end(): void
}

function statementThatLasts(
  item: Item,
  cluster: SimCluster,
  begin: (server: MysqlServer) => Lasting,
): Effect<TransactionLook> {
  const server = serverOf(item, cluster)
  const { name } = server.process
  let begun: { readonly instance: MysqlServer['instance']; readonly lasting: Lasting } | null = null
  const look = (): Look<TransactionLook> => {
    const gone = away(server)
    if (gone !== null) return { look: gone, text: `${name}: no session can be opened` }
    if (begun !== null && begun.instance === server.instance)
      return { look: 'begun', text: `${name}: ${begun.lasting.text()}` }
    if (server.instance!.readOnly) return { look: 'read-only', text: `${name}: read-only` }
    return { look: 'idle', text: `${name}: no such transaction` }
  }
  return effect(
    look,
    () => {
      begun = { instance: server.instance, lasting: begin(server) }
      return () => {
        if (begun?.instance === server.instance) begun?.lasting.end()
        begun = null
      }
    },
    AT_ONCE_US,
  )
}

export function errantWrite(item: Item, cluster: SimCluster): Effect<OperatorLook> {
  const server = serverOf(item, cluster)
  const { name } = server.process
  const look = (): Look<OperatorLook> => {
    const written = server.data.nextNumber - 1
    const text = `${name}: ${counted(written, 'transaction')} under its own server_uuid`
    return { look: away(server) ?? (name === cluster.source ? 'source' : 'replica'), text, amounts: [written] }
  }
  return effect(
    look,
    () => {
      new OperatorWrite(server.instance!, { id: cluster.newRowId(), count: 1 }).force()
      return nothing
    },
    LIMIT_US,
  )
}

/**
 * It is written when its group is, which takes an fsync. A disk that stands still since then is mended at the end, one that
 * was full is looked at again within a minute, and what its server's death has swallowed is not awaited for longer.
 */
const LIMIT_US = 90_000_000

const LOOK_BACK_US = 1_000_000
const LOOKS_BACK = 30

/** A row that nobody else has after all (its source never wrote it, or in an epoch that left it out) its operator takes back. */
function lookBack(back: {
  readonly cluster: SimCluster
  readonly server: MysqlServer
  readonly id: number
  readonly looks: number
}): void {
  const { cluster, server, id, looks } = back
  const { table } = server.data
  const isElsewhere = cluster.mysql.servers.some((other) => other !== server && other.data.table.hasOther(id))
  if (table.hasOther(id) && !isElsewhere) table.removeOther(id)
  else if (looks > 0) cluster.kernel.queue.after(LOOK_BACK_US, lookBack, { ...back, looks: looks - 1 })
}

/** By hand and without a binlog there, then on the source. */
export function reject(item: Item, cluster: SimCluster): Effect<OperatorLook | 'no-source'> {
  const server = serverOf(item, cluster)
  const { name } = server.process
  let rows = 0
  const look = (): Look<OperatorLook | 'no-source'> => {
    const { instance } = server
    const errno = instance?.applier.errno ?? null
    const applier = errno === null ? '' : `, its applier stopped at error ${errno}`
    const text = `${name}: ${counted(rows, 'row')} that an operator put there by hand${applier}`
    const amounts = [rows]
    const gone = away(server)
    if (gone !== null) return { look: gone, text, amounts }
    if (name === cluster.source) return { look: 'source', text, amounts }
    const source = cluster.mysql.server(cluster.source)
    const canWrite = away(source) === null && !source.instance!.readOnly
    return { look: canWrite ? 'replica' : 'no-source', text, amounts }
  }
  return effect(
    look,
    () => {
      const id = cluster.newRowId()
      server.data.table.insertOther(id)
      rows++
      cluster.kernel.queue.after(LOOK_BACK_US, lookBack, { cluster, server, id, looks: LOOKS_BACK })
      new OperatorWrite(cluster.mysql.server(cluster.source).instance!, { id, count: 1 }).begin()
      return nothing
    },
    AT_ONCE_US,
  )
}

export function purgeBinlogs(item: Item, cluster: SimCluster): Effect<ServerLook> {
  const server = serverOf(item, cluster)
  const { name } = server.process
  let purges = 0
  const look = (): Look<ServerLook> => {
    const purged = server.data.purged.size
    const text = `${name}: its binlogs were purged ${counted(purges, 'time')}, they lack ${counted(purged, 'transaction')}`
    return { look: away(server) ?? 'running', text, amounts: [purges, purged] }
  }
  return effect(
    look,
    () => {
      server.instance!.dumpThreads.purge()
      purges++
      return nothing
    },
    AT_ONCE_US,
  )
}

export function bootWritable(item: Item, cluster: SimCluster): Effect<ServerLook> {
  const server = serverOf(item, cluster)
  const { name } = server.process
  const look = (): Look<ServerLook> => {
    const { writableBoots } = server
    const text = `${name}: came back writable ${writableBoots === 1 ? 'once' : `${writableBoots} times`}`
    return { look: away(server) ?? 'running', text, amounts: [writableBoots] }
  }
  return effect(
    look,
    () => {
      server.crash()
      server.boot(undefined, true)
      return nothing
    },
    AT_ONCE_US,
  )
}
