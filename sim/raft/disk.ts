/**
 * A Raft server's disk: term, vote and log as they would be found after a crash. One fsync at a time covers everything
 * that was written before it began (group commit); messages that promise something wait for theirs. What was written and
 * not synced is gone with the process: stricter than a killed process needs, and what a power loss does.
 */
import type { DurableState, DurableWrite, Entry, Message } from '../../algorithms/raft/message.ts'
import { NOBODY } from '../../algorithms/raft/message.ts'

interface PendingWrite {
  readonly write: DurableWrite
  readonly waiting: Message[]
}

export class RaftDisk {
  #term = 0
  #votedFor = NOBODY
  readonly #log: Entry[] = []
  #queued: PendingWrite[] = []
  #syncing: readonly PendingWrite[] = []

  get state(): DurableState {
    return { term: this.#term, votedFor: this.#votedFor, log: this.#log }
  }

  get isSyncing(): boolean {
    return this.#syncing.length > 0
  }

  write(write: DurableWrite): void {
    this.#queued.push({ write, waiting: [] })
  }

  /** The list that a message must join to leave after everything written so far; null: it may leave now. */
  get waiting(): Message[] | null {
    return (this.#queued.at(-1) ?? this.#syncing.at(-1))?.waiting ?? null
  }

  /** False: there is nothing to sync. */
  begin(): boolean {
    if (this.#queued.length === 0) return false
    this.#syncing = this.#queued
    this.#queued = []
    return true
  }

  /** The fsync is done. What it covered, in order. */
  end(): readonly PendingWrite[] {
    const done = this.#syncing
    this.#syncing = []
    for (const { write } of done) {
      this.#term = write.term
      this.#votedFor = write.votedFor
      if (write.entries.length === 0) continue
      this.#log.length = write.fromIndex - 1
      for (const entry of write.entries) this.#log.push(entry)
    }
    return done
  }

  /** The process is gone. */
  crash(): void {
    this.#queued = []
    this.#syncing = []
  }
}
