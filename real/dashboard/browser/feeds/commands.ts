/** What the page asks the coordinator to do. A failure is an answer like any other: its words are the server's. */
import { tokenHeaders } from './token.ts'

export type Answered<T> =
  | { readonly kind: 'ok'; readonly reply: T }
  | { readonly kind: 'failed'; readonly status: number; readonly detail: string }

export function command<T>(path: string, body: Readonly<Record<string, unknown>> = {}): Promise<Answered<T>> {
  return ask(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
}

export function question<T>(path: string): Promise<Answered<T>> {
  return ask(path, {})
}

async function ask<T>(path: string, { headers, ...rest }: RequestInit): Promise<Answered<T>> {
  try {
    const response = await fetch(path, { ...rest, headers: { ...headers, ...tokenHeaders() }, cache: 'no-store' })
    const reply: unknown = await response.json().catch(() => null)
    if (response.ok) return { kind: 'ok', reply: reply as T }
    return {
      kind: 'failed',
      status: response.status,
      detail: detailIn(reply) ?? `the coordinator answered ${response.status}`,
    }
  } catch {
    return { kind: 'failed', status: 0, detail: 'the coordinator cannot be reached' }
  }
}

function detailIn(reply: unknown): string | null {
  return typeof reply === 'object' && reply !== null && 'detail' in reply && typeof reply.detail === 'string'
    ? reply.detail
    : null
}
