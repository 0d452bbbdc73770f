/** A thrown value as something to read: message, the project's own stack frames, the source line, the causes. */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'

const FRAMES = 8
const LINES_AROUND = 2

export function describeFailure(thrown: unknown): string {
  if (!(thrown instanceof Error))
    return `threw a non-Error: ${inspect(thrown)}\nThrow only Errors: a stack tells where.`
  const parts = [describeError(thrown)]
  let cause = thrown.cause
  for (let depth = 0; cause !== undefined && cause !== null && depth < 5; depth++) {
    parts.push(`caused by ${cause instanceof Error ? describeError(cause) : inspect(cause)}`)
    cause = cause instanceof Error ? cause.cause : undefined
  }
  if (thrown instanceof AggregateError)
    for (const each of thrown.errors)
      parts.push(`one of them: ${each instanceof Error ? describeError(each) : inspect(each)}`)
  return parts.join('\n')
}

interface Frame {
  readonly text: string
  readonly file: string
  readonly line: number
}

function describeError(error: Error): string {
  const frames = framesOf(error)
  const head = error.name === 'Error' ? error.message : `${error.name}: ${error.message}`
  const excerpt = frames[0] === undefined ? '' : excerptOf(frames[0])
  const stack = frames.slice(0, FRAMES).map((frame) => `    at ${frame.text}`)
  return [head, ...(excerpt === '' ? [] : [excerpt]), ...stack].join('\n')
}

/** The frames in the project's own files; paths relative to where the tests were started. */
function framesOf(error: Error): Frame[] {
  const frames: Frame[] = []
  for (const line of (error.stack ?? '').split('\n')) {
    const match = /^\s*at (.*?)\(?((?:file:\/\/)?\/[^()]*?):(\d+):(\d+)\)?$/.exec(line)
    if (match === null || line.includes('node_modules') || line.includes('node:')) continue
    const file = match[2]!.startsWith('file://') ? fileURLToPath(match[2]!.replace(/\?.*$/, '')) : match[2]!
    if (/\/test\/(run|support\/(runner|test|failure))\.ts$/.test(file)) continue
    const place = `${shortPath(file)}:${match[3]}:${match[4]}`
    frames.push({ text: `${match[1]!.trim()} ${place}`.trim(), file, line: Number(match[3]) })
  }
  return frames
}

function shortPath(file: string): string {
  const short = relative(process.cwd(), file)
  return short.startsWith('..') ? file : short
}

function excerptOf(frame: Frame): string {
  let source: string[]
  try {
    source = readFileSync(frame.file, 'utf8').split('\n')
  } catch {
    return ''
  }
  const from = Math.max(1, frame.line - LINES_AROUND)
  const to = Math.min(source.length, frame.line + LINES_AROUND)
  const lines: string[] = []
  for (let number = from; number <= to; number++)
    lines.push(`${number === frame.line ? '>' : ' '} ${String(number).padStart(4)} | ${source[number - 1]}`)
  return lines.join('\n')
}
