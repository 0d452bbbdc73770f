/** The promise of the whole: what was acknowledged is there, whichever processes were killed while it was written. */
import assert from 'node:assert/strict'
import { System } from '../../../../real/services/system/system.ts'
import { test } from '../../../support/test.ts'
import { until, withDirectory } from '../../drivers/local/scratch.ts'

const WRITES = 1_000
const WRITERS = 16
const ANSWER_MS = 15_000

interface Answer {
  readonly success: boolean
  readonly data?: readonly Readonly<Record<string, unknown>>[]
}

async function query(url: string, text: string): Promise<Answer | null> {
  try {
    const response = await fetch(`${url}/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: text, consistency: 'STRONG' }),
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    return (await response.json()) as Answer
  } catch {
    return null // the coordinator has just been killed
  }
}

test(
  `${WRITES} acknowledged STRONG writes survive a kill -9 of each process while they are written`,
  { needs: 'mysql', deadlineMs: 300_000 },
  () =>
    withDirectory(async (stateRoot) => {
      const system = await System.create({ ports: { auto: true }, isDetached: false, onNote: () => {}, stateRoot })
      try {
        await system.begin().green
        const { host, port } = system.addresses.coordinator!
        const url = `http://${host}:${port}`
        const acknowledged: string[] = []
        const counts = { unacknowledged: 0, next: 0 }
        let isKilling = true

        const write = async () => {
          while (isKilling || acknowledged.length < WRITES) {
            const email = `writer-${counts.next++}@example.org`
            const answer = await query(url, `INSERT INTO users (name, email) VALUES ('writer', '${email}')`)
            if (answer?.success === true) acknowledged.push(email)
            else {
              counts.unacknowledged++
              await new Promise((resolve) => setTimeout(resolve, 50))
            }
          }
        }
        const writers = Promise.all(Array.from({ length: WRITERS }, write))
        const stateOf = (name: string) => system.processes().find((process) => process.name === name)!
        for (const { name } of system.processes()) {
          const before = acknowledged.length
          await until('something was acknowledged since the last kill', 60_000, () => acknowledged.length > before + 20)
          process.kill(stateOf(name).pid!, 'SIGKILL')
          await until(`${name} is up again`, 60_000, () => stateOf(name).state === 'up' && stateOf(name).restarts === 1)
        }
        isKilling = false
        await writers

        const answer = await query(url, 'SELECT email FROM users')
        assert.equal(answer?.success, true)
        const there = new Set(answer!.data!.map(({ email }) => email))
        assert.ok(acknowledged.length >= WRITES)
        assert.deepEqual(
          acknowledged.filter((email) => !there.has(email)),
          [],
          `${acknowledged.length} acknowledged, ${counts.unacknowledged} not`,
        )
      } finally {
        await system.stop()
      }
    }),
)
