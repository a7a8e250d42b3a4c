import type { Config } from '../config.ts'
import type { ApiConfig } from './services.ts'

/** What the API asks of the program's configuration. */
export function apiConfigOf(config: Config): ApiConfig {
  return {
    host: config.host,
    port: config.port,
    rateLimitPerSecond: config.rateLimitPerSecond,
    publicMetrics: config.publicMetrics,
    publicUrl: config.publicUrl,
    trustedProxies: config.trustedProxies,
    singleSignOn: singleSignOnOf(config),
    retentionDays: config.retentionDays,
    auditRetentionDays: config.auditRetentionDays,
  }
}

/** Whom single sign-on asks, and whom it lets in; null: it is not configured. */
function singleSignOnOf(config: Config): ApiConfig['singleSignOn'] {
  const { oidcIssuer, oidcClientId, oidcClientSecret, oidcAllowedDomains, oidcAutoRole, extraCa } = config
  if (oidcIssuer === null || oidcClientId === null || oidcClientSecret === null) return null
  return {
    issuer: oidcIssuer,
    clientId: oidcClientId,
    clientSecret: oidcClientSecret,
    extraCa,
    allowedDomains: oidcAllowedDomains,
    autoRole: oidcAutoRole,
  }
}
