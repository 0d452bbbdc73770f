/** `npm run transcripts` writes the transcripts anew. Read what has changed before you commit it. */
import { writeFileSync } from 'node:fs'
import { STORIES } from './stories.ts'
import { transcriptOf } from './transcript.ts'

for (const story of STORIES) {
  writeFileSync(new URL(`${story.name}.txt`, import.meta.url), transcriptOf(story))
  console.log(`test/transcripts/${story.name}.txt`)
}
