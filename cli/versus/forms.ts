/**
 * The forms that `versus` holds side by side: each is a name for what a cluster does, as a scenario file would say it. A
 * new one is a record here.
 */
import { UsageError } from '../../scenarios/file/errors.ts'
import { suggestion } from '../../scenarios/file/nearest.ts'
import { overlay, type Written } from '../../scenarios/file/written.ts'

export interface Form {
  readonly name: string
  /** In a line. */
  readonly about: string
  /** Laid over a scenario, in place of all that this says of its algorithms. */
  readonly says: Written
}

const FORMS: readonly Form[] = [
  {
    name: 'prototype',
    about: 'what the original prototype did',
    says: { algorithms: { timestamps: 'odd-even', quorum: 'cabinet-top', election: 'seer-score' } },
  },
  {
    name: 'sound',
    about: 'what keeps every promise',
    says: { algorithms: { timestamps: 'taas', quorum: 'cabinet', election: 'seer' } },
  },
]

export const FORM_NAMES = FORMS.map(({ name }) => name)

/** `text`: two names or more, separated by commas. Throws a UsageError. */
export function formsNamed(text: string): readonly Form[] {
  const names = text.split(',')
  const forms = names.map((name) => {
    const form = FORMS.find((one) => one.name === name)
    if (form !== undefined) return form
    const hint = suggestion(name, FORM_NAMES)
    throw new UsageError(`--forms: expected ${FORM_NAMES.join(' or ')}, found ${JSON.stringify(name)}${hint}`)
  })
  if (forms.length < 2 || new Set(names).size < names.length)
    throw new UsageError(
      `--forms: expected two forms or more, each once, such as ${FORM_NAMES.join()}, found ${JSON.stringify(text)}`,
    )
  return forms
}

/** What of a file's `algorithms:` belongs to its own choice goes with it. */
export function withForm({ algorithms: _, ...rest }: Written, { says }: Form): Written {
  return overlay(rest, says)
}
