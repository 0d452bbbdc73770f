/**
 * What the running system costs a statement: through `POST /query` and through the MySQL-protocol front, against bare
 * mysql2 on the same server. All are asked from this process in short turns; what counts is the ratio. The processor
 * time of coordinator and source explains it: asking process, relay and four servers share the machine's cores.
 */
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { type Connection, createConnection } from 'mysql2'
import { PortHolder } from '../../real/drivers/local/ports.ts'
import { RunningSystem } from '../real/services/coordinator/running-system.ts'

const WRITERS = 64
const READERS = 16
const ROUNDS = 12
const WARM_ROUNDS = 4
const ROUND_MS = 400
const ONE_BY_ONE = 300
const TICK_US = 10_000
const ROWS = 1_000

/** One statement on one connection; settles with its answer. */
type Ask = () => Promise<void>

interface Contestant {
  readonly name: string
  readonly asks: readonly Ask[]
}

export async function servedStatements(): Promise<void> {
  const ports = new PortHolder()
  const front = await ports.takeFree()
  await ports.releaseAll()
  const system = await RunningSystem.start({ mysqlPort: front })
  const bench = new Bench(system, front)
  try {
    await system.until(async () => (await system.get('/status')).total_replicas === 3)
    await bench.prepare()
    await bench.run()
  } finally {
    bench.close()
    await system.stop()
  }
}

class Bench {
  readonly #system: RunningSystem
  readonly #front: number
  readonly #open: (Connection | Socket)[] = []
  #emails = 0

  constructor(system: RunningSystem, front: number) {
    this.#system = system
    this.#front = front
  }

