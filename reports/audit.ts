/** An audit in words, for the terminal and for the report alike. */
import type { Audit, FormerIdentity, ServerAudit, SystemAudit } from '../scenarios/result-audit.ts'
import { plural } from '../scenarios/shown/numbers.ts'

/** What a server is, and what became of it. */
export function stateText({ state, lacks, reigned }: ServerAudit): string {
  const led = reigned.length === 0 ? '' : `source of ${reigned.length === 1 ? 'epoch' : 'epochs'} ${reigned.join(', ')}`
  const what = {
    source: 'the last source',
    agrees: 'has what the last source has',
    behind: 'lacks some of what the last source has, and nothing for good',
    diverged: 'has what the last source has not',
    away: 'did not answer: its files were read',
  }[state]
  const lacking = lacks === 0 ? '' : `${plural(lacks, 'acknowledged STRONG write')} not there`
  return [what, led, lacking].filter((part) => part !== '').join('; ')
}

/** What went with a server's former identity; '': nothing. */
export function formerText({ extrasCount, kept, keptAs }: FormerIdentity): string {
  if (extrasCount === 0) return 'rebuilt, nothing of its own was lost with it'
  const where = keptAs === null ? 'nothing was kept' : `${kept} kept in ${keptAs}`
  return `rebuilt: ${plural(extrasCount, 'transaction')} that only it had, ${where}`
}

/** What is worth a line of its own, one server a line. */
export function serverLines({ servers }: Pick<Audit | SystemAudit, 'servers'>): string[] {
  return servers.flatMap((server) => {
    const { node, extras, errant, former } = server
    const parts = [
      ...(server.state === 'agrees' && server.reigned.length === 0 ? [] : [stateText(server)]),
      ...(extras === '' ? [] : [`executed ${extras}`]),
      ...(errant === '' ? [] : [`errant ${errant}`]),
      ...former.map(formerText),
    ]
    return parts.length === 0 ? [] : [`${node}: ${parts.join('; ')}`]
  })
}
