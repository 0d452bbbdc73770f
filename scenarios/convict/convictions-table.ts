/** The ledger as a page: a table of all convictions, and what each is about. */
import { type Charge, formOf } from './charge.ts'
import { saying } from './evidence.ts'
import type { Entry, OnRealServers } from './ledger.ts'

export const MAX_EVENTS = 6

/** Is it what a conviction has to be? */
export function isProven({ events, soundSeeds, sound }: Entry): boolean {
  return events <= MAX_EVENTS && sound.passed > 0 && soundSeeds.failed === 0
}

/** `entries` of charges that are not given are left out, charges without an entry are said to be open. */
export function convictionsPage(charges: readonly Charge[], entries: readonly Entry[], command: string): string {
  const entryOf = (charge: Charge) => entries.find(({ name }) => name === charge.name)
  return [
    '# The library',
    '',
    'Scenarios that `run` and `explain` know by name: `npx quorumlab list` prints them. Two folders beside them belong to',
    '`convict`: `charges/` has, for each behaviour of the original prototype that goes wrong, the space of scenarios in',
    'which it is hunted for; `convictions/` has what was found.',
    '',
    '## Convictions',
    '',
    `Made by \`${command}\`, which draws each charge's scenarios from seeds, beginning with 0, until one fails the named check`,
    'and passes it with the sound form, makes that one small, saves it, and runs it again from the file. Where hardly any other',
    'seed shows the small scenario, the hunt goes on for up to six finds and the steadiest is kept. Events are steps and their',
    'undos. The sound form passed every check that its algorithms promise under the same faults, and the named check on as',
    `many seeds of the same space as the table says. Times on real servers are counted by \`${command} --on local\``,
    "and stay in the table as long as the saved scenario stays the same. Delays under `network:` are the simulator's alone, so what",
    'hangs on them need not happen there.',
    '',
    '| what the prototype does | what goes wrong | form | check that fails | found at seed | events | seeds that show it | sound form | on real MySQL |',
    '|---|---|---|---|---|---|---|---|---|',
    ...charges.map((charge) => row(charge, entryOf(charge))),
    '',
    'Each is run again by `npx quorumlab run scenarios/library/convictions/NAME.yaml`, with `--on local --trials 3` on real',
    'servers: exit code 0, because the file expects the check to fail.',
    '',
    ...charges.flatMap((charge) => explanation(charge, entryOf(charge))),
  ].join('\n')
}

function row(charge: Charge, entry: Entry | undefined): string {
  const form = `\`${saying(formOf(charge.space, charge.instead)!)}\``
  const check = `\`${charge.fails}\``
  const found =
    entry === undefined
      ? ['not found', '', '', '', '']
      : [
          `${entry.foundAtSeed}`,
          `${entry.events}`,
          `${entry.steady.convicting} of ${entry.steady.seeds}`,
          `${entry.sound.passed} checks pass; ${seedsText(entry)}`,
          realText(entry.real),
        ]
  return `| ${[linked(charge, entry), charge.wrong, form, check, ...found].join(' | ')} |`
}

function linked({ behaviour, name }: Charge, entry: Entry | undefined): string {
  return entry === undefined ? behaviour : `[${behaviour}](convictions/${name}.yaml)`
}

function seedsText({ soundSeeds: { seeds, failed, undecided } }: Entry): string {
  const open = undecided === 0 ? '' : `, ${undecided} undecided`
  return `${failed} of ${seeds} seeds fail${open}`
}

function realText(real: OnRealServers): string {
  switch (real.kind) {
    case 'measured':
      return `${real.reproduced} of ${real.times}; sound form held in ${real.held} of ${real.times} (MySQL ${real.mysql})`
    case 'impossible':
      return `simulator only (\`${real.verb}\`)`
    case 'not-run':
      return 'not run'
  }
}

function explanation(charge: Charge, entry: Entry | undefined): string[] {
  return [
    `### ${charge.behaviour}`,
    '',
    charge.explanation,
    '',
    `**The sound form** (\`${saying(charge.instead)}\`): ${charge.sound}`,
    '',
    ...(entry === undefined ? [] : [`**What was found**: ${entry.detail}.`, '']),
  ]
}

/** What was found, in a line for a terminal. */
export function entryLine({ name, foundAtSeed, events, steady, soundSeeds, real }: Entry, { fails }: Charge): string {
  const size = `${events} ${events === 1 ? 'event' : 'events'}${events > MAX_EVENTS ? ` (expected at most ${MAX_EVENTS})` : ''}`
  const measuredText =
    real.kind === 'measured'
      ? `; reproduced ${real.reproduced} of ${real.times} on real servers, sound form held in ${real.held}`
      : ''
  const shown = `shown by ${steady.convicting} of ${steady.seeds} seeds`
  const sound = `sound form: ${soundSeeds.failed} of ${soundSeeds.seeds} seeds fail`
  return `${name}: seed ${foundAtSeed} fails ${fails}, ${size}, ${shown}; ${sound}${measuredText}`
}
