/** The failovers in test/transcripts/ are what the simulator does today, and there is a story for each file. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from './support/test.ts'
import { STORIES } from './transcripts/stories.ts'
import { transcriptOf } from './transcripts/transcript.ts'

const FOLDER = new URL('./transcripts/', import.meta.url)

for (const story of STORIES)
  test(`a failover told line by line is what happens: ${story.name}`, { deadlineMs: 30_000 }, () => {
    const committed = readFileSync(new URL(`${story.name}.txt`, FOLDER), 'utf8')
    assert.equal(transcriptOf(story), committed, 'it differs: run `npm run transcripts`, read them, commit them')
  })

test('every transcript has its story', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'))
  assert.deepEqual(files.sort(), STORIES.map(({ name }) => `${name}.txt`).sort())
})
