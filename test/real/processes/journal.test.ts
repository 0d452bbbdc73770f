import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Outcome } from '../../../algorithms/servers.ts'
import { Journal } from '../../../real/processes/journal.ts'
import { test } from '../../support/test.ts'

function ask(
  journal: Journal,
  request: { readonly kind: string; readonly record?: object },
): Promise<Outcome<unknown>> {
  return new Promise((resolve) => {
    journal.call(request, 1_000_000, resolve)
  })
}

async function inDirectory(body: (path: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'quorumlab-journal-'))
  try {
    await body(join(directory, 'journal'))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test('a journal opened again gives back what was written, in order', async () => {
  await inDirectory(async (path) => {
    const first = await Journal.open(path)
    for (let epoch = 1; epoch <= 3; epoch++)
      assert.equal((await ask(first, { kind: 'append', record: { epoch } })).kind, 'ok')
    first.close()
    const second = await Journal.open(path)
    assert.deepEqual(await ask(second, { kind: 'readAll' }), {
      kind: 'ok',
      reply: { records: [{ epoch: 1 }, { epoch: 2 }, { epoch: 3 }] },
    })
    second.close()
  })
})

test('a record that its writer did not finish was never acknowledged: it is gone, and the next one is whole', async () => {
  await inDirectory(async (path) => {
    const first = await Journal.open(path)
    await ask(first, { kind: 'append', record: { epoch: 1 } })
    first.close()
    appendFileSync(path, '{"epoch":')
    const second = await Journal.open(path)
    await ask(second, { kind: 'append', record: { epoch: 2 } })
    assert.deepEqual(await ask(second, { kind: 'readAll' }), {
      kind: 'ok',
      reply: { records: [{ epoch: 1 }, { epoch: 2 }] },
    })
    second.close()
  })
})
