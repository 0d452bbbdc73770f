/**
 * The command line: parse, call one function, print, set the exit code.
 *
 * Exit codes: 0 all checks and expectations hold; 1 one does not; 2 bad input or usage; 3 the environment lacks
 * something; 70 a bug; 130 interrupted. stdout carries results, stderr everything else.
 */
import { readFileSync } from 'node:fs'
import { arch, cpus, platform, totalmem } from 'node:os'
import { basename, dirname, join } from 'node:path'
import yargs, { type Argv } from 'yargs'
import { EnvironmentError } from './real/drivers/environment-error.ts'
import { Screen, styleOf } from './reports/screen.ts'
import { eventLine, headerText, liveLine, summaryText } from './reports/terminal.ts'
import { ScenarioError, UsageError } from './scenarios/errors.ts'
import { exitCodeOf } from './scenarios/expectations.ts'
import { explain } from './scenarios/explain.ts'
import { libraryNames, listScenarios, loadScenario } from './scenarios/load.ts'
import { suggestion } from './scenarios/nearest.ts'
import type { ProgressListener } from './scenarios/progress.ts'
import type { RunRecord } from './scenarios/record.ts'
import type { Scenario } from './scenarios/scenario.ts'

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string }
const COMMAND = 'npx tsx cli.ts'
const INTERRUPTED = 130
const BUG = 70

// ------------------------------------------------------------------------------------------------------ commands

interface RunOptions {
  readonly file: string
  readonly on: 'sim' | 'local'
  readonly seed: number | undefined
  readonly trials: number
  readonly out: string | undefined
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly mysqld: string | undefined
  readonly dataDir: string | undefined
  readonly basePort: number | undefined
}

async function run(options: RunOptions): Promise<number> {
  const scenario = loadScenario(options.file)
  const seed = options.seed ?? scenario.seed
  const folder = options.out ?? join('out', `${scenario.name}-${options.on}-${seed}`)
  const { prepareFolder, saveRun } = await import('./reports/save.ts')
  prepareFolder(folder)
  const style = styleOf(process.stderr, process.env)
  const screen = new Screen(process.stderr, options.quiet)
  const started = { startedAt: new Date().toISOString(), versions: { quorumlab: version, node: process.version } }
  screen.line(headerText({ ...scenario, version, world: options.on, seed, trials: options.trials }, style))
  const { signal, release } = untilInterrupted(screen)
  const listener: ProgressListener = {
    onProgress: (progress) => screen.live(() => liveLine(progress, scenario.workload.durationUs, style)),
    onEvent: (event) => {
      const line = eventLine(event, style, options.verbose)
      if (line !== null) screen.line(line)
    },
  }
  const records: RunRecord[] = []
  try {
    for (let trial = 0; trial < options.trials && !signal.aborted; trial++) {
      if (options.trials > 1) screen.line(`  trial ${trial + 1} of ${options.trials}, seed ${seed + trial}`)
      records.push(await runTrial(scenario, seed + trial, folder, options, listener, signal))
    }
  } finally {
    screen.close()
    release()
  }
  const { judge } = await import('./scenarios/judge.ts')
  const judged = judge(scenario, records, { ...started, machine: machine(), coordinator: 'service' })
  // Trials that were never begun are missing from the result, so it is not complete.
  const result = { ...judged, complete: judged.complete && records.length === options.trials }
  const saved = await saveRun(folder, result, async () => (await import('./reports/html.ts')).renderReport([result]))
  if (options.json) await print(`${JSON.stringify(result.summary, null, 2)}\n`)
  const trials = options.trials === 1 ? '' : ` --trials ${options.trials}`
  const closing = [
    '',
    summaryText(result, options.json ? style : styleOf(process.stdout, process.env)),
    '',
    `  report  ${saved.reportPath ?? 'none'}`,
    `  result  ${saved.resultPath ?? 'none'}`,
    `  replay  ${COMMAND} run ${options.file} --on ${options.on} --seed ${seed}${trials}`,
  ].join('\n')
  if (options.json) screen.line(closing)
  else await print(`${closing}\n`)
  if (saved.troubles.length > 0) throw new EnvironmentError(saved.troubles.join('\n'))
  return result.complete ? exitCodeOf(result) : INTERRUPTED
}

async function runTrial(
  scenario: Scenario,
  seed: number,
  outDir: string,
  { on, mysqld, dataDir, basePort }: RunOptions,
  listener: ProgressListener,
  signal: AbortSignal,
): Promise<RunRecord> {
  if (on === 'sim') {
    const { simulate } = await import('./sim/run.ts')
    return await simulate(scenario, { seed, ...listener, shouldStop: () => signal.aborted })
  }
  const { runReal } = await import('./real/run.ts')
  return await runReal(scenario, { seed, outDir, signal, mysqld, dataDir, basePort, ...listener })
}

