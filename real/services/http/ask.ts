/** Asks another service, on connections that are kept, and never longer than it may take. */
import { Agent, request } from 'node:http'

const agent = new Agent({ keepAlive: true, maxSockets: 4 })

interface Question {
  readonly host: string
  readonly port: number
  readonly path: string
  /** Sent as JSON by POST; absent: GET. */
  readonly body?: object
  readonly token: string | null
  readonly deadlineMs: number
}

interface ServiceAnswer {
  readonly status: number
  readonly json: unknown
}

/** Rejects with an Error whose message says in a few words why there is no answer. */
export function askService({ host, port, path, body, token, deadlineMs }: Question): Promise<ServiceAnswer> {
  const text = body === undefined ? null : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ host, port, path, agent, method: text === null ? 'GET' : 'POST' },
        headers: {
          ...(text === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
      },
      (answer) => {
        let received = ''
        answer.setEncoding('utf8')
        answer.on('data', (part: string) => {
          received += part
        })
        answer.on('error', fail)
        answer.on('end', () => {
          clearTimeout(timer)
          try {
            resolve({ status: answer.statusCode ?? 0, json: JSON.parse(received) })
          } catch {
            reject(new Error('it answered with something that is no JSON'))
          }
        })
      },
    )
    const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs)
    function fail(error: NodeJS.ErrnoException): void {
      clearTimeout(timer)
      reject(error.code === 'ECONNREFUSED' ? new Error('nobody listens there') : error)
    }
    sent.on('error', fail)
    sent.end(text ?? undefined)
  })
}
