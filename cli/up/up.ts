/** `up`: the whole system on this machine, until Ctrl-C, or in the background until `down`. */
import { COMMAND } from '../exit.ts'
import { print } from '../output.ts'
import { inBackground } from './detach.ts'
import { keepUp, type UpOptions } from './keep-up.ts'
import { addressesText, showSteps } from './progress.ts'

export async function up(options: UpOptions & { readonly detach: boolean }): Promise<number> {
  const { detach, ...rest } = options
  if (detach) return await inBackground(rest)
  return await keepUp(rest, {
    isDetached: false,
    say: (line) => {
      if (!options.quiet) process.stderr.write(`  ${line}\n`)
    },
    watch: (steps) => showSteps(steps, options.quiet),
    green: (system) => print(`${addressesText(system)}Ctrl-C ends it; \`${COMMAND} status\` looks at it.\n`),
  })
}
