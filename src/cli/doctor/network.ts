import type { Config } from '../../config.ts'
import { probeTls } from '../../deliver/egress/index.ts'
import { messageOf } from '../../ground/errors.ts'
import type { Finding } from './finding.ts'

const TIMEOUT_MS = 5_000

/** Whether an endpoint's URL could be registered: its name, its address and its TLS, seen from here. */
export async function checkTarget(
  url: string,
  { allowHttp, allowNetworks, extraCa }: Pick<Config, 'allowHttp' | 'allowNetworks' | 'extraCa'>,
): Promise<Finding> {
  const name = 'Outbound'
  try {
    const policy = { allowHttp, allowNetworks, ...(extraCa === null ? {} : { extraCa }) }
    const tls = await probeTls(url, policy, TIMEOUT_MS)
    if (!tls) return { name, ok: true, found: `${url} is plain http, which is allowed` }
    const found = `${url}: ${tls.protocol}, certificate valid for ${tls.days_left} more days, at ${tls.remote_address}`
    return { name, ok: true, found }
  } catch (error) {
    const remedy = 'check name, DNS, firewall and certificate; --extra-ca and --allow-network let more in'
    return { name, ok: false, found: messageOf(error).replace(/^url: /, ''), remedy }
  }
}
