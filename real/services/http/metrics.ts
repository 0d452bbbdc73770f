/** Prometheus: each service counts its own requests and its own process, in a registry of its own. */
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'

const BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Also serves it, at `/metrics/prometheus`. */
export function measureRequests(server: FastifyInstance, service: string): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'quorumlab_http_request_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  })
  server.addHook('onResponse', async (request, reply) => {
    // By route and never by address: a scanner must not make a series of each address that it tries.
    const route = request.routeOptions.url ?? 'none'
    requests.labels(request.method, route, String(reply.statusCode)).observe(reply.elapsedTime / 1_000)
  })
  server.get(
    '/metrics/prometheus',
    { schema: { summary: 'Metrics in the text format of Prometheus', produces: ['text/plain'] } },
    async (_request, reply) => {
      reply.type(registry.contentType)
      return registry.metrics()
    },
  )
  return registry
}
