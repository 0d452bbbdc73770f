/**
 * Builds the page into `dist/` (`npm run prepare`), or serves it on 5173 while it is worked on (`npm run dev`), with
 * everything else asked of the coordinator. Vite is a tool for developers: where it is not installed there is nothing to build,
 * and an installation must not fail for that.
 */
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('.', import.meta.url))
const COORDINATOR = process.env.QUORUMLAB_COORDINATOR ?? 'http://127.0.0.1:9000'
const PAGE_PORT = 5173
/** What the coordinator answers; everything else is the page's own. */
const PROXIED = '^/(state|events|admin|query|status|health|runs|table-timestamps|consistency-metrics|watch)'

const tools = await toolsOrNull()
if (tools === null)
  console.error(
    'the dashboard is not built: vite is not installed (npm install with the developers’ dependencies builds it)',
  )
else if (process.argv.includes('--serve')) await serve(tools)
else await tools.vite.build(configured(tools))

type Tools = NonNullable<Awaited<ReturnType<typeof toolsOrNull>>>

async function toolsOrNull() {
  try {
    const [vite, { default: vue }] = await Promise.all([import('vite'), import('@vitejs/plugin-vue')])
    return { vite, vue }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return null
    throw error
  }
}

function configured({ vue }: Tools) {
  return {
    root: ROOT,
    configFile: false as const,
    plugins: [vue()],
    // The coordinator serves it at /, and `quorumlab watch` too; relative paths would also do in a folder.
    base: './',
    logLevel: 'warn' as const,
    build: {
      outDir: 'dist',
      emptyOutDir: true,
      target: 'es2022',
      // No polyfill that asks for other files, nothing inlined that a strict policy would refuse.
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1500,
    },
  }
}

async function serve(tools: Tools): Promise<void> {
  const server = await tools.vite.createServer({
    ...configured(tools),
    server: {
      port: PAGE_PORT,
      strictPort: true,
      host: '127.0.0.1',
      proxy: { [PROXIED]: { target: COORDINATOR, changeOrigin: true } },
    },
  })
  await server.listen()
  console.log(`dashboard on http://127.0.0.1:${PAGE_PORT}/, asking ${COORDINATOR}`)
  process.once('SIGTERM', () => void server.close())
  process.once('SIGINT', () => void server.close().then(() => process.exit(130)))
}
