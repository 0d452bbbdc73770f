import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shortenLimits } from '../../../real/services/shorten-limits.ts'
import { test } from '../../support/test.ts'
import { withDirectory } from '../drivers/local/scratch.ts'

test('a long log of limits is made one line, the highest; half a line at its end counts for nothing', () =>
  withDirectory(async (directory) => {
    const path = join(directory, 'journal')
    await shortenLimits(path)
    const lines = Array.from({ length: 20_000 }, (_, i) => `${JSON.stringify({ limit: (i * 7) % 20_000 })}\n`)
    writeFileSync(path, `${lines.join('')}{"limit":99`)
    await shortenLimits(path)
    assert.equal(readFileSync(path, 'utf8'), '{"limit":19999}\n')
    writeFileSync(path, '{"limit":5}\n{"limit":7}\n')
    await shortenLimits(path)
    assert.equal(readFileSync(path, 'utf8'), '{"limit":5}\n{"limit":7}\n')
  }))
