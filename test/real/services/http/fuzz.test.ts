/** Thousands of requests that nobody should send; `npm run fuzz-http` sends more. */
import assert from 'node:assert/strict'
import { fuzzSmallServices } from '../../../http-fuzz/small-services.ts'
import { test } from '../../../support/test.ts'
import { withDirectory } from '../../drivers/local/scratch.ts'

test('whatever is sent gets a proper answer: no crash, no stack trace, no 5xx but 503', { deadlineMs: 120_000 }, () =>
  withDirectory(async (directory) => {
    const seen = new Map<string, ReadonlyMap<number, number>>()
    await fuzzSmallServices(directory, 4_000, 20_261_128, (service, statuses) => seen.set(service, statuses))
    // The requests reach what they are meant for: some are right, some are refused for their shape.
    for (const service of ['cabinet', 'seer', 'timestamp-1'])
      for (const status of [200, 400, 404, 415, 422])
        assert.ok((seen.get(service)!.get(status) ?? 0) > 5, `${service} ${status}: ${[...seen.get(service)!]}`)
  }),
)
