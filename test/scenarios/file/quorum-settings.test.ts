import assert from 'node:assert/strict'
import { parseScenario } from '../../../scenarios/file/load.ts'
import { test } from '../../support/test.ts'

const parse = (nodes: number, algorithms: string) =>
  parseScenario(`name: quorums\ncluster: { nodes: ${nodes} }\nalgorithms: { ${algorithms} }\n`, 'quorums.yaml')
const refused = (nodes: number, algorithms: string, message: RegExp) =>
  assert.throws(() => parse(nodes, algorithms), message)

test('the failure threshold is floor((n-1)/2) unless the file says otherwise, the ratio the largest', () => {
  for (const [nodes, threshold] of [
    [2, 0],
    [3, 1],
    [4, 1],
    [7, 3],
    [100, 49],
  ] as const)
    assert.equal(parse(nodes, 'quorum: majority').algorithms.failureThreshold, threshold)
  const { algorithms } = parse(7, 'quorum: cabinet, failureThreshold: 2, weightRatio: 1.2')
  assert.equal(algorithms.failureThreshold, 2)
  assert.equal(algorithms.weightRatio, 1.2)
  assert.equal(parse(7, 'quorum: cabinet').algorithms.weightRatio, 'largest')
})

test('a threshold or a ratio that does not fit the servers is refused, with its place and with what would fit', () => {
  refused(
    4,
    'quorum: flexible, failureThreshold: 2',
    /quorums.yaml:3:51: too high a failure threshold, expected 1 to 1 with 4 servers, floor\(\(n-1\)\/2\), found 2$/,
  )
  refused(
    4,
    'quorum: flexible, failureThreshold: 0',
    /quorums.yaml:3:51: .*expected a whole number from 1 to 49, found 0$/,
  )
  refused(
    2,
    'quorum: cabinet',
    /quorums.yaml:3:23: cabinet with too few servers, expected at least 3 servers, found 2$/,
  )
  refused(
    7,
    'quorum: cabinet, failureThreshold: 2, weightRatio: 1.9',
    /quorums.yaml:3:\d+: weights that do not fit, expected a ratio from 1.\d{3} to 1.324 \(7 servers, failure threshold 2\), or largest, found 1.9$/,
  )
  refused(
    7,
    'quorum: cabinet, weightRatio: heaviest',
    /expected `largest`, or a ratio of neighbouring weights from 1 to 2, found "heaviest"$/,
  )
})

test('the ratios that a refusal names are accepted', () => {
  for (const [nodes, threshold] of [
    [7, 1],
    [7, 2],
    [10, 2],
    [50, 5],
  ] as const) {
    const within = (ratio: number) =>
      parse(nodes, `quorum: cabinet, failureThreshold: ${threshold}, weightRatio: ${ratio}`)
    assert.throws(
      () => within(2),
      (error: Error) => {
        const [, least, most] = /from ([\d.]+) to ([\d.]+) /.exec(error.message)!
        for (const ratio of [least, most]) within(Number(ratio))
        return true
      },
    )
  }
})

test('a change of the threshold needs a policy that has one, and a threshold that fits', () => {
  const step = (quorum: string, threshold: string) =>
    parseScenario(
      `name: quorums\nalgorithms: { quorum: ${quorum} }\nfaults: [{ at: 1s, change-threshold: ${threshold} }]\n`,
      'quorums.yaml',
    )
  assert.equal(step('flexible', '1').faults[0]!.failureThreshold, 1)
  assert.throws(
    () => step('majority', '1'),
    /quorums.yaml:3:38: a quorum without a threshold, expected a quorum with one \(cabinet and flexible\), found majority$/,
  )
  assert.throws(
    () => step('cabinet', '2'),
    /quorums.yaml:3:38: too high a failure threshold, expected 1 to 1, found 2$/,
  )
  assert.throws(() => step('cabinet', '0'), /expected a failure threshold of 1 or more, found 0$/)
})
