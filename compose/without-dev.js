// Takes out of node_modules what the lock file says is for development alone. The image is made where npm may be
// missing and no registry can be reached; the packages are those that the checkout has.
import { existsSync, readFileSync, rmSync } from 'node:fs'

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const [dev, needed] = [[], []]
for (const [path, { dev: isDev, optional }] of Object.entries(packages))
  if (path !== '') (isDev === true ? dev : optional === true ? [] : needed).push(path)
for (const path of dev) rmSync(path, { recursive: true, force: true })
const missing = needed.filter((path) => !existsSync(path))
if (missing.length > 0) throw new Error(`run npm ci first: ${missing.slice(0, 5).join(', ')} missing in node_modules`)
