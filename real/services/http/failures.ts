/**
 * What an unsuccessful call gets: one body for all of them, with every field that any existing client reads, all of it
 * text and none of it a stack trace. A bug is a 500 whose cause is in the log under the request's id.
 */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

interface FailureBody {
  readonly success: false
  readonly detail: string
  readonly message: string
  readonly error: string
}

/** Thrown by a handler: the answer is `status` with this body. `more`: fields of the call's own. */
export class CallFailure extends Error {
  readonly statusCode: number
  readonly more: Readonly<Record<string, unknown>>

  constructor(statusCode: number, detail: string, more: Readonly<Record<string, unknown>> = {}) {
    super(detail)
    this.name = 'CallFailure'
    this.statusCode = statusCode
    this.more = more
  }
}

function failureBody(status: number, detail: string): FailureBody {
  return { success: false, detail, message: detail, error: STATUS_CODES[status] ?? 'Error' }
}

export function answerFailures(server: FastifyInstance): void {
  server.setErrorHandler((error: FastifyError, request, reply) => sendFailure(error, request, reply))
  server.setNotFoundHandler((request, reply) => {
    reply.code(404).send(failureBody(404, `there is no ${request.method} ${request.url.split('?')[0]}`))
  })
}

/** Also for what fails before there is a route: an address that cannot be decoded. */
export function sendFailure(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { status, detail } = judged(error)
  if (status === 500) request.log.error({ err: error }, 'a request failed by a bug')
  const ofCall = request.routeOptions?.config?.failure?.(status) ?? {}
  const more = error instanceof CallFailure ? (error as CallFailure).more : ofCall
  reply.code(status).send({ ...failureBody(status, detail), ...more })
}

function judged(error: FastifyError): { readonly status: number; readonly detail: string } {
  if (error.validation !== undefined) return { status: 422, detail: error.message }
  const status = error.statusCode ?? 500
  // Whatever else went wrong is ours, and its message may hold anything.
  if (status < 400 || status > 599 || status === 500) return { status: 500, detail: 'internal error' }
  return { status, detail: error.message }
}

/** Not even HTTP, too slow, or too long. The socket is all there is. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
  const text = JSON.stringify(failureBody(status, STATUS_CODES[status]!))
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`,
  )
}
