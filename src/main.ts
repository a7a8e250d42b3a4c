import { run } from './cli/program.ts'

// Whoever reads our output may stop early (`… | head -1`): no more to say then.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

process.exit(await run(process.argv.slice(2)))
