/** The configuration of the system in containers, as files: with two timestamp services as the original has them, and with three. */
import { ACCOUNT_USERS } from '../../real/drivers/local/init-sql.ts'
import { type ServiceName, type SystemConfigInput, USUAL_PORTS } from '../../real/services/config.ts'

/** A secret's place in a file. */
type InFile<T> = T extends string ? string | { readonly file: string } : { [K in keyof T]: InFile<T[K]> }

const CONTAINERS: Readonly<Record<ServiceName, string>> = {
  coordinator: 'coordinator',
  'timestamp-1': 'timestamp-service-1',
  'timestamp-2': 'timestamp-service-2',
  'timestamp-3': 'timestamp-service-3',
  metrics: 'metrics-collector',
  cabinet: 'cabinet-service',
  seer: 'seer-service',
}

const NAMES = Object.keys(CONTAINERS) as readonly ServiceName[]

type Password = { readonly file: string } | ''

/** `password`: of an account; who does not ask servers has none. */
function config(hasThree: boolean, password: (account: string) => Password): InFile<SystemConfigInput> {
  const accounts = Object.entries(ACCOUNT_USERS).map(([name, user]) => [name, { user, password: password(name) }])
  return {
    id: 'compose',
    world: 'docker',
    members: [1, 2, 3, 4].map((i) => ({
      name: `node${i}`,
      host: `mysql-instance-${i}`,
      port: 3306,
      adminPort: 33_062,
    })),
    services: Object.fromEntries(
      NAMES.map((name) => [name, { host: CONTAINERS[name], port: USUAL_PORTS[name] }]),
    ) as SystemConfigInput['services'],
    bind: '0.0.0.0',
    accounts: Object.fromEntries(accounts) as SystemConfigInput['accounts'],
    // Three servers are what taas needs; with two there is the original's odd and even, whose order is not that of time.
    algorithms: { timestamps: hasThree ? 'taas' : 'odd-even' },
    timestampServers: hasThree ? ['timestamp-1', 'timestamp-2', 'timestamp-3'] : ['timestamp-1', 'timestamp-2'],
    stateDirectory: '/state',
    controlDirectory: '/control',
  }
}

const inSecrets = (name: string): Password => ({ file: `/secrets/${name}` })
const none = (): Password => ''

export const COMPOSE_CONFIGS: Readonly<Record<string, object>> = {
  'compose/config/cluster.json': config(false, inSecrets),
  'compose/config/cluster-taas.json': config(true, inSecrets),
  // For services that ask no MySQL server.
  'compose/config/service.json': config(false, none),
  'compose/config/service-taas.json': config(true, none),
}
