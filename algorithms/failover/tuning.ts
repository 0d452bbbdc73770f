/** Deadlines and intervals of the coordinator and its timestamp servers; every one can be set under `tuning:` in the file. */
export interface Tuning {
  readonly probeIntervalUs: number
  readonly probeTimeoutUs: number
  /** Nobody has an answer from the source: fail over after this, also where nobody else says so (silence.ts: sooner). */
  readonly unreachableUs: number
  /** Source reachable, STRONG writes unacknowledgeable: planned move after this. */
  readonly stalledUs: number
  /** A STRONG write's quorum: `unknown` after this. */
  readonly quorumTimeoutUs: number
  /** One statement on a server. */
  readonly statementTimeoutUs: number
  readonly adminTimeoutUs: number
  readonly drainTimeoutUs: number
  /** No second failover sooner than this after the last one. */
  readonly minimumTermUs: number
  /** `oracle`: how long its leader may issue timestamps without its peers' word, and so how long a failover stalls. */
  readonly timestampLeaseUs: number
}
