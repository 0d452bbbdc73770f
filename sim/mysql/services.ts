/**
 * The processes that are not MySQL servers: coordinator, timestamp servers, the client's machine, and beside the
 * coordinator its journal and the supervisor. Each can be killed and started again like any process.
 */
import { type Coordinator, type CoordinatorConfig, startCoordinator } from '../../algorithms/failover/coordinator.ts'
import { FiberProcess } from '../../algorithms/fiber.ts'
import type { CoordinatorRequests, JournalRequests, RequestOf, TimestampRequests } from '../../algorithms/servers.ts'
import type { TimestampAlgorithm, TimestampServerPlace } from '../../algorithms/timestamps/algorithm.ts'
import type { World } from '../../algorithms/world.ts'
import type { Sampler } from '../../scenarios/chance/sampling.ts'
import type { Call } from '../kernel/call.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Life, SimProcess } from '../kernel/process.ts'

/** Anything a fault can hit. */
export interface Host {
  readonly process: SimProcess
  /** Starts the process; it may take a while until it listens. */
  boot(): void
  /** SIGKILL. */
  crash(): void
  /** SIGTERM. */
  stop(): void
}

/** A Node.js process that starts. */
const SERVICE_BOOT_US = 200_000

abstract class Service implements Host {
  readonly process: SimProcess
  readonly kernel: Kernel

  constructor(kernel: Kernel, process: SimProcess) {
    this.kernel = kernel
    this.process = process
  }

  protected abstract begin(life: Life): void

  boot(bootUs: number = SERVICE_BOOT_US): void {
    const life = this.process.start()
    this.kernel.queue.after(bootUs, Service.#booted, { service: this, life })
  }

  static #booted(this: void, boot: { readonly service: Service; readonly life: Life }): void {
    if (!boot.life.holdsBack(Service.#booted, boot)) boot.service.begin(boot.life)
  }

  crash(): void {
    this.process.kill()
  }

  /** There is nothing to finish: what is in memory is lost either way. */
  stop(): void {
    this.crash()
  }
}

/** A service whose code is fibers; they die with it. */
abstract class FiberService extends Service {
  readonly #world: World
  readonly #onFatal: (error: Error) => void
  #fibers: FiberProcess | null = null

  constructor(kernel: Kernel, process: SimProcess, world: World, onFatal: (error: Error) => void) {
    super(kernel, process)
    this.#world = world
    this.#onFatal = onFatal
  }

  protected abstract serve(fibers: FiberProcess, life: Life): void

  protected override begin(life: Life): void {
    this.#fibers = new FiberProcess(this.process.name, this.#world, this.#onFatal)
    this.serve(this.#fibers, life)
  }

  override crash(): void {
    this.#fibers?.crash()
    this.#fibers = null
    super.crash()
  }
}

/** Its journal, if its algorithm uses it, is a process of its own and survives it. */
export class TimestampService extends FiberService {
  readonly #algorithm: TimestampAlgorithm
  readonly #place: TimestampServerPlace

  constructor(
    kernel: Kernel,
    process: SimProcess,
    world: World,
    algorithm: TimestampAlgorithm,
    place: TimestampServerPlace,
    onFatal: (error: Error) => void,
  ) {
    super(kernel, process, world, onFatal)
    this.#algorithm = algorithm
    this.#place = place
  }

  protected override serve(fibers: FiberProcess, life: Life): void {
    const server = this.#algorithm.startServer(fibers, this.#place)
    life.handler = (call) => {
      server.handle(call.request as RequestOf<TimestampRequests>, (outcome) => {
        if (life.alive && call.isOpen) call.finish(outcome)
      })
    }
  }
}

export class CoordinatorService extends FiberService {
  readonly #config: CoordinatorConfig

  constructor(
    kernel: Kernel,
    process: SimProcess,
    world: World,
    config: CoordinatorConfig,
    onFatal: (error: Error) => void,
  ) {
    super(kernel, process, world, onFatal)
    this.#config = config
  }

  protected override serve(fibers: FiberProcess, life: Life): void {
    const coordinator: Coordinator = startCoordinator(fibers, this.#config)
    // A call that was given up or lost takes no answer, and a dead coordinator gives none.
    life.handler = (call) => coordinator.handle(call.request as RequestOf<CoordinatorRequests>, call)
  }
}

/** A process's log on its own disk: it survives the process, and answers when the record is synced. */
export class JournalService extends Service {
  readonly #fsync: Sampler
  #records: object[] = []
  #isLost = false

  constructor(kernel: Kernel, process: SimProcess, fsync: Sampler) {
    super(kernel, process)
    this.#fsync = fsync
  }

  /** The file is gone. Who has it open writes on into nothing and finds none at its next start, when it reads. */
  lose(): void {
    this.#isLost = true
  }

  get contents(): { readonly records: number; readonly isLost: boolean } {
    return { records: this.#records.length, isLost: this.#isLost }
  }

  protected override begin(life: Life): void {
    life.handler = (call) => {
      const request = call.request as RequestOf<JournalRequests>
      if (request.kind === 'readAll') {
        if (this.#isLost) this.#records = []
        this.#isLost = false
        call.answer({ records: this.#records.slice() })
        return
      }
      this.#records.push(request.record)
      const stream = this.kernel.streams.stream(`fsync:${this.process.name}`)
      this.kernel.queue.after(this.#fsync.sample(stream), answerDone, call)
    }
  }
}

function answerDone(call: Call): void {
  call.answer({})
}
