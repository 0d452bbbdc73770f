/**
 * A socket of the harness in a room: a socket belongs to the namespace in which it was made, whoever holds it. A program in
 * the room makes it, hands it over and ends. Through such sockets the harness itself says something in one room and hears
 * in another whether it came: the witness of a direction, whatever a fault believes to have done.
 */
import { spawn } from 'node:child_process'
import type { Socket } from 'node:dgram'
import { EnvironmentError } from '../../drivers/environment-error.ts'

const MAKER = `
process.once('disconnect', () => process.exit())
const socket = require('node:dgram').createSocket('udp4')
socket.bind(0, process.argv[1], () => process.send(socket.address().port, socket, () => process.exit()))`
const READY_DEADLINE_MS = 20_000
const NUMBER_BYTES = 8

export class Outpost {
  readonly #socket: Socket
  readonly #address: string
  readonly #port: number
  /** By the number of the datagrams that they wait for. */
  readonly #heard = new Map<number, () => void>()
  static #lastNumber = 0

  private constructor(socket: Socket, address: string, port: number) {
    this.#socket = socket
    this.#address = address
    this.#port = port
    socket.on('message', (datagram) => this.#heard.get(datagram.readDoubleBE())?.())
    // What cannot be sent does not arrive.
    socket.on('error', () => {})
    socket.unref()
  }

  /** `enter`: words that start a program in the room. */
  static async open(enter: readonly string[], address: string): Promise<Outpost> {
    const [program, ...words] = [...enter, process.execPath, '-e', MAKER, address]
    const maker = spawn(program!, words, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    let said = ''
    maker.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    const timer = setTimeout(() => maker.kill('SIGKILL'), READY_DEADLINE_MS)
    try {
      return await new Promise((resolve, reject) => {
        maker.once('message', (port, socket) => resolve(new Outpost(socket as Socket, address, port as number)))
        maker.once('error', reject)
        maker.once('close', () =>
          reject(new EnvironmentError(`no socket in the namespace of ${address}: ${said.trim()}`)),
        )
      })
    } finally {
      clearTimeout(timer)
    }
  }

  /** Sends so many datagrams of so many bytes to `other`; `onArrival` hears of each, until `end` is called. */
  send(other: Outpost, count: number, bytes: number, onArrival: () => void): { end(): void } {
    const number = ++Outpost.#lastNumber
    other.#heard.set(number, onArrival)
    const datagram = Buffer.alloc(Math.max(NUMBER_BYTES, bytes))
    datagram.writeDoubleBE(number)
    for (let sent = 0; sent < count; sent++) this.#socket.send(datagram, other.#port, other.#address, () => {})
    return { end: () => other.#heard.delete(number) }
  }

  close(): void {
    this.#socket.close()
  }
}
