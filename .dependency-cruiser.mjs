/**
 * The rooms of src/, from left to right (ARCHITECTURE.md): a room imports only from rooms to its right.
 * Rooms in one line are side by side and do not know each other.
 */
const ROOMS = [
  ['main.ts', 'cli/'],
  ['app.ts'],
  ['api/'],
  ['intake/'],
  ['detect/'],
  ['keep/'],
  ['deliver/'],
  ['record/'],
  ['decide/', 'route/'],
  ['store/'],
  ['config.ts', 'ground/'],
]

/** Pure: no database, no sockets, no clock; they know the ground floor and nothing else of ours. */
const PURE = [
  'decide/',
  'route/',
  'deliver/(sign|schedule|verdict|window|rate|order|fifo|parcel|digest)\\.ts',
]

const path = rooms => `^src/(${rooms.map(room => room.replace('.', '\\.')).join('|')})`

/** main.ts and cli/, config.ts and ground/ are one room each. */
const ONE_ROOM = new Set(['main.ts', 'cli/', 'config.ts', 'ground/'])

const leftward = ROOMS.flatMap((rooms, index) => {
  const beside = rooms.flatMap(room => {
    const others = rooms.filter(other => other !== room && !ONE_ROOM.has(room))
    return others.length === 0
      ? []
      : [
          {
            name: `${room} knows nothing beside it`,
            from: { path: path([room]) },
            to: { path: path(others) },
          },
        ]
  })
  const left = ROOMS.slice(0, index).flat()
  if (left.length === 0) return beside
  return [
    ...beside,
    {
      name: `${rooms.join(', ')} imports nothing to its left`,
      from: { path: path(rooms) },
      to: { path: path(left) },
    },
  ]
})

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...leftward.map(rule => ({ severity: 'error', ...rule })),
    {
      name: 'no circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'pure code knows the ground floor only',
      severity: 'error',
      from: { path: `^src/(${PURE.join('|')})` },
      to: { path: '^src/', pathNot: `^src/(ground/|${PURE.join('|')})` },
    },
    {
      name: 'pure code does no input or output',
      severity: 'error',
      from: { path: `^src/(${PURE.join('|')})` },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'the product imports no test or bench code',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    {
      name: 'the API client is used by cli/ only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main\\.ts|cli/)' },
      to: { path: '^sdk/' },
    },
    {
      name: 'the API client knows nothing of ours',
      severity: 'error',
      from: { path: '^sdk/' },
      to: { path: '^(src|test|web)/' },
    },
    { name: 'no unknown modules', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
}
