/** One HTTP call of a test, with whatever headers it likes: fetch would not let it say another Host. */
import { request } from 'node:http'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** The body as JSON; undefined where it is none. */
  readonly json: Readonly<Record<string, unknown>>
}

interface Call {
  readonly method?: 'GET' | 'POST' | 'OPTIONS' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as it is; an object as JSON. */
  readonly body?: string | object
}

export function call(port: number, path: string, { method, headers = {}, body }: Call = {}): Promise<Answer> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ host: '127.0.0.1', port, path, method: method ?? (body === undefined ? 'GET' : 'POST'), agent: false },
        headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        timeout: 10_000,
      },
      (answer) => {
        let received = ''
        answer.setEncoding('utf8')
        answer.on('data', (part: string) => {
          received += part
        })
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: received,
            json: parsed(received) as Answer['json'],
          }),
        )
      },
    )
    sent.on('timeout', () => sent.destroy(new Error(`no answer to ${path} within 10 s`)))
    sent.on('error', reject)
    sent.end(text)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
