/**
 * Who may call. By default everything listens on loopback, and the danger is a web page that the user has open: it can
 * reach loopback through the browser. Three checks, none of which needs the other two:
 *
 * - The Host header names loopback, one of the services, or what was configured as published. A page whose own name was
 *   made to point at 127.0.0.1 (DNS rebinding) sends that name.
 * - A request with an Origin of elsewhere is refused, not only left without CORS headers: a form needs no permission to
 *   send, only to read.
 * - Where there is a token, everything but what is `open` needs it, compared in constant time.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isLoopback, type SystemConfig } from '../config.ts'
import { CallFailure } from './failures.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What every failure of this call says besides, also of a body that cannot be read; by its status. */
    failure?: (status: number) => object
    /** Needs no token: says and does nothing that anybody would mind. */
    open?: boolean
    /** Answers when it has something to say: no idle connection is cut under it. */
    isLong?: boolean
  }
}

const COOKIE = 'quorumlab_token'

export function guard(server: FastifyInstance, config: SystemConfig): void {
  const own = new Set([...config.published, config.bind, ...Object.values(config.services).map(({ host }) => host)])
  const digest = config.token === null ? null : digestOf(config.token)
  server.addHook('onRequest', async (request) => {
    const host = hostOf(request.headers.host)
    if (host === null || !(isLoopback(host) || own.has(host)))
      throw new CallFailure(403, `the host ${JSON.stringify(host ?? '')} is none of this service's`)
    const { origin } = request.headers
    if (origin !== undefined && !isOwnOrigin(origin, config))
      throw new CallFailure(403, `the origin ${JSON.stringify(origin)} may not call this service`)
    if (digest === null || request.routeOptions.config.open === true || request.method === 'OPTIONS') return
    const given = tokenOf(request)
    if (given === null || !timingSafeEqual(digestOf(given), digest))
      throw new CallFailure(401, 'this call needs the token: Authorization: Bearer ...')
  })
}

/** Loopback, whatever the port: the dashboard in development is served by another program. With a token only what is published. */
export function isOwnOrigin(origin: string, { token, published }: SystemConfig): boolean {
  let url: URL
  try {
    url = new URL(origin)
  } catch {
    // `null`: a page without a place of its own.
    return false
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false
  return published.includes(url.hostname) || (token === null && isLoopback(url.hostname))
}

/** Without its port; null: there is none, or it is no host. */
function hostOf(header: string | undefined): string | null {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header ?? '')?.[1]?.toLowerCase() ?? null
}

/** EventSource can send no header of its own, a page's cookie it does send. */
function tokenOf({ headers }: FastifyRequest): string | null {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return bearer
  const cookie = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]*)`).exec(headers.cookie ?? '')?.[1]
  return cookie ?? null
}

/** Of one length, whatever was sent. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
