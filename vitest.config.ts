import { defineConfig } from 'vitest/config'

const report = process.env.STATUSPULSE_TEST_REPORT

/** Whole programs killed, browsers, brokers: they load the machine, so they run one after another, after the rest. */
const HEAVY = [
  'test/{faults,start,browser,brokers,docs}/**/*.test.ts',
  'test/**/*.heavy.test.ts',
  // Readers of the feed wait for the oldest transaction of the whole cluster, which other tests share.
  'test/api/{queues,stream,positions,forwarders}.test.ts',
  'test/record/**/*.test.ts',
]

export default defineConfig({
  test: {
    globalSetup: ['test/helpers/global-postgres.ts'],
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['test/**/*.test.ts'],
          exclude: HEAVY,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Most of a test's time is waiting for sockets and disks, so more workers than cores are of use.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'heavy',
          include: HEAVY,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
