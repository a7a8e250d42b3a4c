import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GroupCommit } from '../../src/store/group-commit.ts'

/** Commits that end when they are told to. */
function controlled(options: { maxWeight?: number; paceMs?: number } = {}) {
  const commits: { units: readonly number[]; end: () => void; fail: (error: Error) => void }[] = []
  const groups = new GroupCommit<number, string>({
    commit: units =>
      new Promise((resolve, reject) => {
        commits.push({ units, end: () => resolve(units.map(unit => `kept ${unit}`)), fail: reject })
      }),
    weigh: () => 1,
    maxWeight: options.maxWeight ?? 100,
    maxCommits: 1,
    paceMs: options.paceMs ?? 0,
  })
  const begun = async (count: number) => {
    while (commits.length < count) await new Promise(resolve => setImmediate(resolve))
  }
  return { groups, commits, begun }
}

describe('group commit', () => {
  it('puts what arrives while a commit runs into the next one', async () => {
    const { groups, commits, begun } = controlled()
    const first = groups.add(1)
    await begun(1)
    const later = [groups.add(2), groups.add(3)]
    commits[0]?.end()
    await begun(2)
    expect(commits.map(({ units }) => units)).toEqual([[1], [2, 3]])
    commits[1]?.end()
    expect(await Promise.all([first, ...later])).toEqual(['kept 1', 'kept 2', 'kept 3'])
  })

  it('answers nobody before their commit has ended', async () => {
    const { groups, commits, begun } = controlled()
    let answered = false
    const one = groups.add(1).then(() => {
      answered = true
    })
    await begun(1)
    expect(answered).toBe(false)
    commits[0]?.end()
    await one
  })

  it('fails exactly those whose commit failed', async () => {
    const { groups, commits, begun } = controlled()
    const first = groups.add(1)
    await begun(1)
    const second = groups.add(2)
    commits[0]?.fail(new Error('no disk'))
    await expect(first).rejects.toThrow('no disk')
    await begun(2)
    commits[1]?.end()
    expect(await second).toBe('kept 2')
  })

  it('is settled when nothing waits and nothing runs', async () => {
    const { groups, commits, begun } = controlled({ maxWeight: 1 })
    void groups.add(1)
    void groups.add(2)
    const settled = groups.settled()
    await begun(1)
    commits[0]?.end()
    await begun(2)
    commits[1]?.end()
    await settled
    await groups.settled()
    expect(groups.waiting).toBe(0)
  })

  it('keeps every unit once, in order, in groups no heavier than allowed, whatever their weights', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 60 }), async weights => {
        const kept: number[] = []
        const groups = new GroupCommit<number, number>({
          commit: async units => {
            const weight = units.reduce((sum, unit) => sum + (weights[unit] ?? 0), 0)
            expect(weight <= 10 || units.length === 1).toBe(true)
            kept.push(...units)
            return units.map(unit => unit * 2)
          },
          weigh: unit => weights[unit] ?? 0,
          maxWeight: 10,
          maxCommits: 1,
          paceMs: 0,
        })
        const answers = await Promise.all(weights.map((_, unit) => groups.add(unit)))
        expect(answers).toEqual(weights.map((_, unit) => unit * 2))
        expect(kept).toEqual(weights.map((_, unit) => unit))
      }),
    )
  })
})
