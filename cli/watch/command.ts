/** `watch`, as yargs reads it. */
import type { Argv } from 'yargs'
import { argument, integer, value } from '../arguments.ts'
import type { Chosen } from '../local-options.ts'

export function watchCommand(parser: Argv, chosen: Chosen): Argv {
  return parser.command(
    'watch <run>',
    'a finished run, or a simulation as it goes, on the dashboard',
    (y) =>
      y
        .positional('run', argument('a result.json or its folder; or a scenario, which is simulated'))
        .option('seed', value("a whole number (default: the scenario's)"))
        .option('port', value('on this machine alone (default: any free)'))
        .example('$0 watch out/primary-crash-sim-1', 'a run that has ended, over its own time')
        .example('$0 watch primary-crash --seed 3', 'simulated, with its decisions as they are taken'),
    ({ run, seed, port }) =>
      chosen(async () => {
        const { watch } = await import('./watch.ts')
        return watch({ run, seed: integer('seed', seed, 0, 2 ** 52), port: integer('port', port, 1024, 65_535) ?? 0 })
      }),
  )
}
