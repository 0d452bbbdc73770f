/** The program behind `up --detach`: keeps a system up until `down`. Whoever started it hears how it comes up, and leaves. */
import { endingOf } from '../exit.ts'
import type { FromBackground, ToBackground } from './background-messages.ts'
import { keepUp } from './keep-up.ts'

const abandoned = new AbortController()

function tell(message: FromBackground): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve())
    else resolve()
  })
}

process.on('uncaughtException', (error) => {
  const { code, text } = endingOf(error)
  void tell({ kind: 'failed', code, text }).then(() => process.exit(code))
})

process.once('message', async ({ options }: ToBackground) => {
  process.once('disconnect', () => abandoned.abort())
  let code: number
  try {
    code = await keepUp(options, {
      isDetached: true,
      given: abandoned.signal,
      say: (line) => void tell({ kind: 'said', line }),
      watch: async (steps) => {
        await tell({ kind: 'steps', titles: steps.map(({ title }) => title) })
        const each = steps.map(({ done }, index) =>
          done.then(
            () => tell({ kind: 'step', index, isDone: true }),
            () => tell({ kind: 'step', index, isDone: false }),
          ),
        )
        await Promise.all(each)
      },
      green: async ({ addresses, greenAfterMs, login }) => {
        process.removeAllListeners('disconnect')
        await tell({ kind: 'green', addresses, greenAfterMs, login })
        if (process.connected) process.disconnect()
      },
    })
  } catch (error) {
    const ending = endingOf(error)
    await tell({ kind: 'failed', ...ending })
    code = ending.code
  }
  process.exit(code)
})
