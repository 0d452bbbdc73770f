/**
 * What a room's kernel does to packets: those of an address are dropped or their connections refused where they arrive, and
 * what is sent to an address is held to a rate where it leaves. Each change writes the whole of it, so that what is there is
 * always what was asked for last, and a room that was made anew (a container started again) gets it all by one call.
 *
 * Behind the rules, every packet to the witness's port is counted by its sender's address and swallowed: a datagram that was
 * sent from another room has come through if it was counted. `arrival.ts` asks that.
 */
import { CommandRefused, command } from './commands.ts'
import type { Room } from './room.ts'
import { SharedCall } from './shared-call.ts'

/** `drop`: silence. `reject`: a reset to whoever has or wants a connection. */
export type Barrier = 'drop' | 'reject'

const BARRED: Readonly<Record<Barrier, string>> = {
  drop: '-j DROP',
  // Its own resets pass, so that both ends learn of it.
  reject: '-p tcp ! --tcp-flags RST RST -j REJECT --reject-with tcp-reset',
}

/** Chains of ours, in the room's own tables. */
const BARRIERS = 'QUORUMLAB-BARRIERS'
const COUNTED = 'QUORUMLAB-COUNTED'
/** The port "discard", where nobody of a run listens. */
const WITNESS_PORT = 9
/** As far as one connection may run ahead of the rate. */
const BURST_BYTES = 16_384

interface Counts {
  /** Packets that a barrier has dropped since it was written. */
  readonly dropped: number
  /** Of the witness, come through since the room was furnished. */
  readonly arrived: number
}

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
  readonly #counting = new SharedCall(() => this.#readCounts())
  readonly #datagrams = new SharedCall(() => this.#sendDatagrams())
  readonly #receivers = new Set<string>()

  constructor(room: Room) {
    this.room = room
  }

  /** Once for each life of the room. `senders`: every address that the witness may send from. */
  async furnish(senders: readonly string[]): Promise<void> {
    await this.#inRoom(
      ['iptables-restore', '--noflush', '--wait'],
      [
        '*filter',
        `:${BARRIERS} - [0:0]`,
        `:${COUNTED} - [0:0]`,
        `-A INPUT -j ${BARRIERS}`,
        `-A INPUT -p udp --dport ${WITNESS_PORT} -j ${COUNTED}`,
        ...senders.map((sender) => `-A ${COUNTED} -s ${sender} -j DROP`),
        'COMMIT',
      ],
    )
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

  /** Of `sender`, so far. */
  async counts(sender: string): Promise<Counts> {
    return (await this.#counting.ask()).get(sender) ?? { dropped: 0, arrived: 0 }
  }

  /** The witness's datagram leaves this room. */
  send(receiver: string): Promise<void> {
    this.#receivers.add(receiver)
    return this.#datagrams.ask()
  }

  async #sendDatagrams(): Promise<void> {
    const receivers = [...this.#receivers]
    this.#receivers.clear()
    await this.#inRoom([
      'bash',
      '-c',
      'for to; do echo >"/dev/udp/$to"; done',
      'witness',
      ...receivers.map((receiver) => `${receiver}/${WITNESS_PORT}`),
    ])
  }

  async #readCounts(): Promise<ReadonlyMap<string, Counts>> {
    const text = await this.#inRoom(['iptables-save', '--counters', '--table', 'filter'])
    const counts = new Map<string, Counts>()
    for (const [, packets, chain, sender] of text.matchAll(/^\[(\d+):\d+\] -A (\S+) -s ([\d.]+)\/32 /gm)) {
      const { dropped, arrived } = counts.get(sender!) ?? { dropped: 0, arrived: 0 }
      const more = Number(packets)
      if (chain === BARRIERS) counts.set(sender!, { dropped: dropped + more, arrived })
      else if (chain === COUNTED) counts.set(sender!, { dropped, arrived: arrived + more })
    }
    return counts
  }

  /** One transaction of the kernel's: no packet sees half of it. */
  async #writeBarriers(): Promise<void> {
    await this.#inRoom(
      ['iptables-restore', '--noflush', '--wait'],
      [
        '*filter',
        `:${BARRIERS} - [0:0]`,
        ...[...this.#barriers.values()].flatMap(([{ addresses }, barrier]) =>
          addresses.map((address) => `-A ${BARRIERS} -s ${address} ${BARRED[barrier]}`),
        ),
        'COMMIT',
      ],
    )
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
      `class add ${on} parent 1: classid 1:${i + 1} htb rate ${bytesPerSec}bps burst ${BURST_BYTES}`,
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