async function compare(first: string, second: string, out: string | undefined): Promise<number> {
  const { readResult } = await import('./scenarios/read-result.ts')
  const results = [readResult(first), readResult(second)] as const
  const folder = out ?? join('out', `compare-${runName(first)}-${runName(second)}`)
  const { compareResults } = await import('./scenarios/compare.ts')
  const { comparisonText } = await import('./reports/terminal-comparison.ts')
  const comparison = compareResults(...results)
  await print(`${comparisonText(comparison, [first, second])}\n`)
  const { prepareFolder, saveReport } = await import('./reports/save.ts')
  prepareFolder(folder)
  const { renderReport } = await import('./reports/html.ts')
  await print(`\n  report  ${saveReport(folder, await renderReport(results, comparison))}\n`)
  return 0
}

/** `out/primary-crash-sim-1/result.json` is the run primary-crash-sim-1. */
function runName(path: string): string {
  return basename(path) === 'result.json' ? basename(dirname(path)) : basename(path, '.json')
}

async function list(): Promise<number> {
  const width = Math.max(...libraryNames().map((name) => name.length))
  for (const { name, description } of listScenarios()) await print(`${name.padEnd(width)}  ${description}\n`)
  return 0
}

async function schema(): Promise<number> {
  const { scenarioJsonSchema } = await import('./scenarios/schema.ts')
  await print(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)
  return 0
}

async function status(): Promise<number> {
  const { livingClusters } = await import('./real/drivers/local/sweep.ts')
  const clusters = livingClusters()
  if (clusters.length === 0) await print('no cluster is running\n')
  for (const { id, pid, createdAt, servers } of clusters) {
    const ports = Object.entries(servers).map(([name, { port }]) => `${name} on port ${port}`)
    await print(`cluster ${id} of process ${pid}, since ${createdAt}: ${ports.join(', ') || 'no server yet'}\n`)
  }
  return 0
}

async function down(): Promise<number> {
  const { sweep } = await import('./real/drivers/local/sweep.ts')
  const swept = await sweep()
  if (swept.length === 0) await print('nothing was left behind\n')
  for (const { id, servers, directories } of swept)
    await print(`cluster ${id}: ${servers} servers ended, ${directories.length} folders removed\n`)
  return 0
}

// ----------------------------------------------------------------------------------------------------- arguments

function integer(option: string, min: number, max: number) {
  return (value: unknown): number | undefined => {
    if (value === undefined) return undefined
    const number = typeof value === 'string' && /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN
    if (number >= min && number <= max) return number
    const found = Array.isArray(value) ? 'it more than once' : JSON.stringify(value)
    throw new UsageError(`--${option}: expected a whole number from ${min} to ${max}, found ${found}`)
  }
}

function once(option: string) {
  return (value: unknown): string | undefined => {
    if (value === undefined || (typeof value === 'string' && value !== '')) return value
    throw new UsageError(
      `--${option}: expected one value, found ${Array.isArray(value) ? 'it more than once' : 'nothing'}`,
    )
  }
}

const WORLDS = ['sim', 'local']
const PLANNED_WORLDS = ['docker', 'attach']

function world(value: unknown): 'sim' | 'local' {
  if (value === 'sim' || value === 'local') return value
  const found = PLANNED_WORLDS.includes(String(value)) ? `${value} (planned and not there yet)` : JSON.stringify(value)
  throw new UsageError(`--on: expected ${WORLDS.join(' or ')}, found ${found}${suggestion(String(value), WORLDS)}`)
}

type Handler = () => Promise<number>

