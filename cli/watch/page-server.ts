/**
 * Serves the built dashboard and the events of one run, to this machine alone. Whoever connects later gets everything from
 * the beginning: a run is not long, and a page that is loaded again shows the same.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PAGE_POLICY, type PageFile, readBuiltPage } from '../../real/dashboard/built-page.ts'
import type { WatchMessage } from '../../real/dashboard/recorded/run-so-far.ts'
import { EnvironmentError } from '../../real/drivers/environment-error.ts'

const HOST = '127.0.0.1'
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': PAGE_POLICY,
}

export class PageServer {
  readonly #server: Server
  readonly #files: ReadonlyMap<string, PageFile>
  readonly #said: string[] = []
  readonly #listeners = new Set<ServerResponse>()

  private constructor(files: ReadonlyMap<string, PageFile>) {
    this.#files = files
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  /** `port` 0: any free one. */
  static async listen(port: number): Promise<PageServer> {
    const files = readBuiltPage()
    if (files === null)
      throw new EnvironmentError('The dashboard is not built.', {
        advice: '`npm install` builds it, `npm run prepare` too.',
      })
    const page = new PageServer(files)
    await new Promise<void>((resolve, reject) => {
      page.#server.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'EADDRINUSE'
            ? new EnvironmentError(`Port ${port} on ${HOST} is taken by another program.`, {
                cause: error,
                advice: 'Give another one by --port, or none for any that is free.',
              })
            : error,
        ),
      )
      page.#server.listen(port, HOST, resolve)
    })
    return page
  }

  get address(): string {
    return `http://${HOST}:${(this.#server.address() as AddressInfo).port}/`
  }

  say(message: WatchMessage): void {
    const text = `data: ${JSON.stringify(message)}\n\n`
    this.#said.push(text)
    for (const listener of this.#listeners) listener.write(text)
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const listener of this.#listeners) listener.end()
    this.#server.closeAllConnections()
    await closed
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, search } = new URL(request.url ?? '/', this.address)
    if (!this.#isOurs(request.headers.host)) this.#refuse(response, 403, 'this address is for this machine alone')
    else if (request.method !== 'GET' && request.method !== 'HEAD')
      this.#refuse(response, 405, 'there is nothing to change here')
    else if (pathname === '/watch') this.#follow(response)
    // So the page knows that it is not a system's.
    else if (pathname === '/' && search !== '?watch') response.writeHead(302, { ...HEADERS, location: '/?watch' }).end()
    else this.#file(pathname, response)
  }

  /** A page of elsewhere whose name leads here would have that name as its host. */
  #isOurs(host: string | undefined): boolean {
    const { port } = this.#server.address() as AddressInfo
    return host === `${HOST}:${port}` || host === `localhost:${port}`
  }

  #follow(response: ServerResponse): void {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' })
    for (const text of this.#said) response.write(text)
    this.#listeners.add(response)
    response.on('close', () => this.#listeners.delete(response))
  }

  #file(path: string, response: ServerResponse): void {
    const file = this.#files.get(path)
    if (file === undefined) this.#refuse(response, 404, `there is no ${path} here`)
    else response.writeHead(200, { ...HEADERS, 'content-type': file.type }).end(file.body)
  }

  #refuse(response: ServerResponse, status: number, detail: string): void {
    response.writeHead(status, { ...HEADERS, 'content-type': 'application/json' }).end(JSON.stringify({ detail }))
  }
}
