/** Breaking on purpose, and mending. */
import type { FastifyInstance } from 'fastify'
import type { Faults } from './faults.ts'
import { FAULT_VERBS } from './faults.ts'

const LONGEST_SECONDS = 600

export function serveFaults(app: FastifyInstance, faults: Faults): void {
  app.post<{ Body: { readonly verb: string; readonly target: string; readonly for_seconds?: number } }>(
    '/admin/fault',
    {
      schema: {
        summary: 'Break a server (crash, stop, pause) or kill a service',
        body: {
          type: 'object',
          required: ['verb', 'target'],
          properties: {
            verb: { type: 'string', description: FAULT_VERBS.join(', ') },
            target: { type: 'string', description: '`instance-2`, `source`, or a service for `kill`' },
            for_seconds: { type: 'number', minimum: 0.1, maximum: LONGEST_SECONDS },
          },
        },
      },
    },
    async ({ body: { verb, target, for_seconds } }) => {
      const fault = await faults.inject({ verb, target, forSeconds: for_seconds ?? null })
      return { success: true, message: `${fault.verb} ${fault.target}: ${fault.witness.during}`, ...fault }
    },
  )
  app.post<{ Body: { readonly id?: string } }>(
    '/admin/heal',
    {
      schema: {
        summary: 'Mend one fault by its id, or all',
        body: { type: 'object', properties: { id: { type: 'string' } } },
      },
    },
    async ({ body: { id } }) => {
      const healed = id === undefined ? await faults.healAll() : [await faults.heal(id)]
      const message = healed.map(({ verb, target, witness }) => `${verb} ${target}: ${witness.after}`).join('; ')
      return { success: true, message: message === '' ? 'nothing was broken' : message, healed }
    },
  )
}
