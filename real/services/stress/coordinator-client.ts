/** Asks a coordinator over HTTP, as a dashboard does. */
import { EnvironmentError } from '../../drivers/environment-error.ts'

/** A call may wait for a failover, and for a long run of operations. */
const DEADLINE_MS = 280_000

export class CoordinatorClient {
  readonly url: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #signal: AbortSignal

  /** `token` null: none is needed on loopback. */
  constructor(url: string, token: string | null, signal: AbortSignal) {
    this.url = url.replace(/\/+$/, '')
    this.#headers = token === null ? {} : { authorization: `Bearer ${token}` }
    this.#signal = signal
  }

  get headers(): Readonly<Record<string, string>> {
    return this.#headers
  }

  get<T>(path: string): Promise<T> {
    return this.#ask<T>(path, { headers: this.#headers })
  }

  post<T>(path: string, body: object): Promise<T> {
    const headers = { ...this.#headers, 'content-type': 'application/json' }
    return this.#ask<T>(path, { method: 'POST', headers, body: JSON.stringify(body) })
  }

  async #ask<T>(path: string, init: RequestInit): Promise<T> {
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(DEADLINE_MS)])
    let response: Response
    try {
      response = await fetch(`${this.url}${path}`, { ...init, signal })
    } catch (error) {
      this.#signal.throwIfAborted()
      throw new EnvironmentError(`No coordinator answers at ${this.url}: ${causeOf(error as Error)}.`, {
        cause: error,
        advice: '`up --on local` starts a system, --start one for this stress alone, and --url names another place.',
      })
    }
    const answer = (await response.json().catch(() => null)) as (T & { readonly detail?: string }) | null
    if (response.ok && answer !== null) return answer
    throw new EnvironmentError(
      `${this.url}${path} answered ${response.status}: ${answer?.detail ?? response.statusText}`,
      { advice: 'Its log says more: `status` names the folder.' },
    )
  }
}

function causeOf(error: Error): string {
  const { code, message } = (error.cause ?? error) as NodeJS.ErrnoException
  return code ?? message
}
