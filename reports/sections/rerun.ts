/** How to run it again, and everything one must know to call two runs the same. */

import { delayText } from '../../scenarios/file/delay-text.ts'
import { levelsText } from '../../scenarios/file/levels.ts'
import { closedText, keysText, stagesText } from '../../scenarios/file/load-text.ts'
import { policyName } from '../../scenarios/measures/compare-results.ts'
import type { Result } from '../../scenarios/result.ts'
import { digits, milliseconds, seconds } from '../../scenarios/shown/numbers.ts'
import { LEVEL_NAMES, LEVELS, PRICES } from '../acknowledgement-prices.ts'
import { receivedText } from '../caveats.ts'
import { html, type Markup, type Piece, scriptJson } from '../markup.ts'
import type { Run } from '../runs.ts'
import { fileWord } from '../shell-words.ts'
import { table } from '../tables.ts'
import { eventsOf } from './events.ts'

export function rerunSection(runs: readonly Run[]): Markup {
  const facts = runs.map(({ result }) => factsOf(result))
  const labels = [...new Set(facts.flatMap((fact) => [...fact.keys()]))]
  return html`<section id="rerun"><h2>How to run it again</h2>
<div class="commands"><pre tabindex="0"><code${isOwnCommand(runs) ? html` data-self="${OWN_NAME}"` : ''}>${runs.map(({ result }) => commandOf(result, runs.length === 1)).join('\n')}</code></pre></div>
<p>In the folder of quorumlab.${runs.length === 1 && runs[0]!.result.scenario.text !== undefined ? ' This page holds the scenario, the seed and the number of trials: the command may name this page, or its result.json, in place of a scenario.' : ''}</p>
${runs.some(({ result }) => result.world === 'sim') ? html`<p>In the simulator the same seed gives the same bytes; the digest below is the hash of every event of the run.</p>` : ''}
${table({
  id: 'provenance',
  caption: 'What was run',
  columns: [{ title: '' }, ...runs.map(({ name }) => ({ title: name }))],
  rows: labels.map((label) => [label, ...facts.map((fact) => fact.get(label) ?? '')]),
})}
${pricesOf(runs)}
${runs.map((run) => scenarioText(run, runs.length > 1))}
${runs.map((run, index) => eventsOf(run, index))}
<script type="application/json" id="runs">${scriptJson(runs.flatMap(({ result }) => embeddedOf(result)))}</script>
</section>
`
}

/** Where a run was acknowledged on receipt, or waited for receipts. */
function pricesOf(runs: readonly Run[]): Markup | null {
  const cluster = ({ result }: Run) => result.scenario.cluster
  if (!runs.some((run) => cluster(run).acknowledge === 'received' || cluster(run).semiSync)) return null
  return table({
    id: 'prices',
    caption: 'What a loss costs at each level of acknowledgement',
    columns: [{ title: 'what is lost' }, ...LEVELS.map((level) => ({ title: LEVEL_NAMES[level] }))],
    rows: PRICES.map((price) => [price.loss, ...LEVELS.map((level) => price[level])]),
  })
}

/** The page's name until its script knows better. */
const OWN_NAME = 'report.html'

/**
 * `alone`: the page is of this run only. A scenario of the library has a name that is found anywhere; any other file is
 * where somebody ran it, so the page itself is named, which holds the same text.
 */
export function commandOf({ scenario, world, seed, trials }: Result, alone = false): string {
  const several = trials.length > 1 ? ` --trials ${trials.length}` : ''
  const file =
    libraryName(scenario) ??
    (alone && scenario.text !== undefined ? OWN_NAME : fileWord(scenario.file || scenario.name))
  return `npx quorumlab run ${file} --on ${world} --seed ${seed}${several}`
}

function isOwnCommand([run, ...others]: readonly Run[]): boolean {
  const scenario = run!.result.scenario
  return others.length === 0 && scenario.text !== undefined && libraryName(scenario) === null
}

function libraryName({ file, name }: Result['scenario']): string | null {
  return /(^|\/)scenarios\/library\/([a-z0-9-]+)\.yaml$/.exec(file)?.[2] === name ? name : null
}

/** What `run report.html` reads (scenarios/file/embedded.ts). */
function embeddedOf({ scenario, world, seed, trials, digest, versions }: Result): object[] {
  const { file, text } = scenario
  if (text === undefined) return []
  return [{ file, text, world, seed, trials: Math.max(1, trials.length), digest, quorumlab: versions.quorumlab }]
}

function scenarioText({ result, name }: Run, named: boolean): Markup | null {
  const { text } = result.scenario
  if (text === undefined) return null
  return html`<details class="log"><summary>The scenario${named ? `, ${name}` : ''}: ${result.scenario.name}</summary>
<div class="commands" data-copies="the scenario"><pre tabindex="0"><code>${text}</code></pre></div></details>
`
}

