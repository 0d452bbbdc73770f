/**
 * Who may replace a server's data: the harness, on behalf of the coordinator. A rebuild kills the server, clones a
 * donor's data under a new server_uuid, and starts it again. If the donor dies meanwhile the old data stay.
 */
import { unknown } from '../../algorithms/reasons/outcomes.ts'
import type { ReplyOf, RequestOf, SupervisorRequests } from '../../algorithms/servers.ts'
import type { Call } from '../kernel/call.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { SimProcess } from '../kernel/process.ts'
import type { MysqlCluster, MysqlServer } from './server.ts'

/** How long the two take: saving a few transactions with mysqlbinlog, and cloning a small database. */
const SAVE_US = 100_000
const CLONE_US = 2_000_000

interface SavedExtras {
  readonly node: string
  readonly gtids: string
  readonly path: string
}

export class Supervisor {
  readonly process: SimProcess
  /** Everything that was saved before it was thrown away. */
  readonly saved: SavedExtras[] = []
  readonly #kernel: Kernel
  readonly #mysql: MysqlCluster
  /** Servers that are being rebuilt: nobody else starts them meanwhile. */
  readonly rebuilding: Set<string> = new Set()

  constructor(kernel: Kernel, process: SimProcess, mysql: MysqlCluster) {
    this.#kernel = kernel
    this.process = process
    this.#mysql = mysql
    process.start().handler = (call) => this.#handle(call)
  }

  #handle(call: Call): void {
    const request = call.request as RequestOf<SupervisorRequests>
    if (request.kind === 'saveExtras') {
      const path = `extras/${request.node}-${this.saved.length + 1}.sql`
      this.saved.push({ node: request.node, gtids: request.gtids.toString(), path })
      this.#kernel.queue.after(SAVE_US, Supervisor.#saved, { call, path })
    } else if (request.kind === 'usage') call.answer(this.#usage(request.node))
    else this.#rebuild(call, request.node, request.donor)
  }

  /** The simulator models processor time and no memory, so memory is null. */
  #usage(node: string): ReplyOf<SupervisorRequests, 'usage'> {
    const { instance } = this.#mysql.server(node)
    return { busyUs: instance?.cpu.busyUs() ?? null, cores: this.#mysql.costs.cores, memoryBytes: null }
  }

  static #saved(this: void, { call, path }: { readonly call: Call; readonly path: string }): void {
    call.answer({ path })
  }

  #rebuild(call: Call, node: string, donor: string): void {
    if (this.#mysql.server(donor).instance === null) call.refuse({ code: 'donor-down', donor })
    else if (this.rebuilding.has(node)) call.refuse({ code: 'rebuild-under-way', node })
    else {
      const server = this.#mysql.server(node)
      this.rebuilding.add(node)
      if (server.process.life !== null) server.crash()
      this.#kernel.queue.after(CLONE_US, Supervisor.#cloned, { supervisor: this, call, node, donor })
    }
  }

  static #cloned(
    this: void,
    work: { readonly supervisor: Supervisor; readonly call: Call; readonly node: string; readonly donor: string },
  ): void {
    const { supervisor, call, node } = work
    const server = supervisor.#mysql.server(node)
    const donor = supervisor.#mysql.server(work.donor)
    supervisor.rebuilding.delete(node)
    if (donor.instance === null || donor.process.state !== 'up') {
      server.boot()
      call.refuse({ code: 'donor-lost', donor: work.donor })
      return
    }
    server.replaceData(donor, supervisor.#mysql.newUuid())
    server.boot()
    supervisor.#kernel.queue.after(supervisor.#mysql.costs.bootUs, Supervisor.#booted, { call, server })
  }

  /** The answer means that it listens. */
  static #booted(this: void, { call, server }: { readonly call: Call; readonly server: MysqlServer }): void {
    if (server.instance === null) call.finish(unknown({ code: 'not-started', node: server.process.name }))
    else call.answer({ uuid: server.data.uuid })
  }
}
