/** Sends what `requests.ts` draws to a service, and judges every answer. */
import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import fc from 'fast-check'
import { type FuzzedCall, type FuzzedRequest, fuzzedRequests } from './requests.ts'

const AT_ONCE = 16
const CHUNK = 2_000
const ANSWER_MS = 20_000

interface Fuzz {
  readonly port: number
  readonly calls: readonly FuzzedCall[]
  readonly count: number
  readonly seed: number
}

/** By status. Rejects at the first answer that is not proper, with the request and the seed. */
export async function fuzzService({ port, calls, count, seed }: Fuzz): Promise<ReadonlyMap<number, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const statuses = new Map<number, number>()
  const drawn = fuzzedRequests(calls)
  try {
    for (let done = 0; done < count; done += CHUNK) {
      const chunk = fc.sample(drawn, { seed: seed + done, numRuns: Math.min(CHUNK, count - done) })
      let next = 0
      const work = async () => {
        for (let fuzzed = chunk[next++]; fuzzed !== undefined; fuzzed = chunk[next++]) {
          const { status, text } = await send(agent, port, fuzzed)
          judge(status, text, `seed ${seed + done}: ${JSON.stringify(fuzzed).slice(0, 1_000)}`)
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work))
    }
    return statuses
  } finally {
    agent.destroy()
  }
}

/** No crash, no stack trace, no 5xx but 503 with a reason, and a failure never says that it was none. */
function judge(status: number, text: string, what: string): void {
  const context = `${what}\nanswered ${status}: ${text.slice(0, 1_000)}`
  assert.ok(status < 500 || status === 503, context)
  assert.doesNotMatch(text, /node_modules|\.[jt]s:\d+:\d+|\n\s+at /, context)
  if (status < 400) return
  const body = JSON.parse(text) as Record<string, unknown>
  assert.equal(body.success, false, context)
  for (const field of ['detail', 'message', 'error']) assert.equal(typeof body[field], 'string', context)
  assert.notEqual(body.detail, '', context)
}

function send(
  agent: Agent,
  port: number,
  fuzzed: FuzzedRequest,
): Promise<{ readonly status: number; readonly text: string }> {
  const { method, path, headers, body } = fuzzed
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, agent, method, path, headers, timeout: ANSWER_MS }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.on('error', (error) => reject(new Error(`${error.message}: ${JSON.stringify(fuzzed).slice(0, 1_000)}`)))
    sent.end(body ?? undefined)
  })
}
