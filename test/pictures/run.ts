/**
 * `npm run pictures` draws every picture of algorithms/README.md anew, `npm run pictures NAME...` some of them;
 * `--check` writes nothing and fails where a committed picture is not what would be drawn.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { PICTURES } from './all-pictures.ts'
import { svgOf } from './svg.ts'

const FOLDER = new URL('../../algorithms/pictures/', import.meta.url)

const words = process.argv.slice(2)
const check = words.includes('--check')
const names = words.filter((word) => word !== '--check')
const unknown = names.filter((name) => PICTURES.every((picture) => picture.name !== name))
if (unknown.length > 0) {
  console.error(`no picture is called ${unknown.join(', ')}; there are: ${PICTURES.map(({ name }) => name).join(', ')}`)
  process.exitCode = 2
}
for (const picture of PICTURES) {
  if (unknown.length > 0 || (names.length > 0 && !names.includes(picture.name))) continue
  const began = performance.now()
  const svg = await svgOf(picture)
  const file = new URL(`${picture.name}.svg`, FOLDER)
  const took = `${((performance.now() - began) / 1000).toFixed(1)} s, ${(svg.length / 1000).toFixed(0)} kB`
  if (!check) {
    writeFileSync(file, svg)
    console.log(`${picture.name.padEnd(26)} ${took}`)
  } else if (readFileSync(file, 'utf8') === svg) console.log(`${picture.name.padEnd(26)} as committed`)
  else {
    console.log(`${picture.name.padEnd(26)} differs from what is committed`)
    process.exitCode = 1
  }
}
