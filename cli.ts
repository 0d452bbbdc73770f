/**
 * The command line: parse, call one function, print, set the exit code.
 *
 * Exit codes: 0 all checks and expectations hold; 1 one does not; 2 bad input or usage; 3 the environment lacks
 * something; 70 a bug; 130 interrupted. stdout carries results, stderr everything else.
 */
import { fileURLToPath } from 'node:url'
import yargs, { type Argv } from 'yargs'
import { compare, down, list, schema, status } from './cli-commands.ts'
import { fuzz } from './cli-fuzz.ts'
import { BUG, COMMAND, print, version } from './cli-output.ts'
import { replay } from './cli-replay.ts'
import { run } from './cli-run.ts'
import { EnvironmentError } from './real/drivers/environment-error.ts'
import { ScenarioError, UsageError } from './scenarios/errors.ts'
import { explain } from './scenarios/explain.ts'
import { libraryNames, loadScenario } from './scenarios/load.ts'
import { suggestion } from './scenarios/nearest.ts'

// ----------------------------------------------------------------------------------------------------- arguments

function integer(option: string, value: string | undefined, min: number, max: number): number | undefined {
  const text = once(option, value)
  const number = text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
  if (text === undefined || (number >= min && number <= max)) return text === undefined ? undefined : number
  throw new UsageError(`--${option}: expected a whole number from ${min} to ${max}, found ${JSON.stringify(text)}`)
}

/** yargs makes a list of an option that is given twice. */
function once(option: string, value: string | undefined): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value
  const found = Array.isArray(value) ? 'it more than once' : 'nothing'
  throw new UsageError(`--${option}: expected one value, found ${found}`)
}

const WORLDS = ['sim', 'local']

function world(value: string): 'sim' | 'local' {
  if (value === 'sim' || value === 'local') return value
  const planned = ['docker', 'attach'].includes(value) ? ' (planned and not there yet)' : ''
  const found = `${JSON.stringify(value)}${planned}${suggestion(String(value), WORLDS)}`
  throw new UsageError(`--on: expected ${WORLDS.join(' or ')}, found ${found}`)
}

