/**
 * One service as a process: `node --import tsx real/services/service.ts NAME [--config FILE]`.
 *
 * Without a file it is a child of whoever runs the system and is configured over their channel; it says `ready` when it
 * serves, and ends when the channel is lost. With a file (in a container) it stands alone. SIGTERM ends it in order.
 */
import { join } from 'node:path'
import { fatal, runChild, tellParent } from '../processes/child.ts'
import type { ServiceSetup, ToChild } from '../processes/ipc-messages.ts'
import { loadConfig, SERVICE_NAMES, type ServiceName, type SystemConfig } from './config.ts'
import { type LogStream, logStream } from './http/log.ts'

export interface RunningService {
  readonly port: number
  close(): Promise<void>
  /** A message of the parent's after the setup. */
  handle?(message: ToChild): void
}

type Start = (name: ServiceName, config: SystemConfig, log: LogStream) => Promise<RunningService>

/** Each is loaded by its own process alone. */
async function starterOf(name: ServiceName): Promise<Start> {
  switch (name) {
    case 'timestamp-1':
    case 'timestamp-2':
    case 'timestamp-3':
      return (await import('./timestamp.ts')).startTimestampService
    case 'coordinator':
      return (await import('./coordinator/coordinator-service.ts')).startCoordinatorService
    case 'metrics':
      return (await import('./metrics.ts')).startMetricsService
    case 'cabinet':
      return (await import('./cabinet.ts')).startCabinetService
    case 'seer':
      return (await import('./seer.ts')).startSeerService
  }
}

async function start(name: ServiceName, config: SystemConfig, log: LogStream): Promise<RunningService> {
  const service = await (await starterOf(name))(name, config, log)
  let ending = false
  const end = () => {
    if (ending) return
    ending = true
    service.close().then(() => process.exit(0), fatal)
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  return service
}

function isServiceName(name: string | undefined): name is ServiceName {
  return SERVICE_NAMES.includes(name as ServiceName)
}

function complain(message: string, code: number): never {
  process.stderr.write(`${message}\n`)
  process.exit(code)
}

async function standAlone(name: ServiceName, path: string): Promise<void> {
  process.on('uncaughtException', fatal)
  const { port } = await start(name, await loadConfig(path), logStream(null))
  process.stdout.write(`${JSON.stringify({ service: name, port, msg: 'ready' })}\n`)
}

const [name, option, file] = process.argv.slice(2)
if (!isServiceName(name))
  complain(`usage: service.ts NAME [--config FILE], with NAME one of ${SERVICE_NAMES.join(', ')}`, 64)
if (option === undefined)
  runChild<ServiceSetup>('service', async (setup) => {
    const log = logStream(join(setup.config.stateDirectory, 'logs', `${name}.log`))
    const service = await start(name, setup.config, log)
    tellParent({ kind: 'ready', port: service.port })
    return (message) => service.handle?.(message)
  })
else if (option === '--config' && file !== undefined) standAlone(name, file).catch(fatal)
else complain('usage: service.ts NAME [--config FILE]', 64)
