#!/usr/bin/env node
/** The command `quorumlab`: it teaches Node TypeScript and runs cli.ts, in a checkout and after an installation. */
import { register } from 'tsx/esm/api'

register()
await import('../cli.ts')