function shard(text: string): { readonly part: number; readonly of: number } {
  const [, part, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []
  const found = { part: Number(part), of: Number(of) }
  if (found.part >= 1 && found.part <= found.of) return found
  throw new UsageError(`--shard: expected i/k with i from 1 to k, such as 1/2, found ${JSON.stringify(text)}`)
}

type Handler = () => Promise<number>

/** Values arrive as text and are read by our own functions: yargs would make NaN of a wrong number. */
function value(describe: string) {
  return { type: 'string', requiresArg: true, describe } as const
}

function flag(describe: string, alias: string[] = []) {
  return { type: 'boolean', default: false, describe, alias } as const
}

function argument(describe: string) {
  return { type: 'string', demandOption: true, describe } as const
}

const FILE = 'a YAML file, or a name from `list`'

/** `chosen` is told what to do; yargs itself does nothing and ends nothing. */
function parser(words: readonly string[], chosen: (handler: Handler) => void): Argv {
  return yargs(words)
    .scriptName(COMMAND)
    .usage('$0 <command>\n\nSimulate, benchmark and break a replicated MySQL cluster, or do it to a real one.')
    .command(
      'run <file>',
      'run a scenario, write DIR/result.json and DIR/report.html',
      (y) =>
        y
          .positional('file', argument(FILE))
          .option('on', { ...value('world: sim or local'), default: 'sim' })
          .option('seed', value("a whole number (default: the scenario's)"))
          .option('trials', { ...value('how many; trial i uses seed + i'), default: '1' })
          .option('out', value('DIR (default: out/<scenario>-<world>-<seed>)'))
          .option('json', flag('only the summary on stdout, as JSON'))
          .option('quiet', flag('no progress, no events', ['q']))
          .option('verbose', flag('every decision as it is taken', ['v']))
          .option('mysqld', value('local: the server to run (or QUORUMLAB_MYSQLD)'))
          .option('data-dir', value('local: where the servers keep their data (auto, memory, disk or a folder)'))
          .option('base-port', value('local: first port (default: any free)'))
          .example('$0 run primary-crash --on sim', 'the source dies, simulated')
          .example('$0 run primary-crash --on local --trials 5', 'five times, on four real servers'),
      ({ file, json, quiet, verbose, ...rest }) =>
        chosen(() => {
          if (quiet && verbose) throw new UsageError('expected --quiet or --verbose, found both')
          return run({
            file,
            json,
            quiet,
            verbose,
            on: world(rest.on),
            seed: integer('seed', rest.seed, 0, 2 ** 52),
            trials: integer('trials', rest.trials, 1, 1000) ?? 1,
            out: once('out', rest.out),
            mysqld: once('mysqld', rest.mysqld),
            dataDir: once('data-dir', rest.dataDir),
            basePort: integer('base-port', rest.basePort, 1024, 65_000),
          })
        }),
    )
    .command(
      'compare <a> <b>',
      'two results side by side: medians, intervals, what is significant',
      (y) =>
        y
          .positional('a', argument('a result.json, or its folder'))
          .positional('b', argument('another'))
          .option('out', value('DIR for report.html (default: out/compare-<a>-<b>)'))
          .example('$0 compare out/primary-crash-sim-1 out/primary-crash-local-1', 'simulated beside measured')
          .example('$0 compare A/result.json B/result.json --out both', 'the report in the folder `both`'),
      ({ a, b, out }) => chosen(() => compare(a, b, once('out', out))),
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
        chosen(() =>
          fuzz({
            file,
            quiet,
            seeds: integer('seeds', rest.seeds, 1, 1e9)!,
            from: integer('from', rest.from, 0, 2 ** 52 - 1e9)!,
            shard: shard(once('shard', rest.shard)!),
            jobs: integer('jobs', rest.jobs, 1, 256),
            out: once('out', rest.out),
          }),
        ),
    )
    .command(
      'replay <file>',
      'a failure that fuzz saved, once more',
      (y) =>
        y
          .positional('file', argument('a FAILURE.json of `fuzz`'))
          .option('on', { ...value('world: sim or local'), default: 'sim' })
          .option('times', { ...value('local: how often'), default: '1' })
          .option('out', value('local: DIR (default: out/replay-<check>-<seed>)'))
          .option('quiet', flag('no events', ['q']))
          .option('mysqld', value('local: the server to run (or QUORUMLAB_MYSQLD)'))
          .option('data-dir', value('local: where the servers keep their data (auto, memory, disk or a folder)'))
          .option('base-port', value('local: first port (default: any free)'))
          .example('$0 replay out/fuzz-swarm/single-writer-7.json', 'to the last byte, or exit code 1')
          .example('$0 replay FAILURE.json --on local --times 10', 'reproduced k of 10 on real servers'),
      ({ file, quiet, ...rest }) =>
        chosen(() =>
          replay({
            file,
            quiet,
            on: world(rest.on),
            times: integer('times', rest.times, 1, 1000) ?? 1,
            out: once('out', rest.out),
            mysqld: once('mysqld', rest.mysqld),
            dataDir: once('data-dir', rest.dataDir),
            basePort: integer('base-port', rest.basePort, 1024, 65_000),
          }),
        ),
    )
    .command(
      'list',
      'the scenarios of the library',
      (y) => y.example('$0 list', 'names, a line each').example('$0 list | grep crash', 'those with a crash'),
      () => chosen(list),
    )
    .command(
      'explain <name>',
      'what a scenario will do, in words',
      (y) =>
        y
          .positional('name', argument(FILE))
          .example('$0 explain primary-crash', 'one of the library')
          .example('$0 explain scenarios/library/healthy.yaml', 'a file'),
      ({ name }) => chosen(() => print(explain(loadScenario(name)))),
    )
    .command(
      'status',
      'the clusters of real servers that are running',
      (y) => y.example('$0 status', 'ids, processes, ports').example('$0 status && $0 down', 'then remove leftovers'),
      () => chosen(status),
    )
    .command(
      'down',
      'remove what a killed run has left behind',
      (y) => y.example('$0 down', 'servers and folders').example('$0 down && $0 status', 'and look'),
      () => chosen(down),
    )
    .command(
      'schema',
      'the JSON Schema of a scenario file, for editors',
      (y) => y.example('$0 schema', 'on stdout').example('$0 schema > scenarios/schema.json', 'as a file'),
      () => chosen(schema),
    )
    .completion('completion', 'completion for bash and zsh: eval "$($0 completion)"', completions)
    .demandCommand(1, 'expected a command, found none')
    .strict()
    .version(version)
    .help()
    .alias('h', 'help')
    .wrap(process.stdout.isTTY ? Math.min(110, process.stdout.columns) : 110)
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw new UsageError(usageText(message ?? error.message))
    })
}

