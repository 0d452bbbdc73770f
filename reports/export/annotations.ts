/** What did not hold, as GitHub's workflow commands: each becomes a remark at the top of the workflow's page. */
import type { Result } from '../../scenarios/result.ts'
import { reasonsOf } from '../summary-json.ts'

/** Lines to be printed; none where all holds. */
export function annotations(result: Result): string[] {
  return reasonsOf(result).map(({ of, name, text }) => {
    const title = of === 'run' ? result.scenario.name : `${result.scenario.name}: ${of} ${name}`
    return `::error title=${property(title)}::${data(text)}`
  })
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
