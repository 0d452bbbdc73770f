/** A configuration for tests: four members that nobody started, and services on whatever ports are free. */
import {
  checkedConfig,
  SERVICE_NAMES,
  type SystemConfig,
  type SystemConfigInput,
} from '../../../real/services/config.ts'

export const PASSWORD = 'a-password-of-tests'

export function configInput(stateDirectory: string, changes: Partial<SystemConfigInput> = {}): SystemConfigInput {
  const account = (user: string) => ({ user, password: PASSWORD })
  const services = Object.fromEntries(SERVICE_NAMES.map((name) => [name, { host: '127.0.0.1', port: 0 }]))
  return {
    id: 'test',
    world: 'local',
    members: [1, 2, 3, 4].map((n) => ({
      name: `node${n}`,
      host: '127.0.0.1',
      port: 20_000 + n,
      adminPort: 21_000 + n,
    })),
    services: services as SystemConfigInput['services'],
    accounts: {
      admin: account('quorumlab_admin'),
      client: account('quorumlab_client'),
      replication: account('quorumlab_repl'),
      drain: account('quorumlab_drain'),
      audit: account('quorumlab_audit'),
    },
    algorithms: { timestamps: 'odd-even' },
    timestampServers: ['timestamp-1', 'timestamp-2'],
    stateDirectory,
    ...changes,
  }
}

export function systemConfig(stateDirectory: string, changes: Partial<SystemConfigInput> = {}): SystemConfig {
  return checkedConfig(configInput(stateDirectory, changes), 'a test')
}