/** `chosen` is told what to do; yargs itself does nothing and ends nothing. */
function parser(words: readonly string[], chosen: (handler: Handler) => void): Argv {
  const out = {
    type: 'string',
    coerce: once('out'),
    requiresArg: true,
    describe: 'folder for the files written',
  } as const
  return yargs(words)
    .scriptName(COMMAND)
    .usage(
      '$0 <command>\n\nSimulate, benchmark and break a replicated MySQL cluster, or run the same against a real one.',
    )
    .command(
      'run <file>',
      'run a scenario, write DIR/result.json and DIR/report.html',
      (y) =>
        y
          .positional('file', { type: 'string', demandOption: true, describe: 'a YAML file, or a name from `list`' })
          .option('on', {
            type: 'string',
            default: 'sim' as const,
            coerce: world,
            requiresArg: true,
            describe: 'world: sim or local',
          })
          .option('seed', {
            type: 'string',
            coerce: integer('seed', 0, 2 ** 53 - 2 ** 20),
            requiresArg: true,
            describe: "default: the scenario's",
          })
          .option('trials', {
            type: 'string',
            coerce: integer('trials', 1, 1000),
            requiresArg: true,
            describe: 'how many; trial i uses seed + i',
          })
          .option('out', { ...out, describe: 'default: out/<scenario>-<world>-<seed>' })
          .option('json', { type: 'boolean', describe: 'only the summary on stdout, as JSON' })
          .option('quiet', { type: 'boolean', conflicts: 'verbose', describe: 'no progress, no events' })
          .option('verbose', { type: 'boolean', describe: 'every decision as it is taken' })
          .option('mysqld', {
            type: 'string',
            coerce: once('mysqld'),
            requiresArg: true,
            describe: 'local: the server to run (or QUORUMLAB_MYSQLD)',
          })
          .option('data-dir', {
            type: 'string',
            coerce: once('data-dir'),
            requiresArg: true,
            describe: 'local: where the servers keep their data',
          })
          .option('base-port', {
            type: 'string',
            coerce: integer('base-port', 1024, 65_000),
            requiresArg: true,
            describe: 'local: first port (default: any free)',
          })
          .example('$0 run primary-crash --on sim', 'the source dies, simulated')
          .example('$0 run primary-crash --on local --trials 5', 'five times, on four real servers'),
      ({ file, on, seed, trials = 1, out, json = false, quiet = false, verbose = false, mysqld, dataDir, basePort }) =>
        chosen(() => run({ file, on, seed, trials, out, json, quiet, verbose, mysqld, dataDir, basePort })),
    )
    .command(
      'compare <a> <b>',
      'two results side by side: medians, intervals, what is significant',
      (y) =>
        y
          .positional('a', { type: 'string', demandOption: true, describe: 'a result.json, or its folder' })
          .positional('b', { type: 'string', demandOption: true, describe: 'another' })
          .option('out', { ...out, describe: 'default: out/compare-<a>-<b>' })
          .example('$0 compare out/primary-crash-sim-1 out/primary-crash-local-1', 'simulated beside measured')
          .example('$0 compare A/result.json B/result.json --out both', 'the report in the folder `both`'),
      ({ a, b, out }) => chosen(() => compare(a, b, out)),
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
          .positional('name', { type: 'string', demandOption: true, describe: 'a YAML file, or a name from `list`' })
          .example('$0 explain primary-crash', 'one of the library')
          .example('$0 explain scenarios/library/healthy.yaml', 'a file'),
      ({ name }) =>
        chosen(async () => {
          await print(explain(loadScenario(name)))
          return 0
        }),
    )
    .command(
      'status',
      'the clusters of real servers that are running',
      (y) =>
        y.example('$0 status', 'ids, processes, ports').example('$0 status && $0 down', 'then remove what was left'),
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
    .completion('completion', 'the script that completes commands in your shell')
    .demandCommand(1, 'expected a command, found none')
    .strict()
    .version(version)
    .help()
    .alias({ h: 'help', q: 'quiet', v: 'verbose' })
    .wrap(process.stdout.isTTY ? Math.min(110, process.stdout.columns) : 110)
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw error ?? new UsageError(message)
    })
}

const COMMANDS = ['run', 'compare', 'list', 'explain', 'status', 'down', 'schema', 'completion']

async function main(words: readonly string[]): Promise<number> {
  const [command] = words
  if (command !== undefined && !command.startsWith('-') && !COMMANDS.includes(command))
    throw new UsageError(
      `unknown command, expected one of ${COMMANDS.join(', ')}, found ${command}${suggestion(command, COMMANDS)}`,
    )
  let handler: Handler = async () => 0
  await parser(words, (chosen) => {
    handler = chosen
  }).parseAsync()
  return await handler()
}

// --------------------------------------------------------------------------------------------------- the process

/** The first signal asks for a clean stop, the second ends the program at once. */
function untilInterrupted(screen: Screen): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController()
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED)
    screen.line('  stopping: the partial result will be written (once more to stop at once)')
    controller.abort()
  }
  for (const name of names) process.on(name, onSignal)
  return {
    signal: controller.signal,
    release: () => {
      for (const name of names) process.off(name, onSignal)
    },
  }
}

function machine(): Readonly<Record<string, string | number>> {
  const cores = cpus()
  const memoryGb = Math.round(totalmem() / 2 ** 30)
  return { platform: platform(), arch: arch(), cores: cores.length, cpu: cores[0]?.model.trim() ?? 'unknown', memoryGb }
}

/** Settles when the text is handed over: a pipe may be slower than we are. */
function print(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()))
}

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
