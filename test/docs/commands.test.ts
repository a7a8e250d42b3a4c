import { describe, test } from 'vitest'
import { blocksOf } from './pages.ts'
import { Session } from './session.ts'

/** Runs a page from its first block to its last. */
async function workThrough(page: string, session: Session): Promise<void> {
  try {
    for (const block of blocksOf(page)) {
      const isShell = block.language === 'sh' && block.attributes['no-run'] === undefined
      if (isShell || block.attributes.file !== undefined) await session.run(block)
    }
  } finally {
    await session.end()
  }
}

describe('the tutorial', () => {
  test('works as it is printed', async () => {
    await workThrough('docs/tutorial/first-webhook.md', await Session.start())
  })
})
