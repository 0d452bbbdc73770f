/**
 * A server that lost data, as a coordinator knows it (failover/rules.md section 1). It does not count for data until it
 * has proved itself, and a loss is unlearnt by such a proof alone. What it promised is another matter: who lost relay
 * logs and nothing else still keeps its promises; who was rebuilt has those of its donor until it is promised anew.
 */
import type { ServerState } from '../servers.ts'

export interface Loss {
  /** What was seen of it, by this coordinator or a peer: by `byUs`, on this coordinator's clock, it had happened. */
  readonly seen: { readonly kind: LossKind; readonly byUs: number } | null
  /** The server has a server_uuid that this coordinator does not know: a peer may have rebuilt it. */
  readonly doubted: boolean
  /** Only of a rebuilt server: a rejoin has promised it the reigning epoch since. */
  readonly joined: boolean
}

export type LossKind = 'relay log' | 'rebuilt'

/** Has the server to be taken for rebuilt: was it seen to be, or is it unknown what became of it? */
export function isRebuilt({ seen, doubted }: Loss): boolean {
  return doubted || seen?.kind === 'rebuilt'
}

/** What a look at a server showed that its data are judged by. */
type Shown = Pick<ServerState, 'uuid' | 'executed' | 'promised'>

/**
 * The server holds less than `before`. Relay logs and nothing else: it is the same server, with all that it had
 * executed and with its promise. Anything less is as good as a rebuild.
 */
export function kindOfLoss(before: Shown | null, after: Shown): LossKind {
  const isSame = before !== null && before.uuid === after.uuid
  return isSame && after.executed.covers(before.executed) && after.promised >= before.promised ? 'relay log' : 'rebuilt'
}

export function countsForData(loss: Loss | null): boolean {
  return loss === null
}

export function countsForPromises(loss: Loss | null): boolean {
  return loss === null || !isRebuilt(loss) || loss.joined
}

/** Everything that a look which may be a peer's showed. */
export interface Look extends Shown {
  readonly askedUs: number
}

export function lookOf({ uuid, executed, promised }: Shown, askedUs: number): Look {
  return { uuid, executed, promised, askedUs }
}
