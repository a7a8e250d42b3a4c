import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type OpenCommit, Unwritten } from '../../src/deliver/unwritten.ts'

/** What the database would know: which events have deliveries without a row. */
interface World {
  nextPosition: number
  readonly open: { commit: OpenCommit; position: number }[]
  readonly unwritten: { position: number; since: number }[]
}

const STEPS = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('begin' as const), gap: fc.nat(3), since: fc.nat() }),
    fc.record({ kind: fc.constant('commit' as const), which: fc.nat(), deliveries: fc.nat(3) }),
    fc.record({ kind: fc.constant('gone' as const), which: fc.nat() }),
    fc.record({ kind: fc.constant('write' as const), which: fc.nat() }),
    fc.record({ kind: fc.constant('beat' as const) }),
  ),
  { maxLength: 200 },
)

describe('the mark of what is written down', () => {
  it('never passes an unwritten delivery or a commit under way, never goes back, and catches up when all is written', () => {
    fc.assert(
      fc.property(STEPS, steps => {
        const unwritten = new Unwritten()
        const world: World = { nextPosition: 1, open: [], unwritten: [] }
        let lastMark = 0
        for (const step of steps) {
          if (step.kind === 'begin') {
            // Transaction ids are given after the statement is sent; others take some in between.
            const commit = unwritten.begin(step.since)
            world.nextPosition += step.gap
            world.open.push({ commit, position: world.nextPosition++ })
          } else if (step.kind === 'commit' && world.open.length > 0) {
            const [{ commit, position }] = world.open.splice(step.which % world.open.length, 1) as [
              (typeof world.open)[0],
            ]
            for (let n = 0; n < step.deliveries; n++) world.unwritten.push({ position, since: commit.since })
            unwritten.committed(commit, position, step.deliveries)
          } else if (step.kind === 'gone' && world.open.length > 0) {
            const [{ commit }] = world.open.splice(step.which % world.open.length, 1) as [
              (typeof world.open)[0],
            ]
            unwritten.gone(commit)
          } else if (step.kind === 'write' && world.unwritten.length > 0) {
            const [one] = world.unwritten.splice(step.which % world.unwritten.length, 1) as [
              (typeof world.unwritten)[0],
            ]
            unwritten.written(one.position)
          } else if (step.kind === 'beat') {
            unwritten.passed(Math.min(world.nextPosition, ...world.open.map(({ position }) => position)))
          }
          const { mark } = unwritten
          for (const { position } of world.open) expect(mark).toBeLessThanOrEqual(position)
          for (const { position } of world.unwritten) expect(mark).toBeLessThanOrEqual(position)
          const { since } = unwritten
          for (const { commit } of world.open) expect(since).toBeLessThanOrEqual(commit.since)
          for (const one of world.unwritten) expect(since).toBeLessThanOrEqual(one.since)
          expect(mark).toBeGreaterThanOrEqual(lastMark)
          lastMark = mark
        }
        for (const { commit } of world.open) unwritten.gone(commit)
        for (const { position } of world.unwritten) unwritten.written(position)
        unwritten.passed(world.nextPosition)
        expect(unwritten.mark).toBe(world.nextPosition)
        expect(unwritten.since).toBe(Number.POSITIVE_INFINITY)
      }),
    )
  })
})
