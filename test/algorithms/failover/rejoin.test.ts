import assert from 'node:assert/strict'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { judgeChecks } from '../../../scenarios/judge.ts'
import { simulate } from '../../../sim/run.ts'
import { test } from '../../support/test.ts'

test('a rebuilt server that was pointed by a command without an answer is out of quarantine as soon as one answers', {
  deadlineMs: 60_000,
}, () => {
  // Of the old source's segments half are lost: it is rebuilt and pointed, and follows, but nobody is told.
  const text = `
name: lossy-source
cluster:  { nodes: 5 }
workload: { ratePerSec: 200, duration: 60s, clients: 200 }
faults:
  - { at: 5s, lose: { link: "node1->*" }, ratio: 0.5, for: 40s }
  - { at: 5s, lose: { link: "*->node1" }, ratio: 0.5, for: 40s }
checks: [acknowledged-writes-survive, single-writer, replicas-converge, linearizable]
`
  const scenario = parseScenario(text, 'lossy-source.yaml')
  const record = simulate(scenario, { seed: 3 })
  const { events } = record
  const rebuilt = events.findIndex(({ kind }) => kind === 'rebuilt')
  const unanswered = events.findIndex(
    (event) => event.kind === 'note' && event.text.startsWith('node1 was not pointed'),
  )
  const back = events.findIndex((event, i) => i > rebuilt && event.kind === 'rejoined' && event.node === 'node1')
  assert.ok(rebuilt >= 0 && unanswered > rebuilt && back > unanswered, `${rebuilt}, ${unanswered}, ${back}`)
  // The links heal at 45 s.
  assert.ok(events[back]!.atUs < 50_000_000, `back at ${events[back]!.atUs} us`)
  for (const { name, verdict, detail } of judgeChecks(scenario, record))
    assert.equal(verdict, 'pass', `${name}: ${detail}`)
})

test('a server that follows after a command without an answer is said to be back', { deadlineMs: 60_000 }, () => {
  // It comes back with all it had, so that nothing but the unanswered command shows that nobody has welcomed it.
  const text = `
name: lossy-return
cluster:  { nodes: 4 }
workload: { ratePerSec: 200, duration: 40s, clients: 50 }
faults:
  - { at: 3s, crash: node1 }
  - { at: 5s, restart: node1 }
  - { at: 5s, lose: { link: "node1->*" }, ratio: 0.4, for: 10s }
  - { at: 5s, lose: { link: "*->node1" }, ratio: 0.4, for: 10s }
`
  const { events } = simulate(parseScenario(text, 'lossy-return.yaml'), { seed: 6 })
  const unanswered = events.findLastIndex(
    (event) => event.kind === 'note' && event.text.startsWith('node1 was not pointed'),
  )
  const back = events.findLastIndex((event) => event.kind === 'rejoined' && event.node === 'node1')
  assert.ok(unanswered >= 0 && back > unanswered, `not pointed: event ${unanswered}, back: event ${back}`)
  assert.ok(!events.some(({ kind }) => kind === 'rebuilt'))
})