function factsOf(result: Result): Map<string, Piece> {
  const { scenario, versions, machine, summary } = result
  const { workload, cluster } = scenario
  const warmup = workload.warmupUs / 1000
  const facts: [string, Piece][] = [
    ['scenario', `${scenario.name} (${scenario.file})`],
    ['scenario hash', html`<code>${scenario.hash}</code>`],
    ['world', result.world === 'sim' ? 'simulator' : `real MySQL servers (${result.world})`],
    ['coordinator', coordinatorOf(result)],
    ['seed', String(result.seed)],
    [
      'trials',
      `${Math.max(1, result.trials.length)}${result.trials.length > 1 ? '; trial i uses seed + i; charts over time show the first' : ''}`,
    ],
    [
      'cluster',
      cluster.protocol === 'raft'
        ? `a Raft group of ${cluster.nodes} servers${zonesOf(cluster)}; a write counts once its commit quorum holds it`
        : `${cluster.nodes} nodes${zonesOf(cluster)}, ${cluster.timestampServers} timestamp servers; a write counts once it is ${cluster.acknowledge} on a replica; semi-sync ${cluster.semiSync ? 'on' : 'off'}`,
    ],
    ...[receivedText(cluster)].flatMap((text): [string, Piece][] => (text === null ? [] : [['received', text]])),
    [
      'algorithms',
      (['timestamps', 'quorum', 'election'] as const)
        .map((family) => `${family} ${policyName(scenario, family)}`)
        .join(', '),
    ],
    [
      'workload',
      `${paceOf(workload)}, ${digits(workload.reads * 100)} % reads, ${levelsText(workload.consistency)}, ${keysText(workload)}, ${seconds(workload.durationUs / 1000, 0)}; given up after ${milliseconds(workload.deadlineUs / 1000)}`,
    ],
    ...settingsFacts(scenario),
    [
      'warm-up',
      warmup > 0
        ? `operations meant to start in the first ${seconds(warmup)} are done and checked, but not measured`
        : 'none: every operation is measured',
    ],
    ['resolution', `${milliseconds(summary.resolutionMs)} (one operation's interval)`],
    ['quorumlab', versions.quorumlab],
    ['Node.js', versions.node],
    ['MySQL', versions.mysql ?? 'simulated'],
    ...Object.entries(result.durability ?? {}).map(([name, value]): [string, Piece] => [`durability, ${name}`, value]),
    ...Object.entries(machine).map(([name, value]): [string, Piece] => [`machine, ${name}`, String(value)]),
    ['started', result.startedAt],
    [
      'digest',
      result.digest === null ? 'none: a real run is not repeatable to the bit' : html`<code>${result.digest}</code>`,
    ],
    [
      'complete',
      result.complete ? 'yes' : `no: ${result.environment === undefined ? 'interrupted' : 'the environment failed'}`,
    ],
  ]
  return new Map(facts)
}

function paceOf(workload: Result['scenario']['workload']): string {
  if (workload.mode === 'closed') return closedText(workload)
  const { stages, ratePerSec, arrivals, clients } = workload
  const rate = `${digits(ratePerSec)} operations/s`
  const rates = stages === undefined ? rate : `${rate} in the mean (${stagesText(stages)})`
  return `open loop, ${arrivals} arrivals, ${rates}, at most ${clients} in flight`
}

function coordinatorOf({ scenario }: Result): string {
  if (scenario.cluster.protocol === 'raft') return 'none: clients ask the leader'
  return 'a process of its own'
}

/** Results of earlier versions have no zones. */
function zonesOf({ zones = [] }: Partial<Result['scenario']['cluster']>): string {
  return zones.length === 0 ? '' : ` (${zones.map(({ name, nodes }) => `${nodes} in ${name}`).join(', ')})`
}

/** Network, deadlines and faults as the run had them, defaults filled in. */
function settingsFacts({ settings }: Result['scenario']): [string, Piece][] {
  if (settings === undefined) return []
  const { network, tuning, livenessUs, faults, raft } = settings
  const links = network.links.map(({ from, to, delay }) => `; ${from}->${to} ${delayText(delay)}`).join('')
  const deadlines = Object.entries(tuning).map(([key, us]) => `${key.replace(/Us$/, '')} ${milliseconds(us / 1000)}`)
  return [
    ['network', `one way ${delayText(network.defaultDelay)}${links}`],
    ...(raft === null ? [['tuning', deadlines.join(', ')] as [string, Piece]] : []),
    ...(livenessUs === 0 ? [] : [['liveness', milliseconds(livenessUs / 1000)] as [string, Piece]]),
    ['steps', faults.length === 0 ? 'none: no fault' : `${faults.length}, as the scenario below says`],
  ]
}
