/**
 * Where the page's events come from. `quorumlab watch` serves it as `/?watch`, and tells a finished result, or a simulation
 * that is under way, under /watch. Everywhere else the page follows the system that serves it.
 */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Result } from '../../../../scenarios/result.ts'
import { RunSoFar, type WatchMessage } from '../../recorded/run-so-far.ts'
import { EventStreamParser } from '../../state/event-stream.ts'
import { usePlayback } from './playback.ts'
import { useSystem } from './system.ts'

export const useWatched = defineStore('watched', () => {
  const system = useSystem()
  const playback = usePlayback()
  const trouble = ref<string | null>(null)

  async function begin(): Promise<void> {
    if (!new URLSearchParams(location.search).has('watch')) {
      system.follow()
      return
    }
    const response = await fetch('watch', { cache: 'no-store' }).catch(() => null)
    if (response?.ok === true && response.body !== null) await followRun(response.body)
    else trouble.value = 'Nobody shows a run at this address any more.'
  }

  async function followRun(body: ReadableStream<Uint8Array>): Promise<void> {
    const soFar = new RunSoFar()
    const parser = new EventStreamParser(({ data }) => {
      const message = JSON.parse(data) as WatchMessage
      if (message.kind === 'result') playback.open(message.result)
      else if (message.kind === 'failed') trouble.value = message.reason
      else {
        const run = soFar.take(message)
        if (run !== null) playback.extend(run)
      }
    })
    const decoder = new TextDecoder()
    const reader = body.getReader()
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read())
      parser.push(decoder.decode(chunk.value, { stream: true }))
  }

  /** A file that somebody dropped on the page or chose. */
  async function openFile(file: File): Promise<void> {
    trouble.value = null
    try {
      const parsed: unknown = JSON.parse(await file.text())
      if (!isResult(parsed)) throw new Error('expected a result.json of quorumlab, found something else')
      playback.open(parsed)
    } catch (error) {
      trouble.value = `${file.name}: ${error instanceof Error ? error.message : String(error)}`
    }
  }

  function leave(): void {
    playback.close()
    system.follow()
  }

  return { trouble, begin, openFile, leave }
})

function isResult(parsed: unknown): parsed is Result {
  return typeof parsed === 'object' && parsed !== null && 'schema' in parsed && parsed.schema === 'quorumlab.result/1'
}
