/** Completion of commands, options and scenario names for a shell. */
import { fileURLToPath } from 'node:url'
import { libraryNames } from './scenarios/load.ts'

/** After `run` and `explain` come the names of the library; elsewhere what yargs knows. */
export function completions(
  _current: string,
  argv: unknown,
  defaults: () => void,
  done: (words: string[]) => void,
): void {
  const words = (argv as { _: string[] })._
  if (['run', 'explain', 'fuzz'].some((word) => words.includes(word))) done([...libraryNames()])
  else defaults()
}

/** `npx tsx cli.ts` is no word that a shell could complete, so the script defines one. */
export function completionScript(): string {
  const call = [
    process.execPath,
    '--import',
    import.meta.resolve('tsx'),
    fileURLToPath(new URL('cli.ts', import.meta.url)),
  ]
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
