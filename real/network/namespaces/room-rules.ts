/**
 * What a room's kernel does to packets: those of an address are dropped or their connections refused where they arrive, and
 * what is sent to an address is held to a rate where it leaves. Each change writes the whole of it, so that what is there is
 * always what was asked for last, and a room that was made anew (a container started again) gets it all by one call.
 */
import { CommandRefused, command } from './commands.ts'
import type { Room } from './room.ts'
import { SharedCall } from './shared-call.ts'

/** `drop`: silence. `reject`: a reset to whoever has or wants a connection. */
export type Barrier = 'drop' | 'reject'

const BARRED: Readonly<Record<Barrier, readonly string[]>> = {
  drop: ['-j DROP'],
  // Its own resets pass, so that both ends learn of it. Nobody can reset a datagram.
  reject: ['-p tcp ! --tcp-flags RST RST -j REJECT --reject-with tcp-reset', '-p udp -j DROP'],
}

/** A chain of ours, in the room's own table. */
const BARRIERS = 'QUORUMLAB-BARRIERS'

/** Another process, and every address that its packets come from and go to. */
export interface Peer {
  readonly name: string
  readonly addresses: readonly string[]
}

export class RoomRules {
  readonly room: Room
  readonly #barriers = new Map<string, readonly [sender: Peer, barrier: Barrier]>()
  /** Bytes a second. */
  readonly #rates = new Map<string, readonly [receiver: Peer, bytesPerSec: number]>()
  readonly #barrierWrites = new SharedCall(() => this.#writeBarriers())
  readonly #rateWrites = new SharedCall(() => this.#writeRates())

  constructor(room: Room) {
    this.room = room
  }

  /** Once for each life of the room. */
  async furnish(): Promise<void> {
    await this.#filter([`:${BARRIERS} - [0:0]`, `-A INPUT -j ${BARRIERS}`])
    if (this.#barriers.size > 0) await this.#barrierWrites.ask()
    if (this.#rates.size > 0) await this.#rateWrites.ask()
  }

  /** Null: what `sender` sends arrives. */
  bar(sender: Peer, barrier: Barrier | null): Promise<void> {
    if ((this.#barriers.get(sender.name)?.[1] ?? null) === barrier) return this.#barrierWrites.over()
    if (barrier === null) this.#barriers.delete(sender.name)
    else this.#barriers.set(sender.name, [sender, barrier])
    return this.#barrierWrites.ask()
  }

  /** Null: as fast as it goes. */
  limit(receiver: Peer, bytesPerSec: number | null): Promise<void> {
    if ((this.#rates.get(receiver.name)?.[1] ?? null) === bytesPerSec) return this.#rateWrites.over()
    if (bytesPerSec === null) this.#rates.delete(receiver.name)
    else this.#rates.set(receiver.name, [receiver, bytesPerSec])
    return this.#rateWrites.ask()
  }

  async #writeBarriers(): Promise<void> {
    await this.#filter([
      `:${BARRIERS} - [0:0]`,
      ...[...this.#barriers.values()].flatMap(([{ addresses }, barrier]) =>
        addresses.flatMap((address) => BARRED[barrier].map((rule) => `-A ${BARRIERS} -s ${address} ${rule}`)),
      ),
    ])
  }

  /** One transaction of the kernel's: no packet sees half of it. */
  async #filter(lines: readonly string[]): Promise<void> {
    await this.#inRoom(['iptables-restore', '--noflush', '--wait'], ['*filter', ...lines, 'COMMIT'])
  }

  /** What no rate is for leaves as it always did. */
  async #writeRates(): Promise<void> {
    const on = `dev ${this.room.device}`
    await this.#inRoom(['tc', 'qdisc', 'del', ...on.split(' '), 'root']).catch((error: unknown) => {
      // There was none.
      if (!(error instanceof CommandRefused)) throw error
    })
    if (this.#rates.size === 0) return
    const lines = [...this.#rates.values()].flatMap(([{ addresses }, bytesPerSec], i) => [
      `class add ${on} parent 1: classid 1:${i + 1} htb rate ${bytesPerSec}bps`,
      ...addresses.map((to) => `filter add ${on} parent 1: protocol ip u32 match ip dst ${to}/32 flowid 1:${i + 1}`),
    ])
    await this.#inRoom(['tc', '-batch', '-'], [`qdisc add ${on} root handle 1: htb`, ...lines])
  }

  /** Where there is no room at the moment, it is furnished when there is one again. */
  async #inRoom(words: readonly string[], lines: readonly string[] = []): Promise<string> {
    const { enter } = this.room
    return enter === null ? '' : await command([...enter, ...words], lines.map((line) => `${line}\n`).join(''))
  }
}
