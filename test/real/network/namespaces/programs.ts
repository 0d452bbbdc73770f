/** Small programs that live in rooms. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Address, Place } from '../../../../real/network/network.ts'

/** Does this with each connection. */
export async function serverIn(
  { prefix, bind }: Place,
  does: string,
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const script = `
    const server = require('node:net').createServer((socket) => { socket.on('error', () => {}); ${does} })
    server.listen(0, '${bind}', () => process.send(server.address().port))`
  const child = started(prefix, script)
  return { child, port: await told<number>(child) }
}

/** A connection that sends a word and waits for it to come back. */
export async function lineIn(
  { prefix }: Place,
  { host, port }: Address,
): Promise<{ readonly child: ChildProcess; roundTrip(): Promise<number> }> {
  const script = `
    const socket = require('node:net').connect({ host: '${host}', port: ${port}, noDelay: true }, () => process.send(0))
    process.on('message', () => {
      const start = performance.now()
      socket.once('data', () => process.send(performance.now() - start))
      socket.write('word')
    })`
  const child = started(prefix, script)
  await told(child)
  return {
    child,
    roundTrip: () => {
      child.send('go')
      return told<number>(child)
    },
  }
}

export async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'close')
  child.kill('SIGKILL')
  await exit
}

function started(prefix: readonly string[], script: string): ChildProcess {
  const [program, ...words] = [...prefix, process.execPath, '-e', script]
  return spawn(program!, words, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
}

function told<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve) => child.once('message', (message) => resolve(message as T)))
}
