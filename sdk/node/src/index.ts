export { type DeduplicationStore, Deduplicator, MemoryStore } from './deduplicator.ts'
export { WebhookError, type WebhookErrorCode } from './errors.ts'
export {
  type EventMetadata,
  type EventType,
  parseEvent,
  type Severity,
  type Status,
  type StatusPulseEvent,
} from './event.ts'
export type { HeadersLike } from './headers.ts'
export { type Answer, Receiver, type ReceiverOptions } from './receiver.ts'
export { sign } from './signature.ts'
export { type Delivery, type Scheme, Verifier, type VerifierOptions } from './verifier.ts'
