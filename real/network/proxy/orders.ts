/** What the harness tells its proxy, over the IPC channel: paths to make, and what holds on links. */
import type { Pair } from '../../../scenarios/faults/link-pairs.ts'
import type { LinkState } from '../network.ts'

export interface ProxySetup {
  readonly kind: 'proxy'
  /** Of delays and losses. */
  readonly seed: number
}

/** A path from an opener to an acceptor, which has `host` and `port`. */
interface PathOrder {
  readonly kind: 'path'
  readonly path: Pair
  /** The proxy listens on it for the acceptor. */
  readonly bind: string
  /** The address from which it connects to the acceptor; null: whichever. */
  readonly from: string | null
  readonly host: string
  readonly port: number
}

export type ProxyOrder =
  | PathOrder
  | { readonly kind: 'links'; readonly states: readonly (readonly [link: Pair, state: LinkState])[] }

/** `port`: of a path, where it is entered; 0 otherwise. */
export interface CarriedOut {
  readonly port: number
}
