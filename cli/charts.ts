/** The `charts` command: the charts of a result's report as files, without a browser. */
import { join } from 'node:path'
import { EnvironmentError } from '../real/drivers/environment-error.ts'
import { UsageError } from '../scenarios/file/errors.ts'
import { prepareFolder } from './folder.ts'
import { print } from './output.ts'

const FORMATS = ['svg', 'png']

interface ChartsOptions {
  /** Of a result.json, or its folder. */
  readonly path: string
  /** Undefined: beside the result. */
  readonly out: string | undefined
  /** Separated by commas. */
  readonly format: string
  /** Names of charts; none: all. */
  readonly only: readonly string[]
}

export async function charts({ path, out, format, only }: ChartsOptions): Promise<number> {
  const formats = format.split(',')
  const odd = formats.find((one) => !FORMATS.includes(one))
  if (odd !== undefined) throw new UsageError(`--format: expected svg, png or svg,png, found ${JSON.stringify(odd)}`)
  const { readResult } = await import('../scenarios/file/read-result.ts')
  const result = readResult(path)
  const { picturesOf, pngOf } = await import('../reports/export/chart-files.ts')
  const pictures = picturesOf(result)
  const names = pictures.map(({ name }) => name)
  const unknown = only.find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new UsageError(
      `--only: expected ${names.join(', ') || 'nothing: this result has no chart'}, found ${JSON.stringify(unknown)}`,
    )
  const folder =
    out ?? path.replace(/(^|\/)[^/]*\.json$/, '$1charts').replace(/\/?$/, path.endsWith('.json') ? '' : '/charts')
  prepareFolder(folder)
  const { writeWhole } = await import('../reports/export/whole-file.ts')
  for (const picture of pictures) {
    if (only.length > 0 && !only.includes(picture.name)) continue
    const svg = await picture.svg()
    for (const one of new Set(formats)) {
      const file = join(folder, `${picture.name}.${one}`)
      writeWhole(file, [one === 'svg' ? svg : drawn(svg, pngOf)])
      await print(`${file}\n`)
    }
  }
  return 0
}

function drawn(svg: string, pngOf: (svg: string) => Uint8Array): Uint8Array {
  try {
    return pngOf(svg)
  } catch (error) {
    const reason = (error as Error).message
    throw new EnvironmentError(`a PNG cannot be drawn: ${reason}\nRun \`npm ci\`, or say --format svg.`, {
      cause: error,
    })
  }
}
