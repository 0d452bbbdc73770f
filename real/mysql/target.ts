/** What the real world has to know of one MySQL server to talk to it. Secrets come from the driver, per cluster. */
import type { SemiSyncSettings } from '../../algorithms/semi-sync.ts'
import type { Account, Endpoint } from './connection.ts'

export interface Accounts {
  /** Reads everything, changes everything: probes, waits and the administrator's session. Has CONNECTION_ADMIN. */
  readonly admin: Account
  /** The workload: INSERT and SELECT, cut off by offline_mode. */
  readonly client: Account
  /** Replication, and nothing else. */
  readonly replication: Account
  /** Replication from a fenced server: CONNECTION_ADMIN lets it in where offline_mode keeps the plain one out. */
  readonly drain: Account
  /** Reads everything, also where offline_mode keeps others out, and changes nothing. */
  readonly audit: Account
}

export interface NodeAddress {
  readonly name: string
  readonly host: string
  readonly port: number
  /** MySQL's administrative interface: reachable when all client connections are taken. */
  readonly adminPort: number
}

/** A second of rounding, and what an answer takes on a machine that is busy: two looks may differ by so much. */
const UNEXPLAINED_US = 2_500_000

/**
 * When the server process started, by its own clock. MySQL tells its uptime in whole seconds only, so two connections
 * would disagree by up to a second, and a later uptime that looks shorter reads as a crash. The first estimate
 * therefore stands until one comes that rounding and a late answer cannot explain.
 */
class ServerStart {
  #startedUs: number | null = null

  settle(estimateUs: number): number {
    if (this.#startedUs === null || Math.abs(estimateUs - this.#startedUs) > UNEXPLAINED_US)
      this.#startedUs = estimateUs
    return this.#startedUs
  }
}

export interface MysqlTarget {
  /** As this process reaches it. */
  readonly node: NodeAddress
  /** All configured members in order, as this *server* reaches them: a member's number is its index. */
  readonly members: readonly NodeAddress[]
  readonly accounts: Accounts
  /** How the source's semi-sync is set while it is the source; null: it is not used. */
  readonly semiSync: SemiSyncSettings | null
  /** One per server and process, shared by everything that reads the server's state. */
  readonly earlier: EarlierLooks
}

/** What looks at a server have to know of those before them. */
export class EarlierLooks {
  readonly start = new ServerStart()
  /** Its receiver had begun a transaction and not finished it. */
  isReceiving = false
}

export function clientEndpoint(target: MysqlTarget): Endpoint {
  return { host: target.node.host, port: target.node.port, account: target.accounts.client }
}

/** Probes and waits use the clients' port, with an account that a fence does not cut: they see what clients would. */
export function watchEndpoint(target: MysqlTarget): Endpoint {
  return { host: target.node.host, port: target.node.port, account: target.accounts.admin }
}

export function adminEndpoint(target: MysqlTarget): Endpoint {
  return { host: target.node.host, port: target.node.adminPort, account: target.accounts.admin }
}
