/**
 * What of a scenario this very machine can do: asked before anything is started, by trying it where that leaves nothing.
 * What no machine of a world can do is in the verbs' own records (unsupported.ts).
 */
import { spawn } from 'node:child_process'
import type { FaultVerb } from '../../scenarios/faults/list.ts'
import type { FaultStep } from '../../scenarios/faults/step.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { ServerWorld } from '../../scenarios/worlds.ts'
import { unstartedText } from '../drivers/death.ts'
import { EnvironmentError } from '../drivers/environment-error.ts'
import { canFake, findFaketime } from './machine/faked-clock.ts'
import { Tracer } from './machine/tracer.ts'

/** Why not, and what the user can do about it. */
export interface Lack {
  readonly reason: string
  readonly advice: string
}

/** Null: this machine can. */
type Capability = (step: FaultStep, world: ServerWorld) => Promise<Lack | null>

/** A verb that is not here can be done wherever its world can. */
const CAPABILITIES: Partial<Record<FaultVerb, Capability>> = {
  slow: async ({ diskUs }) => (diskUs === null ? null : await lackOfTracer()),
  'stall-disk': lackOfTracer,
  'fill-disk': lackOfMounts,
  'skew-clock': lackOfFaketime,
}

/** Rejects with an EnvironmentError that names the step, the reason and what to do. */
export async function refuseIncapable({ file, faults }: Scenario, world: ServerWorld): Promise<void> {
  for (const step of faults) {
    const lack = (await CAPABILITIES[step.verb]?.(step, world)) ?? null
    if (lack === null) continue
    const { reason, advice } = lack
    throw new EnvironmentError(`${file}:${step.line}: \`${step.verb}\` cannot be done on this machine: ${reason}`, {
      advice,
    })
  }
}

const TRACER_ADVICE =
  'Install strace (Debian: `apt-get install strace`), and allow tracing: as root, or with kernel.yama.ptrace_scope = 0; a container needs SYS_PTRACE.'

/** A program that only waits is traced as a server would be. */
async function lackOfTracer(): Promise<Lack | null> {
  if (process.platform !== 'linux') return { reason: `${process.platform} has no strace`, advice: 'Run it on Linux.' }
  const waiting = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
  try {
    await (await Tracer.attach(waiting.pid!, 1, () => {})).detach()
    return null
  } catch (error) {
    return { reason: (error as Error).message, advice: TRACER_ADVICE }
  } finally {
    waiting.kill('SIGKILL')
  }
}

/** Tried in a namespace of its own, which goes with the program that is in it. */
async function lackOfMounts(): Promise<Lack | null> {
  const words = ['--mount', '--propagation', 'private', 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'quorumlab', '/mnt']
  const mounting = spawn('unshare', words, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  mounting.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const code = await new Promise<number | null>((resolve) => {
    mounting.once('error', (error) => {
      said = unstartedText(error)
      resolve(null)
    })
    mounting.once('close', resolve)
  })
  if (code === 0 && process.getuid?.() === 0) return null
  return {
    reason: `a server's data need a file system of their own, of a size, and it cannot be mounted (${said.trim()})`,
    advice: 'Run it as root on Linux, with util-linux; a container needs SYS_ADMIN.',
  }
}

const FAKETIME_ADVICE = 'Install libfaketime (Debian: `apt-get install libfaketime`).'

async function lackOfFaketime(): Promise<Lack | null> {
  const library = findFaketime()
  if (library === null) return { reason: 'there is no libfaketime', advice: FAKETIME_ADVICE }
  try {
    if (await canFake(library)) return null
    return { reason: `${library} does not change the clock of this Node`, advice: FAKETIME_ADVICE }
  } catch (error) {
    return { reason: `${library} cannot be tried (${(error as Error).message.trim()})`, advice: FAKETIME_ADVICE }
  }
}
