/**
 * Does a MySQL server answer at this address? Connects and reads the greeting that the server sends first; no account
 * is needed, and nothing in the server's state is touched.
 */
import { connect } from 'node:net'

const ERROR_PACKET = 0xff

export type Greeting =
  /** `isRefusal`: it is alive, and lets nobody in (more). */
  | { readonly kind: 'greeting'; readonly text: string; readonly tookMs: number; readonly isRefusal: boolean }
  /** Connected, but silent: the process is paused, or still starting. */
  | { readonly kind: 'silent'; readonly afterMs: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'broken'; readonly reason: string }

export function greet(host: string, port: number, timeoutMs: number): Promise<Greeting> {
  const start = performance.now()
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const timer = setTimeout(() => settle({ kind: 'silent', afterMs: timeoutMs }), timeoutMs)
    const settle = (greeting: Greeting) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(greeting)
    }
    let received = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length > 5)
        settle({
          ...{ kind: 'greeting', text: textOf(received), tookMs: performance.now() - start },
          isRefusal: received[4] === ERROR_PACKET,
        })
    })
    socket.on('error', (error: NodeJS.ErrnoException) =>
      settle(
        error.code === 'ECONNREFUSED' ? { kind: 'refused' } : { kind: 'broken', reason: error.code ?? error.message },
      ),
    )
    socket.on('close', () => settle({ kind: 'broken', reason: 'closed before its greeting' }))
  })
}

/** Packet: length (3), sequence (1), then 0x0a and the version, or 0xff, a code (2) and a message. */
function textOf(packet: Buffer): string {
  if (packet[4] === ERROR_PACKET) return `refuses: ${packet.subarray(7).toString('latin1')}`
  return `MySQL ${packet.subarray(5, packet.indexOf(0, 5)).toString('latin1')}`
}

export function describeGreeting(greeting: Greeting): string {
  switch (greeting.kind) {
    case 'greeting':
      return `${greeting.text} greets in ${greeting.tookMs.toFixed(1)} ms`
    case 'silent':
      return `no greeting within ${greeting.afterMs} ms`
    case 'refused':
      return 'connection refused'
    case 'broken':
      return `connection broken (${greeting.reason})`
  }
}
