/** What a test's result says about when and where it was made. */
import type { Stamp } from '../../scenarios/judge.ts'

export const STAMP: Stamp = {
  startedAt: '2026-11-23T12:00:00.000Z',
  versions: { quorumlab: '0.1.0', node: '20.20.2' },
  machine: { cpu: 'test', cores: 2 },
  coordinator: 'service',
}
