/** The words of `versus`, as yargs reads them. */
import type { Argv } from 'yargs'
import { argument, FILE, flag, integer, once, value, world } from '../arguments.ts'
import { type Chosen, LOCAL_OPTIONS, local } from '../local-options.ts'

function words(y: Argv) {
  return y
    .positional('file', argument(FILE))
    .option('forms', { ...value('two or more, with commas: prototype, sound'), default: 'prototype,sound' })
    .option('on', { ...value('world: sim or local'), default: 'sim' })
    .option('seed', value("a whole number (default: the scenario's)"))
    .option('trials', { ...value('of each form; trial i uses seed + i'), default: '5' })
    .option('jobs', value('sim: threads (default: the processors)'))
    .option('out', value('DIR (default: out/versus-<scenario>-<world>-<seed>)'))
    .option('json', flag('the comparison and all checks on stdout, as JSON'))
    .option('quiet', flag('no progress', ['q']))
    .option('verbose', flag('every decision as it is taken', ['v']))
    .options(LOCAL_OPTIONS)
    .example('$0 versus primary-crash', "the prototype's algorithms and the sound ones")
    .example('$0 versus source-partition --trials 20 --json', 'another question, for a program')
}

export function versusCommand(chosen: Chosen) {
  return {
    command: 'versus <file>',
    describe: 'one scenario asked of several forms of a cluster: numbers, checks kept and broken, side by side',
    builder: words,
    handler: ({ file, json, quiet, verbose, ...rest }: Awaited<ReturnType<typeof words>['argv']>) =>
      chosen(async () => {
        const { formsNamed } = await import('./forms.ts')
        const forms = formsNamed(once('forms', rest.forms)!)
        const { versus } = await import('./versus.ts')
        return versus({
          file,
          json,
          quiet,
          verbose,
          forms,
          on: world(once('on', rest.on)!),
          seed: integer('seed', rest.seed, 0, 2 ** 52),
          trials: integer('trials', rest.trials, 1, 1000)!,
          jobs: integer('jobs', rest.jobs, 1, 256),
          out: once('out', rest.out),
          ...local(rest),
        })
      }),
  }
}
