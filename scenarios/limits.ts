/**
 * Limits that both worlds share: the simulated servers have them, and the real ones are started with them. A world with
 * others would answer another question under the same name.
 */

/**
 * Connections of clients to one MySQL server, divided among the coordinators' pools: what is beyond waits there and is
 * not refused.
 */
export const DATA_CONNECTIONS = 400
/** Beside them: probes, confirmations and waits of up to three coordinators, dump threads, and whoever looks. */
export const OTHER_CONNECTIONS = 50

/** replica_net_timeout: a replica that hears nothing for so long connects again. */
export const REPLICA_NET_TIMEOUT_US = 4_000_000

/** Of one coordinator to one server. More than there are clients would never be used. */
export function poolSize(clients: number, coordinators: number): number {
  return Math.min(clients, Math.floor(DATA_CONNECTIONS / coordinators))
}
