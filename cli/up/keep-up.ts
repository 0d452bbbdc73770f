/** A system from its start until it is told to stop: the same in front of a person and in the background. */
import { ComposeSystem } from '../../real/services/system/compose-system.ts'
import { type Step, System, type SystemOptions } from '../../real/services/system/system.ts'
import type { SystemWorld } from '../arguments.ts'
import { EXIT } from '../exit.ts'
import { untilInterrupted } from '../output.ts'

/** What both kinds of system are to whoever keeps one up. */
type KeptSystem = Pick<System, 'begin' | 'stop' | 'addresses' | 'greenAfterMs' | 'login'>

export interface UpOptions extends Pick<SystemOptions, 'ports' | 'mysqlPort' | 'mysqld' | 'dataDirectory'> {
  readonly on: SystemWorld
  readonly quiet: boolean
}

interface Audience {
  readonly isDetached: boolean
  /** A line for people. */
  say(line: string): void
  /** Settles when all of them have ended, however they did. */
  watch(steps: readonly Step[]): Promise<void>
  /** Everything is healthy. */
  green(system: KeptSystem): Promise<unknown>
  /** Aborted when nobody waits for it to come up any more. */
  readonly given?: AbortSignal
}

/** The exit code. Rejects with what kept it from coming up; nothing is left of it in any case. */
export async function keepUp(options: UpOptions, audience: Audience): Promise<number> {
  const interrupt = untilInterrupted(() => audience.say('stopping everything (once more to stop at once)'))
  const stopped = new Promise<void>((resolve) => {
    interrupt.signal.addEventListener('abort', () => resolve())
    audience.given?.addEventListener('abort', () => resolve())
  })
  const isStopped = () => interrupt.signal.aborted || audience.given?.aborted === true
  try {
    const { isDetached } = audience
    const onNote = (line: string) => audience.say(line)
    const system: KeptSystem =
      options.on === 'docker'
        ? await ComposeSystem.create({ isDetached, onNote })
        : await System.create({ ...options, isDetached, onNote })
    try {
      if (isStopped()) return EXIT.interrupted
      const { steps, green } = system.begin()
      const watched = audience.watch(steps)
      await Promise.race([green, stopped])
      if (isStopped()) return EXIT.interrupted
      await watched
      await audience.green(system)
      await stopped
      return EXIT.interrupted
    } finally {
      await system.stop()
    }
  } finally {
    interrupt.release()
  }
}
