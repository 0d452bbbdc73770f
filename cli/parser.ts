/** The commands and their options, as yargs reads them. What a command does is loaded once it is the one that was meant. */
import yargs, { type Argv } from 'yargs'
import { widthOf } from '../reports/screen.ts'
import { UsageError } from '../scenarios/file/errors.ts'
import { suggestion } from '../scenarios/file/nearest.ts'
import { SERVER_WORLDS } from '../scenarios/worlds.ts'
import { argument, FILE, flag, integer, once, shard, value, WORLDS, world } from './arguments.ts'
import { charts } from './charts.ts'
import { compare, FORMAT_OPTIONS, formatOf } from './compare/compare.ts'
import { COMMAND } from './exit.ts'
import { type Chosen, LOCAL_OPTIONS, local } from './local-options.ts'
import { version } from './output.ts'
import { EXPORT_OPTIONS, exportsOf } from './run/exports.ts'
import { stressCommand } from './stress/commands.ts'
import { systemCommands } from './up/commands.ts'
import { versusCommand } from './versus/command.ts'
import { watchCommand } from './watch/command.ts'

const RUNNABLE = `${FILE}, or the report.html or result.json of a run`

export type Completions = (
  current: string,
  argv: unknown,
  defaults: () => void,
  done: (words: string[]) => void,
) => void

