/** What the page knows of the system, and how: the one store that every part reads. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { nodeColour } from '../../../../scenarios/shown/palette.ts'
import type { SystemEvents, SystemSnapshot } from '../../../services/wire.ts'
import { agoText, type Clock, momentText } from '../../state/moment.ts'
import { reduce, type SystemEvent } from '../../state/reduce.ts'
import { type Connection, openLiveFeed } from './live-feed.ts'

/** A value that is older than this is grey and says its age. */
export const STALE_MS = 2000
const TICK_MS = 500
const DECISIONS_KEPT = 300

export const useSystem = defineStore('system', () => {
  const known = shallowRef<SystemSnapshot | null>(null)
  const connection = ref<Connection>('connecting')
  const connectionReason = ref('')
  const lostSinceMs = ref<number | null>(null)
  /** `wall`: a system that is up. `run`: a recorded run, by its own clock. */
  const clock = ref<Clock>('wall')
  const nowMs = ref(Date.now())
  const decisions = shallowRef<readonly SystemEvents['decision'][]>([])
  const lastEventId = ref(0)
  let aheadMs = 0
  let close = () => {}
  let timer = 0

  const isLive = computed(() => clock.value === 'wall')
  const canAct = computed(() => isLive.value && connection.value === 'open')
  const nodes = computed(() => known.value?.topology.nodes ?? [])

  function take(event: SystemEvent, id: number | null): void {
    if (event.name === 'snapshot') aheadMs = event.data.atMs - Date.now()
    if (event.name === 'decision') decisions.value = [...decisions.value, event.data].slice(-DECISIONS_KEPT)
    if (id !== null) lastEventId.value = Math.max(lastEventId.value, id)
    known.value = reduce(known.value, event)
    nowMs.value = Date.now() + aheadMs
  }

  function follow(): void {
    stop()
    clock.value = 'wall'
    known.value = null
    connection.value = 'connecting'
    close = openLiveFeed({
      event: take,
      connection: (state, reason) => {
        if (state === connection.value) return
        connection.value = state
        connectionReason.value = reason
        lostSinceMs.value = state === 'open' ? null : (lostSinceMs.value ?? Date.now() + aheadMs)
      },
    })
    timer = window.setInterval(() => {
      nowMs.value = Date.now() + aheadMs
    }, TICK_MS)
  }

  /** Shows a moment of a recorded run; the live feed is left. */
  function show(snapshot: SystemSnapshot): void {
    if (isLive.value) stop()
    clock.value = 'run'
    connection.value = 'open'
    known.value = snapshot
    nowMs.value = snapshot.atMs
  }

  function stop(): void {
    close()
    window.clearInterval(timer)
    close = () => {}
    lostSinceMs.value = null
    decisions.value = []
  }

  /** Any of a server's two names. */
  function colourOf(name: string): string {
    return nodeColour(
      name.replace(/^instance-/, 'node'),
      nodes.value.map(({ node }) => node),
    )
  }

  return {
    known,
    connection,
    connectionReason,
    lostSinceMs,
    clock,
    nowMs,
    decisions,
    lastEventId,
    isLive,
    canAct,
    nodes,
    follow,
    show,
    colourOf,
    /** `instance-3` for `node3`, where the system calls it so. */
    nameOf: (name: string) => nodes.value.find(({ node, id }) => node === name || id === name)?.id ?? name,
    /** A sentence of the coordinator with its servers called as the system calls them. */
    named: (text: string) =>
      text.replace(/\bnode\d+\b/g, (node) => nodes.value.find((one) => one.node === node)?.id ?? node),
    moment: (atMs: number) => momentText(atMs, clock.value),
    ago: (atMs: number) => (clock.value === 'run' ? `at ${momentText(atMs, 'run')}` : agoText(nowMs.value - atMs)),
  }
})
