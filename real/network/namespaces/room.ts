/** Where a process of a run lives: a network namespace, of a run's own making or of a container. */
import type { Place } from '../network.ts'

export interface Room {
  /** As in the run: `node1`, `coordinator`. */
  readonly name: string
  readonly address: string
  /** The room's end of its cable. */
  readonly device: string
  /**
   * Put before the words of a program of this machine, these start it in the room: the same process, so signals and channels
   * stay as they are. Null: there is no room at the moment, because its container has ended.
   */
  readonly enter: readonly string[] | null
  /** Of the process that lives there. */
  readonly place: Place
}

export interface Rooms {
  readonly rooms: readonly Room[]
  /** Of the machine itself: the harness, as rooms reach it. */
  readonly harness: string
  /** Where the run's proxy lives, if it needs one. */
  readonly proxy: Place
  /**
   * Each process has a second address, in the room of the proxy: what the proxy does for it, it does from there, so that the
   * kernel of the other end can tell whose packets these are, and cut them like its own.
   */
  readonly aliases: ReadonlyMap<string, string>
  /** `listener` is waited for whenever a room has been made anew, before its process can have opened a connection. */
  onRenewed(listener: (name: string) => Promise<void>): void
}
