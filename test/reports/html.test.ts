import assert from 'node:assert/strict'
import fc from 'fast-check'
import { renderReport } from '../../reports/html.ts'
import { inScript } from '../../reports/libraries.ts'
import { escapeHtml, html, Markup, scriptJson } from '../../reports/markup.ts'
import { compareResults } from '../../scenarios/measures/compare-results.ts'
import { test } from '../support/test.ts'
import { emptyFixture, fixture, hostileFixture } from './fixtures.ts'
import { chartsIn, includes, textOf } from './page-parts.ts'

test('a report forbids itself every request, and names nothing it could fetch', async () => {
  const page = await renderReport([fixture()])
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1]
  assert.equal(policy, "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:")
  const tags = page.replace(/<script>[\s\S]*?<\/script>/g, '')
  assert.doesNotMatch(tags, /<script[^>]+src=|<link[^>]+href="(?!data:)|<img|@import|url\((?!["']?data:)/)
  assert.doesNotMatch(page, /sourceMappingURL/)
})

test('the same results give the same bytes', async () => {
  assert.equal(await renderReport([fixture()]), await renderReport([fixture()]))
})

test('a report of a thirty second run is below 1.2 MB', async () => {
  assert.ok((await renderReport([fixture()])).length < 1_200_000)
})

test('the reader is told in the order in which one asks', async () => {
  const page = await renderReport([fixture()])
  const ids = [...page.matchAll(/<section id="([\w-]+)"/g)].map(([, id]) => id)
  assert.deepEqual(ids, ['answer', 'outage', 'why', 'users', 'replicas', 'checks', 'numbers', 'rerun'])
  for (const [, target] of page.matchAll(/<a href="#([\w-]+)">/g)) assert.ok(ids.includes(target!), target)
})

test('text from files and servers cannot leave its place', async () => {
  const page = await renderReport([hostileFixture(), hostileFixture()])
  const outside = page.replace(/<script\b[^>]*>[\s\S]*?<\/script>/g, '')
  assert.doesNotMatch(outside, /<script|<img|<!--|onerror="/)
  // Were one of them ended early, its rest would be text of the page, and its own end tag one too many.
  const whole = page.replace(/<script\b[^>]*>[\s\S]*?<\/script>/g, '')
  assert.doesNotMatch(whole, /<\/script/i)
  assert.doesNotMatch(textOf(page), /replaceAll|vegaEmbed|"spec":/)
  assert.ok(chartsIn(page).length >= 7)
})

test('anything at all survives a trip through HTML and through a script element', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const escaped = escapeHtml(text)
      assert.doesNotMatch(escaped, /[<>"']/)
      assert.equal(
        escaped.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))),
        text,
      )
      const json = scriptJson(text).text
      assert.doesNotMatch(json, /[<\u2028\u2029]/)
      assert.equal(JSON.parse(json), text)
    }),
  )
  assert.equal(html`a${'<b>'}${new Markup('<i>')}${null}${false}${['x', 1]}`.text, 'a&#60;b&#62;<i>x1')
})

test('a library that mentions a script element cannot end its own', () => {
  const text = inScript('a = "</script><!-- </SCRIPT>"\n//# sourceMappingURL=x.map\n')
  assert.doesNotMatch(text, /<\/script|<!--|sourceMappingURL/i)
  assert.match(text, /<\\\/script>/)
})

test('a run that was interrupted says so before anything else', async () => {
  const text = textOf(await renderReport([emptyFixture()]))
  const at = text.indexOf('Interrupted.')
  assert.ok(at > 0 && at < text.indexOf('Failover time'))
  includes(text, 'Undecided.')
})

test('a report states what is needed to run it again', async () => {
  const text = textOf(await renderReport([fixture({ trials: 3, seed: 42 })]))
  includes(text, 'npx quorumlab run primary-crash --on sim --seed 42 --trials 3')
  for (const part of ['9f2c1e0d6a7b48c3915e2f7a', '5d41402abc4b2a76', '20.20.2', 'AMD EPYC', 'first 3.0 s', '2.5 ms'])
    includes(text, part)
})

test('a comparison stands right after the answer', async () => {
  const a = fixture({ trials: 5 })
  const b = fixture({ world: 'local', trials: 5 })
  const page = await renderReport([a, b], [compareResults(a, b)])
  assert.ok(page.indexOf('id="answer"') < page.indexOf('id="comparison"'))
  assert.ok(page.indexOf('id="comparison"') < page.indexOf('id="outage"'))
})

test('a report of no result at all is a mistake of the caller', async () => {
  await assert.rejects(renderReport([]), /at least one result/)
})
