/** `up`: the whole system on this machine, until Ctrl-C, or in the background until `down`. */
import { UsageError } from '../../scenarios/file/errors.ts'
import { COMMAND } from '../exit.ts'
import { print } from '../output.ts'
import { inBackground } from './detach.ts'
import { keepUp, type UpOptions } from './keep-up.ts'
import { addressesText, showSteps } from './progress.ts'

export async function up(options: UpOptions & { readonly detach: boolean }): Promise<number> {
  if (options.on === 'docker') refuseLocalOptions(options)
  const { detach, ...rest } = options
  if (detach) return await inBackground(rest)
  return await keepUp(rest, {
    isDetached: false,
    say: (line) => {
      if (!options.quiet) process.stderr.write(`  ${line}\n`)
    },
    watch: (steps) => showSteps(steps, options.quiet),
    green: (system) => print(`${addressesText(system)}Ctrl-C ends it; \`${COMMAND} status\` looks at it.\n`),
  })
}

/** Ports, images and volumes of containers are what compose/docker-compose.yml says. */
function refuseLocalOptions({ ports, mysqlPort, mysqld, dataDirectory }: UpOptions): void {
  const given = [
    ...(ports.basePort === undefined ? [] : ['--base-port']),
    ...((ports.named ?? []).length === 0 ? [] : ['--port']),
    ...(ports.auto ? ['--ports'] : []),
    ...(mysqlPort === undefined ? [] : ['--mysql-port']),
    ...(mysqld === undefined ? [] : ['--mysqld']),
    ...(dataDirectory === undefined ? [] : ['--data-dir']),
  ]
  if (given.length > 0)
    throw new UsageError(`up --on docker: expected no option of local processes, found ${given.join(', ')}`)
}
