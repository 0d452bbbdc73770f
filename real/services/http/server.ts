/**
 * The edges that all services share: fastify, and around it everything that a client may get wrong, an attacker may
 * try, and an operator wants to see. What a service is for is in its own file; it declares routes on what this gives.
 */
import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import cors from '@fastify/cors'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { type FastifyInstance, fastify, LogController, type RouteOptions } from 'fastify'
import type { Registry } from 'prom-client'
import { EnvironmentError } from '../../drivers/environment-error.ts'
import type { ServiceName, SystemConfig } from '../config.ts'
import { guard, isOwnOrigin } from './access.ts'
import { AJV_OPTIONS, acceptBodies } from './body.ts'
import { answerBrokenRequest, answerFailures, CallFailure, sendFailure } from './failures.ts'
import type { LogStream } from './log.ts'
import { measureRequests } from './metrics.ts'

const BODY_LIMIT_BYTES = 1024 * 1024
/** From the first byte of a request to its last. */
const REQUEST_TIMEOUT_MS = 30_000
const HEADERS_TIMEOUT_MS = 10_000
/** Without a byte in either direction. */
const CONNECTION_TIMEOUT_MS = 60_000
const KEEP_ALIVE_TIMEOUT_MS = 65_000
/** What is under way when a service is told to end gets so long. */
const CLOSE_GRACE_MS = 3_000
/** Browsers ask again after this; Chromium never waits longer. */
const PREFLIGHT_AGE_SECONDS = 7_200
const ADMIN_CALLS_PER_MINUTE = 600

export interface ServiceFace {
  readonly name: ServiceName
  readonly config: SystemConfig
  readonly log: LogStream
  readonly title: string
  readonly description: string
  /** Pages of other origins may call it. */
  readonly cors: boolean
}

interface Service {
  readonly app: FastifyInstance
  readonly registry: Registry
}

/** Add routes to `app`, then `listen`. */
export async function createService(face: ServiceFace): Promise<Service> {
  const { config, name } = face
  const app: FastifyInstance = fastify({
    logger: { level: 'info', base: { service: name }, stream: face.log },
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    forceCloseConnections: 'idle',
    genReqId: ({ headers }) => requestId(headers['x-request-id']),
    ajv: { customOptions: AJV_OPTIONS },
    frameworkErrors: sendFailure,
    clientErrorHandler: answerBrokenRequest,
  }) as unknown as FastifyInstance
  answerFailures(app)
  acceptBodies(app)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
    if (request.routeOptions.config.isLong === true) request.raw.socket.setTimeout(0)
  })
  guard(app, config)
  if (face.cors)
    await app.register(cors, {
      origin: (origin, done) => done(null, origin !== undefined && isOwnOrigin(origin, config)),
      methods: ['GET', 'POST'],
      exposedHeaders: ['x-request-id'],
      maxAge: PREFLIGHT_AGE_SECONDS,
      strictPreflight: false,
    })
  // Before the plug-in's own look at each route.
  app.addHook('onRoute', limitAdmin)
  await app.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, { after }) => new CallFailure(429, `too many calls; again in ${after}`),
  })
  app.addHook('onResponse', async (request, reply) => {
    if (reply.statusCode >= 500 || (request.method === 'POST' && request.url.startsWith('/admin/')))
      request.log.info(
        { method: request.method, route: request.routeOptions.url, status: reply.statusCode, ms: reply.elapsedTime },
        'answered',
      )
  })
  await describe(app, face)
  return { app, registry: measureRequests(app, name) }
}

/** Where it listens. A busy port is an EnvironmentError that names service and port. */
export async function listen(app: FastifyInstance, { name, config }: ServiceFace): Promise<number> {
  const { port } = config.services[name]
  try {
    await app.listen({ host: config.bind, port })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw error
    const what = code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${message})`
    throw new EnvironmentError(`Port ${port} on ${config.bind}, meant for ${name}, ${what}.`, {
      subject: name,
      cause: error,
      advice: `End that program, or give ${name} another port.`,
    })
  }
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

/** New requests are refused, those under way are answered; what is not done in time is cut off. */
export async function close(app: FastifyInstance): Promise<void> {
  const timer = setTimeout(() => (app.server as Server).closeAllConnections(), CLOSE_GRACE_MS)
  try {
    await app.close()
  } finally {
    clearTimeout(timer)
  }
}

function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID()
}

/** Polling and queries never are; what moves sources about is. */
function limitAdmin(route: RouteOptions): void {
  const methods = [route.method].flat()
  if (!methods.includes('POST') || !route.url.startsWith('/admin/')) return
  route.config = { ...route.config, rateLimit: { max: ADMIN_CALLS_PER_MINUTE, timeWindow: '1 minute' } }
}

async function describe(app: FastifyInstance, { title, description, config }: ServiceFace): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: { title, description, version: '1' },
      ...(config.token === null
        ? {}
        : {
            components: { securitySchemes: { token: { type: 'http' as const, scheme: 'bearer' } } },
            security: [{ token: [] }],
          }),
    },
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  // Everything comes from here: no font, badge or validator of elsewhere.
  const csp = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: csp,
    uiConfig: { validatorUrl: null, tryItOutEnabled: true },
  })
}
