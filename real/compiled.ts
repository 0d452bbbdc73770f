/**
 * Loads everything that a container may have to run, and runs nothing: made once while an image is built, what the loader
 * makes of the sources is there when a container starts.
 */
await import('./services/timestamp.ts')
await import('./services/metrics.ts')
await import('./services/cabinet.ts')
await import('./services/seer.ts')
await import('./services/coordinator/coordinator-service.ts')
await import('./processes/prepare-coordinator.ts')
await import('./processes/timestamp-server.ts')
process.exit(0)
