/**
 * The command line: parse, call one function, print, set the exit code.
 *
 * Exit codes: 0 all checks and expectations hold; 1 one does not; 2 bad input or usage; 3 the environment lacks
 * something; 70 a bug; 130 interrupted. stdout carries results, stderr everything else.
 */
import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs'
import { arch, cpus, platform, totalmem } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import yargs, { type Argv } from 'yargs'
import { EnvironmentError } from './real/drivers/environment-error.ts'
import { Screen, styleOf } from './reports/screen.ts'
import { eventLine, headerText, liveLine, summaryText } from './reports/terminal.ts'
import { ScenarioError, UsageError } from './scenarios/errors.ts'
import { exitCodeOf } from './scenarios/expectations.ts'
import { explain } from './scenarios/explain.ts'
import { libraryNames, listScenarios, loadScenario } from './scenarios/load.ts'
import { suggestion } from './scenarios/nearest.ts'
import type { Progress, ProgressListener } from './scenarios/progress.ts'
import type { RunRecord } from './scenarios/record.ts'
import type { Result } from './scenarios/result.ts'
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
  prepareFolder(folder)
  const screen = new Screen(process.stderr, options.quiet)
  const interrupt = untilInterrupted(screen)
  try {
    const startedAt = new Date().toISOString()
    const style = styleOf(process.stderr, process.env)
    screen.line(headerText({ ...scenario, version, world: options.on, seed, trials: options.trials }, style))
    const records = await recordsOf(scenario, seed, folder, options, screen, interrupt.signal)
    const { judge } = await import('./scenarios/judge.ts')
    const versions = { quorumlab: version, node: process.version }
    const judged = judge(scenario, records, { startedAt, versions, machine: machine(), coordinator: 'service' })
    // Trials that were never begun are missing from the result, so it is not complete.
    const result = { ...judged, complete: judged.complete && records.length === options.trials }
    const troubles = await conclude(result, folder, options, screen)
    if (troubles.length > 0) throw new EnvironmentError(troubles.join('\n'))
    return result.complete ? exitCodeOf(result) : INTERRUPTED
  } finally {
    interrupt.release()
  }
}

