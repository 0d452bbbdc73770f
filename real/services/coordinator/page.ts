/** The dashboard, as it was built: needs no token, because it holds nothing and asks for one where it must. */
import type { FastifyInstance } from 'fastify'
import { PAGE_POLICY, readBuiltPage } from '../../dashboard/built-page.ts'

const NOT_BUILT =
  'The dashboard is not built: `npm run prepare` builds it, where the developers\u2019 dependencies are installed.\n'

export function servePage(app: FastifyInstance): void {
  const files = readBuiltPage()
  const options = { config: { open: true }, schema: { hide: true } }
  if (files === null) {
    app.get('/', options, (_request, reply) => reply.type('text/plain; charset=utf-8').send(NOT_BUILT))
    return
  }
  for (const [path, { type, body }] of files)
    app.get(path, options, (_request, reply) =>
      reply.header('content-security-policy', PAGE_POLICY).type(type).send(body),
    )
}
