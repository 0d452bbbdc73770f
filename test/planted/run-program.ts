/** A program in a planted tree, which ends when this process does, whatever ends it. */
import { spawn } from 'node:child_process'
import { atTheEnd } from './at-the-end.ts'

interface Ended {
  /** Null: it was killed, by its deadline perhaps. */
  readonly code: number | null
  /** What it wrote, to stdout and stderr. */
  readonly output: string
}

const DIES_WITH_PARENT = new URL('dies-with-parent.ts', import.meta.url).href

export function runIn(folder: string, words: readonly string[], deadlineMs: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--import', DIES_WITH_PARENT, ...words], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', QUORUMLAB_PARENT_ID: `${process.pid}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const forget = atTheEnd(() => child.kill('SIGKILL'))
    const deadline = setTimeout(() => child.kill('SIGKILL'), deadlineMs)
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(deadline)
      forget()
      resolve({ code, output })
    })
  })
}