/** One record for each trial that was begun; at least one. */
async function recordsOf(
  scenario: Scenario,
  seed: number,
  folder: string,
  options: RunOptions,
  screen: Screen,
  signal: AbortSignal,
): Promise<readonly RunRecord[]> {
  const style = styleOf(process.stderr, process.env)
  const listener = {
    onProgress: (progress: Progress) => screen.live(() => liveLine(progress, scenario.workload.durationUs, style)),
    onEvent: (event: Result['events'][number]) => {
      const line = eventLine(event, style, options.verbose)
      if (line !== null) screen.line(line)
    },
  }
  const audience = { screen, listener, signal }
  const records: RunRecord[] = []
  let world: Trials | null = null
  try {
    world = await (options.on === 'sim' ? simulated(scenario, audience) : measured(scenario, folder, options, audience))
    for (let trial = 0; trial < options.trials && !signal.aborted; trial++) {
      if (options.trials > 1) screen.line(`  trial ${trial + 1} of ${options.trials}, seed ${seed + trial}`)
      records.push(await world.run(seed + trial))
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    screen.close()
    await world?.end()
  }
  return records.length > 0 ? records : [notBegun(options.on, seed)]
}

/** Writes the files, prints the summary; returns what went wrong in writing. */
async function conclude(
  result: Result,
  folder: string,
  options: RunOptions,
  screen: Screen,
): Promise<readonly string[]> {
  const { saveRun } = await import('./reports/save.ts')
  const saved = await saveRun(folder, result, async () => (await import('./reports/html.ts')).renderReport([result]))
  const trials = options.trials === 1 ? '' : ` --trials ${options.trials}`
  const closing = [
    '',
    summaryText(result, styleOf(options.json ? process.stderr : process.stdout, process.env)),
    '',
    `  report  ${saved.reportPath ?? 'none'}`,
    `  result  ${saved.resultPath ?? 'none'}`,
    `  replay  ${COMMAND} run ${options.file} --on ${options.on} --seed ${result.seed}${trials}`,
  ].join('\n')
  if (options.json) {
    screen.line(closing)
    await print(`${JSON.stringify(result.summary, null, 2)}\n`)
  } else await print(`${closing}\n`)
  return saved.troubles
}

interface Trials {
  run(seed: number): Promise<RunRecord>
  end(): Promise<void>
}

interface Audience {
  readonly screen: Screen
  readonly listener: Required<ProgressListener>
  readonly signal: AbortSignal
}

async function simulated(scenario: Scenario, { listener, signal }: Audience): Promise<Trials> {
  const { SimulationThread } = await import('./sim/host/simulate-in-worker.ts')
  const thread = new SimulationThread()
  const onProgress = (fraction: number) => {
    listener.onProgress({ ...NO_COUNTS, phase: 'workload', atUs: fraction * scenario.workload.durationUs })
  }
  return {
    run: async (seed) => {
      const record = await thread.simulate(scenario, { seed, onProgress, signal })
      for (const event of record.events) listener.onEvent(event)
      return record
    },
    end: () => thread.end(),
  }
}

async function measured(scenario: Scenario, outDir: string, options: RunOptions, audience: Audience): Promise<Trials> {
  const { screen, listener, signal } = audience
  const { refuseUnsupported } = await import('./real/faults.ts')
  refuseUnsupported(scenario)
  const { createLocalDriver } = await import('./real/drivers/local/local-driver.ts')
  const { runReal } = await import('./real/run.ts')
  const local = {
    nodes: scenario.cluster.nodes,
    mysqld: options.mysqld,
    dataDirectory: options.dataDir,
    basePort: options.basePort,
    extrasDirectory: join(outDir, 'extras'),
    onProgress: (line: string) => screen.line(`  ${line}`),
  }
  return {
    run: async (seed) =>
      runReal(scenario, { seed, outDir, signal, driver: await createLocalDriver(local), ...listener }),
    end: async () => {},
  }
}

/** The simulator is too fast to be counted while it runs. */
const NO_COUNTS = { offered: 0, ok: 0, failed: 0, unknown: 0, p99Ms: null, lagMs: null, source: null, faults: [] }

/** The record of a trial that was interrupted before its workload began. */
function notBegun(world: RunRecord['world'], seed: number): RunRecord {
  const none = { operations: [], events: [], faults: [], nodes: [], lag: [], counters: {} }
  return { world, seed, ...none, endedUs: 0, complete: false, digest: null, mysqlVersion: null }
}

async function compare(first: string, second: string, out: string | undefined): Promise<number> {
  const { readResult } = await import('./scenarios/read-result.ts')
  const results = [readResult(first), readResult(second)] as const
  const folder = out ?? join('out', `compare-${runName(first)}-${runName(second)}`)
  const { compareResults } = await import('./scenarios/compare.ts')
  const { comparisonText } = await import('./reports/terminal-comparison.ts')
  const comparison = compareResults(...results)
  await print(`${comparisonText(comparison, [first, second])}\n`)
  prepareFolder(folder)
  const { saveReport } = await import('./reports/save.ts')
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
  const firstSentence = (text: string) => text.split(/(?<=[.?])\s/)[0]
  const lines = listScenarios().map((one) => `${one.name.padEnd(width)}  ${firstSentence(one.description)}\n`)
  return print(lines.join(''))
}

async function schema(): Promise<number> {
  const { scenarioJsonSchema } = await import('./scenarios/schema.ts')
  return print(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)
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

const COMMANDS = ['run', 'compare', 'list', 'explain', 'status', 'down', 'schema', 'completion']
const OPTIONS = 'on seed trials out json quiet verbose mysqld data-dir base-port help version'.split(' ')

function usageText(message: string): string {
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1]
  if (unknown !== undefined) return `unknown argument ${unknown}${suggestion(unknown, OPTIONS)}`
  if (message.startsWith('Not enough non-option')) return 'an argument is missing'
  return message
}

/** After `run` and `explain` come the names of the library; elsewhere what yargs knows. */
function completions(_current: string, argv: unknown, defaults: () => void, done: (words: string[]) => void): void {
  const words = (argv as { _: string[] })._
  if (words.includes('run') || words.includes('explain')) done([...libraryNames()])
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

/** Before a run rather than after it. */
function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const text = `${folder}: expected a folder that can be written to, found ${message}`
    throw code === 'EEXIST' || code === 'ENOTDIR' ? new UsageError(text) : new EnvironmentError(text)
  }
}

function machine(): Readonly<Record<string, string | number>> {
  const cores = cpus()
  const memoryGb = Math.round(totalmem() / 2 ** 30)
  return { platform: platform(), arch: arch(), cores: cores.length, cpu: cores[0]?.model.trim() ?? 'unknown', memoryGb }
}

/** Settles, with the exit code of a command that only prints, when the text is handed over: a pipe may be slow. */
function print(text: string): Promise<0> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve(0)))
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
