export const SUPPRESSION_REASONS = ['maintenance', 'silence', 'dependency', 'flapping', 'duplicate'] as const
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number]

/** Why something is not sent. */
export interface Hold {
  readonly reason: SuppressionReason
  /** Id of the silence or window, name of the parent; null where there is none to name. */
  readonly by: string | null
  /** In words, for whoever asks why nothing came. */
  readonly why: string
}
