/** The command `stress`, as yargs reads it. */
import type { Argv } from 'yargs'
import { UsageError } from '../../scenarios/file/errors.ts'
import { suggestion } from '../../scenarios/file/nearest.ts'
import { STRESS_KIND_NAMES, type StressKindName } from '../../scenarios/stress-result.ts'
import { flag, integer, once, value } from '../arguments.ts'
import { type Chosen, LOCAL_SERVERS } from '../local-options.ts'

const LEVELS = ['STRONG', 'SESSION', 'EVENTUAL'] as const
export function stressCommand(parser: Argv, chosen: Chosen): Argv {
  return parser.command(
    'stress',
    "load a running system: writes, a mix, levels compared, lag, a failover; the dashboard's own numbers",
    (y) =>
      y
        .option('url', { ...value('the coordinator'), default: 'http://127.0.0.1:9000' })
        .option('start', flag('a system for this stress alone, on free ports'))
        .option('only', value(`some of ${STRESS_KIND_NAMES.join(', ')}, with commas`))
        .option('operations', value('for each run (default: what is usual for it)'))
        .option('consistency', { ...value(`of writes and mix: ${LEVELS.join(', ')}`), default: 'STRONG' })
        .option('out', { ...value('DIR for stress.json and report.html'), default: 'out/stress' })
        .option('json', flag('the result on stdout, as JSON'))
        .option('quiet', flag('no progress', ['q']))
        .options(LOCAL_SERVERS)
        .example('$0 stress --only concurrent-writes --operations 100', 'on the system that is up')
        .example('$0 stress --start', 'everything, on one of its own'),
    ({ url, start, only, operations, consistency, out, json, quiet, mysqld, dataDir }) =>
      chosen(async () =>
        (await import('./stress.ts')).stress({
          ...{ start, json, quiet, url: address(once('url', url)!), out: once('out', out)! },
          kinds: only === undefined ? STRESS_KIND_NAMES : named(once('only', only)!),
          operations: integer('operations', operations, 1, 100_000),
          consistency: level(once('consistency', consistency)!),
          mysqld: once('mysqld', mysqld),
          dataDirectory: once('data-dir', dataDir),
        }),
      ),
  )
}

function named(text: string): readonly StressKindName[] {
  return text.split(',').map((name) => {
    const kind = STRESS_KIND_NAMES.find((one) => one === name)
    if (kind !== undefined) return kind
    throw new UsageError(
      `--only: expected some of ${STRESS_KIND_NAMES.join(', ')}, found ${JSON.stringify(name)}${suggestion(name, STRESS_KIND_NAMES)}`,
    )
  })
}

function level(text: string): (typeof LEVELS)[number] {
  const found = LEVELS.find((one) => one === text.toUpperCase())
  if (found !== undefined) return found
  throw new UsageError(`--consistency: expected ${LEVELS.join(', ')}, found ${JSON.stringify(text)}`)
}

function address(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text
  throw new UsageError(`--url: expected something like http://127.0.0.1:9000, found ${JSON.stringify(text)}`)
}
