import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/helpers/global-postgres.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Most of a test's time is waiting for sockets and disks, so more workers than cores are of use.
    maxWorkers: 4,
  },
})
