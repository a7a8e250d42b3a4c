import type { Registry } from '@prometheus-io/client'
import type { EgressPolicy } from '../deliver/egress/index.ts'
import type { Templates } from '../deliver/templates/templates.ts'
import type { Detector } from '../detect/detector.ts'
import type { Trials } from '../detect/trials.ts'
import type { Watchlist } from '../detect/watchlist.ts'
import type { Clock } from '../ground/clock.ts'
import type { Logger } from '../ground/log.ts'
import type { DryRun } from '../keep/dry-run.ts'
import type { IncidentNotes } from '../keep/incident-notes.ts'
import type { Keeper } from '../keep/keeper.ts'
import type { Replayer } from '../keep/replayer.ts'
import type { Audit } from '../record/audit.ts'
import type { Hub } from '../record/hub.ts'
import type { KeyUses } from '../record/key-uses.ts'
import type { Catalog } from '../store/catalog.ts'
import type { Database } from '../store/database.ts'
import type { Sealer } from '../store/seal.ts'
import type { OpenIdSettings } from './accounts/openid.ts'
import type { WelcomeRules } from './accounts/welcome.ts'

/** Everything that the API's routes ask of the rest of the program. */
export interface Services {
  readonly database: Database
  readonly catalog: Catalog
  readonly sealer: Sealer
  readonly clock: Clock
  readonly log: Logger
  /** Which targets an endpoint may have. */
  readonly policy: EgressPolicy
  readonly keeper: Pick<Keeper, 'accept'>
  /** Whoever keeps the incidents that given events open. */
  readonly incidents: Pick<IncidentNotes, 'written'>
  readonly detector: Detector
  /** Monitors, silences and maintenance windows, in memory. */
  readonly watchlist: Watchlist
  /** Makes a check once, because somebody asks. */
  readonly trials: Pick<Trials, 'run'>
  readonly dryRun: Pick<DryRun, 'send'>
  readonly replayer: Pick<Replayer, 'replay'>
  /** Whoever runs the jobs of `replay_jobs`: there is a new one. */
  readonly replayJobs: { wake(): void }
  readonly templates: Pick<Templates, 'render'>
  /** Wakes readers of the feed. */
  readonly hub: Hub
  /** Resolves when every delivery that this node holds in memory has its row: for whoever is about to list them. */
  readonly writeOut: () => Promise<void>
  readonly audit: Pick<Audit, 'record'>
  /** When keys were last used. */
  readonly keyUses: Pick<KeyUses, 'saw' | 'lastSeen'>
  readonly metrics: Registry
  readonly version: string
  readonly config: ApiConfig
  /** Why this node cannot work now, or null: it can. Must answer within seconds, whatever the database does. */
  readonly ready: () => Promise<string | null>
}

/** Settings of the API. */
export interface ApiConfig {
  readonly host: string
  /** 0: any free one */
  readonly port: number
  /** Requests a second of one API key. */
  readonly rateLimitPerSecond: number
  /** Whether /metrics answers without a key. */
  readonly publicMetrics: boolean
  /** Where people reach the console, without a slash at its end; null: where they ask. */
  readonly publicUrl: string | null
  /** Proxies in front, as addresses or CIDRs: their `X-Forwarded-For` and the like are believed. */
  readonly trustedProxies: readonly string[]
  /** null: there is none. */
  readonly singleSignOn: (OpenIdSettings & WelcomeRules) | null
  /** How long events, deliveries, attempts and incidents are kept. */
  readonly retentionDays: number
  /** How long the audit log is kept. */
  readonly auditRetentionDays: number
}
