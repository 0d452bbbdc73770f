/** What the harness tells its proxy, over the IPC channel: paths to make, and what holds on links. */
import type { Pair } from '../../../scenarios/faults/link-pairs.ts'
import type { LinkState } from '../network.ts'

export interface ProxySetup {
  readonly kind: 'proxy'
  /** Of delays and losses. */
  readonly seed: number
}

export type ProxyOrder =
  /** From an opener to an acceptor, which has `host` and `port`; the proxy listens on `bind` for it. */
  | { readonly kind: 'path'; readonly path: Pair; readonly bind: string; readonly host: string; readonly port: number }
  | { readonly kind: 'links'; readonly states: readonly (readonly [link: Pair, state: LinkState])[] }

/** `port`: of a path, where it is entered; 0 otherwise. */
export interface CarriedOut {
  readonly port: number
}
