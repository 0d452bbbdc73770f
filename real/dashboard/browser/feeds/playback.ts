/** A recorded run, played over its own time: a clock that can be stopped, moved and slowed, and a moment for the page. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { Result } from '../../../../scenarios/result.ts'
import { type RecordedRun, recordedRun } from '../../recorded/recorded-run.ts'
import { snapshotAt } from '../../recorded/snapshot-at.ts'
import { useSystem } from './system.ts'

export const SPEEDS = [0.01, 0.1, 1, 4] as const
const DRAW_EVERY_MS = 66

export const usePlayback = defineStore('playback', () => {
  const system = useSystem()
  const run = shallowRef<RecordedRun | null>(null)
  /** Still being simulated: more will come, and the page stays at its end. */
  const isRunning = ref(false)
  const atMs = ref(0)
  const isPlaying = ref(false)
  const speed = ref<number>(1)
  let frame = 0
  let lastMs = 0
  let drawnMs = 0

  /** Where something happens that is worth a stop: faults, first steps, refusals, first writes. */
  const stops = computed(() => {
    if (run.value === null) return []
    const at = [
      ...run.value.faults.map((fault) => fault.atMs),
      ...run.value.events.flatMap((event) =>
        ['reign', 'refused', 'quarantined', 'rebuilt'].includes(event.kind) && event.atUs > 0
          ? [event.atUs / 1000]
          : [],
      ),
      ...run.value.failovers.flatMap(({ startMs, durationMs }) => (durationMs === null ? [] : [startMs + durationMs])),
    ]
    return [...new Set(at)].sort((a, b) => a - b)
  })

  function open(result: Result): void {
    isRunning.value = false
    run.value = recordedRun(result)
    seek(0)
    play()
  }

  /** As much as is known of a run that is being simulated. */
  function extend(soFar: RecordedRun): void {
    isRunning.value = true
    run.value = soFar
    seek(soFar.endMs)
  }

  function close(): void {
    pause()
    run.value = null
    isRunning.value = false
  }

  function seek(toMs: number): void {
    if (run.value === null) return
    atMs.value = Math.min(run.value.endMs, Math.max(0, toMs))
    draw()
  }

  function draw(): void {
    if (run.value !== null) system.show(snapshotAt(run.value, atMs.value))
  }

  function play(): void {
    if (run.value === null) return
    if (atMs.value >= run.value.endMs) atMs.value = 0
    isPlaying.value = true
    lastMs = performance.now()
    cancelAnimationFrame(frame)
    frame = requestAnimationFrame(step)
  }

  function step(nowMs: number): void {
    if (!isPlaying.value || run.value === null) return
    atMs.value = Math.min(run.value.endMs, atMs.value + Math.max(0, nowMs - lastMs) * speed.value)
    lastMs = nowMs
    if (nowMs - drawnMs >= DRAW_EVERY_MS || atMs.value >= run.value.endMs) {
      drawnMs = nowMs
      draw()
    }
    if (atMs.value >= run.value.endMs) pause()
    else frame = requestAnimationFrame(step)
  }

  function pause(): void {
    isPlaying.value = false
    cancelAnimationFrame(frame)
  }

  /** To the next or the last stop; just after it, so that it has happened. */
  function jump(direction: 1 | -1): void {
    const to =
      direction === 1
        ? (stops.value.find((stop) => stop > atMs.value + 1) ?? run.value?.endMs ?? 0)
        : (stops.value.findLast((stop) => stop < atMs.value - 1) ?? 0)
    pause()
    seek(to)
  }

  return { run, isRunning, atMs, isPlaying, speed, stops, open, extend, close, seek, play, pause, jump }
})
