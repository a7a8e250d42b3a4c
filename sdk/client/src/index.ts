export { type Call, type Client, type ClientOptions, createClient } from './client.ts'
export { type ItemAt, items, type ListInit, type ListPath, type PageAt, pages } from './pages.ts'
export { ApiProblem, type FieldError } from './problem.ts'
export type { components, operations, paths } from './schema.ts'
export {
  follow,
  followRaw,
  type RawMessage,
  type StreamMessage,
  type StreamOptions,
  type StreamQuery,
} from './stream.ts'
