/**
 * Bodies as existing clients send them: JSON, or nothing at all under `Content-Type: application/json`, which counts as
 * `{}`. Fields that a call does not know are ignored; a field of the wrong type is refused, never converted.
 */
import type { FastifyInstance } from 'fastify'

export function acceptBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  const parseJson = server.getDefaultJsonParser('error', 'error')
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text.toString().trim() === '') done(null, {})
    else parseJson(request, text as string, done)
  })
  server.addHook('preValidation', async (request) => {
    if (request.body === undefined && request.method === 'POST') request.body = {}
  })
}

/** Ajv would otherwise turn "5" into 5, and take unknown fields out of what it was given. */
export const AJV_OPTIONS = { coerceTypes: false, removeAdditional: false, useDefaults: true, allErrors: false } as const