const COMMANDS = ['run', 'compare', 'fuzz', 'replay', 'list', 'explain', 'status', 'down', 'schema', 'completion']
const OPTIONS =
  'on seed trials out json quiet verbose mysqld data-dir base-port seeds from shard jobs times help version'.split(' ')

function usageText(message: string): string {
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1]
  if (unknown !== undefined) return `unknown argument ${unknown}${suggestion(unknown, OPTIONS)}`
  if (message.startsWith('Not enough non-option')) return 'an argument is missing'
  return message
}

/** After `run` and `explain` come the names of the library; elsewhere what yargs knows. */
function completions(_current: string, argv: unknown, defaults: () => void, done: (words: string[]) => void): void {
  const words = (argv as { _: string[] })._
  if (['run', 'explain', 'fuzz'].some((word) => words.includes(word))) done([...libraryNames()])
  else defaults()
}

/** `npx tsx cli.ts` is no word that a shell could complete, so the script defines one. */
function completionScript(): string {
  const call = [process.execPath, '--import', import.meta.resolve('tsx'), fileURLToPath(import.meta.url)]
  return [
    '# bash: eval "$(npx tsx cli.ts completion)"; zsh: autoload bashcompinit && bashcompinit first.',
    '# It defines the command quorumlab, with completion.',
    `quorumlab() { ${call.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')} "$@"; }`,
    '_quorumlab() {',
    '  local words',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own syntax.
    '  words=$(quorumlab --get-yargs-completions "${COMP_WORDS[@]}" 2>/dev/null)',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own syntax.
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _quorumlab quorumlab',
    '',
  ].join('\n')
}

async function main(words: readonly string[]): Promise<number> {
  const [command] = words
  if (command === 'completion') return print(completionScript())
  if (command !== undefined && !command.startsWith('-') && !COMMANDS.includes(command)) {
    const hint = suggestion(command, COMMANDS)
    throw new UsageError(`unknown command, expected one of ${COMMANDS.join(', ')}, found ${command}${hint}`)
  }
  let handler: Handler = async () => 0
  await parser(words, (chosen) => {
    handler = chosen
  }).parseAsync()
  return await handler()
}

// --------------------------------------------------------------------------------------------------- the process

/** Whoever reads our output may leave early (`| head`): that is no failure of ours. */
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

function report(error: unknown): number {
  if (error instanceof ScenarioError || error instanceof UsageError) {
    console.error(error.message)
    if (error instanceof UsageError) console.error(`See ${COMMAND} --help`)
    return 2
  }
  if (error instanceof EnvironmentError) {
    console.error(error.message)
    return 3
  }
  console.error(error)
  console.error('This is a bug in quorumlab.')
  return BUG
}

process.exitCode = await main(process.argv.slice(2)).catch(report)
// Whatever is still open now (a socket that lingers) must not keep the program.
await print('')
process.exit()
