/** Completion of commands, options and scenario names for a shell. */
import { CHECK_NAMES } from '../scenarios/checks/checks.ts'
import { NODES_NAMED } from '../scenarios/file/expect-schema.ts'
import { libraryNames } from '../scenarios/file/library.ts'
import { aggregatedPaths, summaryPaths } from '../scenarios/measures/summary-paths.ts'
import { ENTRY } from './paste.ts'
import { FORM_NAMES } from './versus/forms.ts'

/** After `run`, `watch` and `explain` come the names of the library, after `--expect` its paths; elsewhere what yargs knows. */
export function completions(
  current: string,
  argv: unknown,
  defaults: () => void,
  done: (words: string[]) => void,
): void {
  const words = (argv as { _: string[] })._
  const { expect, forms } = argv as { readonly expect?: readonly unknown[]; readonly forms?: unknown }
  if (expect !== undefined && (expect.length === 0 || expect.at(-1) === '' || expect.at(-1) === current)) {
    const paths = summaryPaths(NODES_NAMED)
    done(['checks', ...CHECK_NAMES.map((name) => `checks.${name}`), ...paths, ...aggregatedPaths(paths)])
  } else if (forms === '' || (forms === current && words.includes('versus'))) {
    const before = current.replace(/[^,]*$/, '')
    done(FORM_NAMES.map((name) => before + name))
  } else if (['run', 'explain', 'fuzz', 'watch', 'versus'].some((word) => words.includes(word)))
    done([...libraryNames()])
  else defaults()
}

/** `npx quorumlab` is no word that a shell could complete, so the script defines one, which works in every folder. */
export function completionScript(): string {
  const call = [process.execPath, ENTRY]
  return [
    '# bash: eval "$(npx quorumlab completion)"; zsh: autoload bashcompinit && bashcompinit first.',
    '# It defines the command quorumlab, with completion.',
    `quorumlab() { ${call.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')} "$@"; }`,
    '_quorumlab() {',
    '  local words',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own syntax.
    '  words=$(quorumlab --get-yargs-completions "${COMP_WORDS[@]}" 2>/dev/null)',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own syntax.
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    // Parentheses are the shell's own: `median(...)` goes in escaped.
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own syntax.
    '  local i; for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=$(printf %q "${COMPREPLY[i]}"); done',
    '}',
    'complete -o default -F _quorumlab quorumlab',
    '',
  ].join('\n')
}
