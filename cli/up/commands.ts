/** The commands of the running system, as yargs reads them. */
import type { Argv } from 'yargs'
import { auto, flag, integer, system, value } from '../arguments.ts'
import { type Chosen, LOCAL_SERVERS, local } from '../local-options.ts'

export function systemCommands(parser: Argv, chosen: Chosen): Argv {
  return parser
    .command(
      'up',
      'start the whole system: four MySQL servers, the services, the dashboard',
      (y) =>
        y
          .option('on', { ...value('world: local or docker'), default: 'local' })
          .option('port', { ...value('NAME=PORT: another for one of them, such as node1=3400'), array: true })
          .option('base-port', value('all in a row from this one on (default: 3306-3309 and 9000-9006)'))
          .option('ports', value('auto: any free ones'))
          .option('mysql-port', value('MySQL clients may come in here (default: they may not)'))
          .options(LOCAL_SERVERS)
          .option('detach', flag('in the background, until `down`', ['d']))
          .option('quiet', flag('only the addresses', ['q']))
          .example('$0 up --on local', 'until Ctrl-C; the dashboard is at http://127.0.0.1:9000')
          .example('$0 up --ports auto', 'beside another system'),
      ({ on, port, ports, quiet, detach, ...rest }) =>
        chosen(async () => {
          const { up } = await import('./up.ts')
          const { mysqld, dataDir, basePort } = local(rest)
          return up({
            on: system(on),
            mysqld,
            mysqlPort: integer('mysql-port', rest.mysqlPort, 1024, 65_535),
            dataDirectory: dataDir,
            quiet,
            detach,
            ports: { basePort, named: port ?? [], auto: auto(ports) },
          })
        }),
    )
    .command(
      'status',
      'the systems and clusters that are running, and how each process is',
      (y) =>
        y
          .option('json', flag('of the systems, as JSON'))
          .example('$0 status', 'exit 1 when something is down')
          .example('$0 status && $0 down', 'then remove leftovers'),
      ({ json }) => chosen(async () => (await import('./status.ts')).status({ json })),
    )
    .command(
      'down',
      'end the systems that are up, and remove what killed programs have left',
      (y) => y.example('$0 down', 'servers and folders').example('$0 down && $0 status', 'and look'),
      () => chosen(async () => (await import('./down.ts')).down()),
    )
}
