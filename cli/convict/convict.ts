/**
 * The `convict` command: hunts for what goes wrong with each behaviour of the original prototype, saves what it finds
 * as small scenarios, and writes the table of them. With `--on local` it runs what is saved on real servers.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { Screen } from '../../reports/screen.ts'
import { type Charge, chargesNamed } from '../../scenarios/convict/charge.ts'
import { convictionsPage, entryLine, isProven } from '../../scenarios/convict/convictions-table.ts'
import { evidenceText, fingerprintOf } from '../../scenarios/convict/evidence.ts'
import { type Entry, entered, ledgerText, readLedger } from '../../scenarios/convict/ledger.ts'
import { UsageError } from '../../scenarios/file/errors.ts'
import { LIBRARY } from '../../scenarios/file/library.ts'
import { loadWritten } from '../../scenarios/file/load.ts'
import type { RunWorld } from '../../scenarios/worlds.ts'
import { COMMAND, EXIT } from '../exit.ts'
import { claimFolder } from '../folder.ts'
import { refuseElsewhere, type ServerOptions } from '../local-options.ts'
import { print, untilInterrupted } from '../output.ts'
import { entryOf, type Hunt, soundSeeds, steadiestFind } from './hunt.ts'
import { measuredOn } from './on-real-servers.ts'

interface ConvictOptions extends ServerOptions {
  /** Of charges; none: all. */
  readonly names: readonly string[]
  /** To be tried at most, from 0. */
  readonly seeds: number
  /** Of the same space with the sound form. */
  readonly soundSeeds: number
  readonly on: RunWorld
  readonly times: number
  readonly jobs: number | undefined
  readonly out: string | undefined
  readonly quiet: boolean
}

/** What one command does with every charge: where it writes, and how it is told to stop. */
interface Command {
  readonly options: ConvictOptions
  readonly folder: string
  readonly screen: Screen
  readonly signal: AbortSignal
}

export async function convict(options: ConvictOptions): Promise<number> {
  refuseElsewhere(options.on, options)
  const charges = chargesNamed(options.names)
  const folder = options.out ?? shortened(LIBRARY)
  const screen = new Screen(process.stderr, options.quiet)
  const interrupt = untilInterrupted(() => screen.line('  stopping: what was done stays (once more to stop at once)'))
  const command = { options, folder, screen, signal: interrupt.signal }
  const ledgerFile = join(folder, 'convictions', 'convictions.json')
  const release = claimFolder(join(folder, 'convictions'))
  let entries = readLedger(ledgerFile)
  let isGood = true
  try {
    for (const charge of charges) {
      if (interrupt.signal.aborted) break
      const entry = await (options.on === 'sim' ? hunted(charge, command) : measured(charge, entries, command))
      screen.close()
      if (interrupt.signal.aborted) break
      if (entry === null || !isProven(entry)) isGood = false
      if (entry === null) continue
      if (entry.real.kind === 'measured' && entry.real.reproduced === 0) isGood = false
      entries = entered(entries, entry)
      writeFileSync(ledgerFile, ledgerText(entries))
      await print(`${entryLine(entry, charge)}\n`)
    }
    const all = chargesNamed([])
    const page = join(folder, 'README.md')
    writeFileSync(page, convictionsPage(all, entries, `${COMMAND} convict`))
    const proven = entries.filter((entry) => isProven(entry) && all.some(({ name }) => name === entry.name))
    await print(`\n  ${proven.length} of ${all.length} charges proven\n  table  ${page}\n`)
  } finally {
    screen.close()
    interrupt.release()
    release()
  }
  if (interrupt.signal.aborted) return EXIT.interrupted
  return isGood ? 0 : 1
}

/** Finds it, makes it small, saves it, and tries what was saved. Null: not found. */
async function hunted(charge: Charge, { options, folder, screen, signal }: Command): Promise<Entry | null> {
  const { seeds, soundSeeds: ofSoundForm, jobs = availableParallelism() } = options
  const live = (text: string) => screen.live(() => text)
  const hunt: Hunt = { seeds, soundSeeds: ofSoundForm, jobs, live, signal }
  const find = await steadiestFind(charge, hunt)
  if (find === null || signal.aborted) {
    if (!signal.aborted) await print(`${charge.name}: not found in ${seeds} seeds\n`)
    return null
  }
  const file = fileOf(folder, charge)
  writeFileSync(file, evidenceText(find.evidence, charge, find.foundAtSeed))
  return entryOf(charge, loadWritten(file).written, find, await soundSeeds(charge, hunt))
}

/** What is saved, on real servers. Null: nothing is saved. */
async function measured(
  charge: Charge,
  entries: readonly Entry[],
  { options, folder, screen, signal }: Command,
): Promise<Entry | null> {
  const file = fileOf(folder, charge)
  const entry = entries.find(({ name }) => name === charge.name)
  if (entry === undefined || !existsSync(file))
    throw new UsageError(`${file}: expected what \`convict\` saved, found nothing: run it without --on local first`)
  const evidence = loadWritten(file).written
  if (fingerprintOf(evidence) !== entry.fingerprint)
    throw new UsageError(
      `${file}: expected the scenario that convictions.json was written for, found another: run \`convict ${charge.name}\``,
    )
  const real = await measuredOn(evidence, charge, options, { screen, signal })
  return real === null ? null : { ...entry, real }
}

function fileOf(folder: string, { name }: Charge): string {
  return join(folder, 'convictions', `${name}.yaml`)
}

function shortened(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}
