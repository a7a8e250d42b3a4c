import { defineConfig } from 'vitest/config'

const report = process.env.STATUSPULSE_TEST_REPORT

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/helpers/global-postgres.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Most of a test's time is waiting for sockets and disks, so more workers than cores are of use.
    maxWorkers: 4,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
})
