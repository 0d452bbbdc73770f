/** A client's SQL, as a coordinator asks a MySQL server for it. */
import type { SqlClass, SqlValue } from '../../../algorithms/statements.ts'

interface Asked {
  readonly parameters?: readonly SqlValue[]
  readonly class?: SqlClass
  readonly counter?: number
  readonly operationId?: string | null
}

export function changeBy(text: string, asked: Asked = {}) {
  const { parameters = [], counter = 7, operationId = null } = asked
  const statement = { kind: 'sql', text, parameters, class: asked.class ?? 'write' } as const
  return { kind: 'execute', statement, timestamp: { counter, server: 1 }, operationId } as const
}

export function queryBy(text: string, parameters: readonly SqlValue[] = [], wantExecuted = false) {
  const statement = { kind: 'sql', text, parameters, class: 'read' } as const
  return { kind: 'query', statement, after: null, waitUs: 0, wantExecuted } as const
}