  close(): void {
    for (const connection of this.#open) connection.destroy()
  }

  async prepare(): Promise<void> {
    const fill = this.#sql(this.#source)
    for (let i = 0; i < ROWS; i += 100) {
      const rows = Array.from({ length: 100 }, () => `('row', '${this.#email()}')`)
      await fill(`INSERT INTO users (name, email) VALUES ${rows.join(', ')}`)
    }
  }

  async run(): Promise<void> {
    const { driver } = this.#system
    console.log(
      `\nStatements served, four servers, data in ${driver.storage.kind}; medians of ${ROUNDS} rounds in turns`,
    )
    const writers = [
      this.#mysql('mysql2 on the source', WRITERS, this.#source, () => this.#insert()),
      this.#query('POST /query, EVENTUAL', WRITERS, 'EVENTUAL', () => this.#insert()),
      this.#mysql('the front, EVENTUAL', WRITERS, this.#front, () => this.#insert(), 'EVENTUAL'),
    ]
    const saturated = await this.#saturate(`inserts, ${WRITERS} connections`, writers)
    await this.#atRate(saturated / 2, writers)
    const { port: replica } = driver.nodes[1]!
    const select = () => `SELECT name FROM users WHERE id = ${1 + (this.#emails++ % ROWS)}`
    await this.#saturate(`point selects, ${READERS} connections`, [
      this.#mysql('mysql2 on a replica', READERS, replica, select),
      this.#mysql('the front, EVENTUAL', READERS, this.#front, select, 'EVENTUAL'),
      this.#query('POST /query, EVENTUAL', READERS, 'EVENTUAL', select),
    ])
    await this.#oneByOne([
      this.#query('insert, EVENTUAL', 1, 'EVENTUAL', () => this.#insert()),
      this.#query('insert, STRONG', 1, 'STRONG', () => this.#insert()),
      this.#query('select, EVENTUAL', 1, 'EVENTUAL', select),
      this.#query('select, STRONG', 1, 'STRONG', select),
    ])
  }

  get #source(): number {
    return this.#system.driver.nodes[0]!.port
  }

  #email(): string {
    return `row-${this.#emails++}@bench`
  }

  #insert(): string {
    return `INSERT INTO users (name, email) VALUES ('row', '${this.#email()}')`
  }

  #sql(port: number): (sql: string) => Promise<void> {
    const { user, password } = this.#system.driver.accounts.client
    const connection = createConnection({ host: '127.0.0.1', port, user, password, database: 'testdb' })
    this.#open.push(connection)
    return (sql) =>
      new Promise((resolve, reject) => {
        connection.query(sql, (error) => (error === null ? resolve() : reject(error)))
      })
  }

  #mysql(name: string, connections: number, port: number, statement: () => string, level = ''): Contestant {
    const asks = Array.from({ length: connections }, () => {
      const ask = this.#sql(port)
      const ready = level === '' ? Promise.resolve() : ask(`SET @quorumlab_consistency = '${level}'`)
      return async () => {
        await ready
        await ask(statement())
      }
    })
    return { name, asks }
  }

  #query(name: string, connections: number, consistency: string, statement: () => string): Contestant {
    const asks = Array.from({ length: connections }, () => {
      const client = new QueryClient(this.#system.port)
      this.#open.push(client.socket)
      return () => client.post(JSON.stringify({ query: statement(), consistency }))
    })
    return { name, asks }
  }

  /** Everybody asks as fast as it is answered. Returns the first one's rate. */
  async #saturate(title: string, contestants: readonly Contestant[]): Promise<number> {
    const rates = contestants.map(() => [] as number[])
    const costs = contestants.map(() => ({ statements: 0, coordinatorUs: 0, sourceUs: 0 }))
    for (let round = -WARM_ROUNDS; round < ROUNDS; round++)
      for (const [i, { asks }] of contestants.entries()) {
        const before = this.#processorUs()
        const beganMs = performance.now()
        let statements = 0
        const untilMs = beganMs + ROUND_MS
        await Promise.all(
          asks.map(async (ask) => {
            while (performance.now() < untilMs) {
              await ask()
              statements++
            }
          }),
        )
        if (round < 0) continue
        rates[i]!.push((statements / (performance.now() - beganMs)) * 1000)
        const after = this.#processorUs()
        const cost = costs[i]!
        cost.statements += statements
        cost.coordinatorUs += after.coordinator - before.coordinator
        cost.sourceUs += after.source - before.source
      }
    console.log(`  ${title}`)
    const first = median(rates[0]!)
    for (const [i, { name }] of contestants.entries()) {
      const { statements, coordinatorUs, sourceUs } = costs[i]!
      const share = median(rates[i]!.map((rate, round) => rate / rates[0]![round]!))
      const each = (us: number) => `${(us / statements).toFixed(0).padStart(5)} us`
      console.log(
        `    ${name.padEnd(26)} ${median(rates[i]!).toFixed(0).padStart(6)}/s  ${(share * 100).toFixed(0).padStart(4)} % of the first   a statement: coordinator ${each(coordinatorUs)}, source ${each(sourceUs)}`,
      )
    }
    return first
  }

  /** Open loop: statements are due at a rate, whoever is slow. Latency from when it was due. */
  async #atRate(perSec: number, contestants: readonly Contestant[]): Promise<void> {
    const latencies = contestants.map(() => [] as number[])
    for (let round = 0; round < ROUNDS; round++)
      for (const [i, { asks }] of contestants.entries()) {
        const beganMs = performance.now()
        let next = 0
        const count = Math.floor((perSec * ROUND_MS) / 1000)
        await Promise.all(
          asks.map(async (ask) => {
            for (let n = next++; n < count; n = next++) {
              const dueMs = beganMs + (n / perSec) * 1000
              const early = dueMs - performance.now()
              if (early > 0.5) await new Promise((resolve) => setTimeout(resolve, early))
              await ask()
              latencies[i]!.push(performance.now() - dueMs)
            }
          }),
        )
      }
    console.log(`  inserts at half of that, ${perSec.toFixed(0)}/s, from when they were due`)
    const first = median(latencies[0]!)
    for (const [i, { name }] of contestants.entries()) {
      const p50 = median(latencies[i]!)
      console.log(`    ${name.padEnd(26)} p50 ${p50.toFixed(2)} ms, ${(p50 / first).toFixed(2)} times the first`)
    }
  }

  /** One connection each, in turns. */
  async #oneByOne(contestants: readonly Contestant[]): Promise<void> {
    const latencies = contestants.map(() => [] as number[])
    for (let n = 0; n < ONE_BY_ONE; n++)
      for (const [i, { asks }] of contestants.entries()) {
        const beganMs = performance.now()
        await asks[0]!()
        latencies[i]!.push(performance.now() - beganMs)
      }
    console.log('  one connection, POST /query; acknowledged when applied on the quorum')
    const medians = latencies.map(median)
    for (const [i, { name }] of contestants.entries())
      console.log(
        `    ${name.padEnd(26)} p50 ${medians[i]!.toFixed(2)} ms${i % 2 === 0 ? '' : `, ${(medians[i]! / medians[i - 1]!).toFixed(2)} times EVENTUAL`}`,
      )
  }

  #processorUs(): { readonly coordinator: number; readonly source: number } {
    const coordinator = this.#system.children.get('coordinator')!.pid
    return { coordinator: processorUs(coordinator), source: this.#system.driver.usage('node1').busyUs ?? 0 }
  }
}

/** HTTP/1.1 on one connection that stays, with as little of our own processor time as possible. */
class QueryClient {
  readonly socket: Socket
  #arrived = ''
  #done: ((error?: Error) => void) | null = null

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.socket.setEncoding('latin1')
    this.socket.on('error', () => {})
    this.socket.on('data', (text: string) => this.#take(text))
  }

  post(body: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#done = (error) => (error === undefined ? resolve() : reject(error))
      this.socket.write(
        `POST /query HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      )
    })
  }

  #take(text: string): void {
    this.#arrived += text
    const head = this.#arrived.indexOf('\r\n\r\n')
    if (head < 0) return
    const length = Number(/content-length: (\d+)/i.exec(this.#arrived)?.[1])
    if (this.#arrived.length < head + 4 + length) return
    const answer = this.#arrived
    this.#arrived = ''
    this.#done?.(answer.startsWith('HTTP/1.1 200') ? undefined : new Error(answer))
  }
}

function processorUs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_US
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