/** `chosen` is told what to do; yargs itself does nothing and ends nothing. */
export function parser(words: readonly string[], chosen: Chosen, completions: Completions): Argv {
  const experiments = yargs(words)
    .scriptName(COMMAND)
    .usage('$0 <command>\n\nSimulate, benchmark and break a replicated MySQL cluster, or do it to a real one.')
    .command(
      'run <file>',
      'run a scenario, write DIR/result.json and DIR/report.html',
      (y) =>
        y
          .positional('file', argument(RUNNABLE))
          .option('on', value(`world: ${WORLDS.join(', ')} (default: sim)`))
          .option('seed', value("a whole number (default: the scenario's)"))
          .option('trials', value('how many; trial i uses seed + i (default: 1)'))
          .option('jobs', value('sim: threads for the trials (default: 1; more pay off in long runs)'))
          .option('out', value('DIR (default: out/<scenario>-<world>-<seed>)'))
          .option('expect', {
            ...value("one more number or verdict, as in `expect:`, e.g. 'failoverMs.max: < 3000'"),
            array: true,
          })
          .option('json', flag('only the summary with verdict, checks and expectations on stdout, as JSON'))
          .option('quiet', flag('no progress, no events', ['q']))
          .option('verbose', flag('every decision as it is taken', ['v']))
          .options(EXPORT_OPTIONS)
          .options(LOCAL_OPTIONS)
          .example('$0 run primary-crash --on sim', 'the source dies, simulated')
          .example('$0 run primary-crash --on local --trials 5', 'five times, on four real servers'),
      ({ file, json, quiet, verbose, ...rest }) =>
        chosen(async () => {
          if (quiet && verbose) throw new UsageError('expected --quiet or --verbose, found both')
          const { run } = await import('./run/run.ts')
          return run({
            file,
            json,
            quiet,
            verbose,
            on: rest.on === undefined ? undefined : world(rest.on),
            seed: integer('seed', rest.seed, 0, 2 ** 52),
            trials: integer('trials', rest.trials, 1, 1000),
            jobs: integer('jobs', rest.jobs, 1, 256),
            expect: rest.expect ?? [],
            out: once('out', rest.out),
            exports: exportsOf(rest),
            ...local(rest),
          })
        }),
    )
    .command(
      'compare <baseline> <others..>',
      'results side by side: medians, intervals, what is significant',
      (y) =>
        y
          .positional('baseline', argument('a result.json, or its folder'))
          .positional('others', { ...argument('one or more, each held against the first'), array: true })
          .option('out', value('DIR for report.html (default: out/compare-<baseline>-<others>)'))
          .options(FORMAT_OPTIONS)
          .example('$0 compare out/primary-crash-sim-1 out/primary-crash-local-1', 'simulated beside measured')
          .example('$0 compare A B C --markdown > table.md', 'B and C against A, as a table for a text'),
      ({ baseline, others, out, ...rest }) =>
        chosen(() =>
          compare({
            paths: [baseline, ...(others as unknown as string[])],
            out: once('out', out),
            format: formatOf(rest),
          }),
        ),
    )
    .command(
      'audit [folder]',
      'the writes that clients were told are done, against the binlogs and rows of the servers: of a run, or of what is up',
      (y) =>
        y
          .positional('folder', argument('the folder of a run on real servers (default: the systems that are up)'))
          .option('json', flag('as JSON, a line for each trial or system'))
          .example('$0 audit out/primary-crash-local-1', 'exit 1 when one of them is lost, or nobody can tell')
          .example('$0 up --detach && $0 audit', 'of the running system, while it goes on'),
      ({ folder, json }) => chosen(async () => (await import('./audit/audit.ts')).audit({ folder, json })),
    )
    .command(versusCommand(chosen))
    .command(
      'charts <result>',
      "the charts of a result's report as files",
      (y) =>
        y
          .positional('result', argument('a result.json, or its folder'))
          .option('out', value('DIR (default: charts beside the result)'))
          .option('format', { ...value('svg, png or both with a comma'), default: 'svg' })
          .option('only', { ...value('one chart by its name, such as throughput'), array: true })
          .example('$0 charts out/primary-crash-sim-1 --format svg,png', 'all of them, for a browser and for a paper')
          .example('$0 charts A/result.json --out figures --only throughput', 'one of them'),
      ({ result, out, format, only }) =>
        chosen(() =>
          charts({ path: result, out: once('out', out), format: once('format', format)!, only: only ?? [] }),
        ),
    )
    .command(
      'fuzz <file>',
      'simulate scenarios drawn from seeds; what fails is printed',
      (y) =>
        y
          .positional('file', argument(`${FILE}; what it states is fixed, the rest is drawn`))
          .option('seeds', { ...value('how many'), default: '1000' })
          .option('from', { ...value('the first seed'), default: '0' })
          .option('shard', { ...value('i/k: only the i-th of k parts, for k machines'), default: '1/1' })
          .option('jobs', value('threads (default: the processors)'))
          .option('out', value('DIR for what fails (default: out/fuzz-<name>)'))
          .option('quiet', flag('no progress', ['q']))
          .example('$0 fuzz swarm --seeds 1000', 'everything drawn')
          .example('$0 fuzz swarm --seeds 100000 --shard 1/2', 'half of it, on one of two machines'),
      ({ file, quiet, ...rest }) =>
        chosen(async () => {
          const { fuzz } = await import('./fuzz/fuzz.ts')
          return fuzz({
            file,
            quiet,
            seeds: integer('seeds', rest.seeds, 1, 1e9)!,
            from: integer('from', rest.from, 0, 2 ** 52 - 1e9)!,
            shard: shard(once('shard', rest.shard)!),
            jobs: integer('jobs', rest.jobs, 1, 256),
            out: once('out', rest.out),
          })
        }),
    )
    .command(
      'replay <file>',
      'a failure that fuzz saved, once more',
      (y) =>
        y
          .positional('file', argument('a FAILURE.json of `fuzz`'))
          .option('on', { ...value(`world: ${WORLDS.join(', ')}`), default: 'sim' })
          .option('times', { ...value('local: how often'), default: '1' })
          .option('out', value('local: DIR (default: out/replay-<check>-<seed>)'))
          .option('quiet', flag('no events', ['q']))
          .options(LOCAL_OPTIONS)
          .example('$0 replay out/fuzz-swarm/single-writer-7.json', 'to the last byte, or exit code 1')
          .example('$0 replay FAILURE.json --on local --times 10', 'reproduced k of 10 on real servers'),
      ({ file, quiet, ...rest }) =>
        chosen(async () => {
          const { replay } = await import('./replay/replay.ts')
          return replay({
            file,
            quiet,
            on: world(rest.on),
            times: integer('times', rest.times, 1, 1000) ?? 1,
            out: once('out', rest.out),
            ...local(rest),
          })
        }),
    )
    .command(
      'convict [names..]',
      "hunt for what goes wrong with each of the prototype's behaviours, save it, write the table",
      (y) =>
        y
          .positional('names', {
            type: 'string',
            array: true,
            default: [] as string[],
            describe: 'charges (default: all)',
          })
          .option('seeds', { ...value('how many are tried at most'), default: '10000' })
          .option('sound-seeds', { ...value('how many are tried with the sound form'), default: '200' })
          .option('on', {
            ...value(`world: sim hunts, ${SERVER_WORLDS.join(' and ')} run what is saved on real servers`),
            default: 'sim',
          })
          .option('times', { ...value('local: how often, with either form'), default: '3' })
          .option('jobs', value('threads (default: the processors)'))
          .option('out', value('DIR for README.md and convictions/ (default: scenarios/library)'))
          .option('quiet', flag('no progress', ['q']))
          .options(LOCAL_OPTIONS)
          .example('$0 convict', 'all charges, and scenarios/library/README.md')
          .example('$0 convict odd-even-order --on local --times 5', 'one of them, on real servers'),
      ({ names, quiet, ...rest }) =>
        chosen(async () => {
          const { convict } = await import('./convict/convict.ts')
          return convict({
            names,
            quiet,
            on: world(rest.on),
            seeds: integer('seeds', rest.seeds, 1, 1e9)!,
            soundSeeds: integer('sound-seeds', rest.soundSeeds, 1, 1e6)!,
            times: integer('times', rest.times, 1, 1000)!,
            jobs: integer('jobs', rest.jobs, 1, 256),
            out: once('out', rest.out),
            ...local(rest),
          })
        }),
    )
    .command(
      'list',
      'the scenarios of the library',
      (y) => y.example('$0 list', 'names, a line each').example('$0 list | grep crash', 'those with a crash'),
      () => chosen(async () => (await import('./commands.ts')).list()),
    )
    .command(
      'explain <name>',
      'what a scenario will do, in words',
      (y) =>
        y
          .positional('name', argument(FILE))
          .example('$0 explain primary-crash', 'one of the library')
          .example('$0 explain scenarios/library/healthy.yaml', 'a file'),
      ({ name }) => chosen(async () => (await import('./commands.ts')).explained(name)),
    )

  return stressCommand(systemCommands(watchCommand(experiments, chosen), chosen), chosen)
    .command(
      'schema [of]',
      'the JSON Schema of a scenario file, for editors, or of result.json, for programs',
      (y) =>
        y
          .positional('of', { ...argument('scenario or result'), default: 'scenario' })
          .example('$0 schema > scenarios/schema.json', 'of a scenario, as a file')
          .example('$0 schema result', 'of a result, on stdout'),
      ({ of }) => chosen(async () => (await import('./commands.ts')).schema(of)),
    )
    .completion('completion', 'completion for bash and zsh: eval "$($0 completion)"', completions)
    .demandCommand(1, 'expected a command, found none')
    .strict()
    .version(version)
    .help()
    .alias('h', 'help')
    .wrap(process.stdout.isTTY ? Math.min(110, widthOf(process.stdout)) : 110)
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw new UsageError(usageText(message ?? error.message, words[0]!, optionsOf(experiments)))
    })
}

/** What yargs knows beside what its types say. */
interface Inside {
  getOptions(): { readonly key: Readonly<Record<string, boolean>> }
  getInternalMethods(): { getCommandInstance(): { getCommands(): readonly string[] } }
}

/** In the order in which they are listed. */
export function commandsOf(parser: Argv): readonly string[] {
  return (parser as unknown as Inside).getInternalMethods().getCommandInstance().getCommands()
}

/** Of the command that was meant, without yargs' second spelling of each (`dataDir`). */
function optionsOf(parser: Argv): readonly string[] {
  return Object.keys((parser as unknown as Inside).getOptions().key).filter((name) => !/[A-Z]/.test(name))
}

function usageText(message: string, command: string, options: readonly string[]): string {
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1]
  if (unknown !== undefined) return `unknown argument ${unknown}${suggestion(unknown, options)}`
  const few = /^Not enough non-option arguments: got (\d+), need at least (\d+)/.exec(message)
  if (few !== null)
    return `${command}: expected ${few[2]} ${few[2] === '1' ? 'argument' : 'arguments'}, found ${few[1]}`
  return message
}
