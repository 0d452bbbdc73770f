/** Another coordinator, as this one knows it. */
import type { CoordinatorServer } from '../servers.ts'
import { Silence } from './silence.ts'

export interface Peer {
  readonly name: string
  readonly server: CoordinatorServer
  readonly silence: Silence
  /** What it did by its last answer; null: it has never answered. */
  state: 'reigns' | 'takes over' | 'stands by' | null
  /** Its last answer did not come, because nobody is there. */
  isBroken: boolean
}

export function newPeer(name: string): Peer {
  return { name, server: { name, kind: 'coordinator' }, silence: new Silence(), state: null, isBroken: false }
}
