import { Connector, type EgressPolicy, type Lookup, Resolver } from '../../../deliver/egress/index.ts'
import { DnsLookup } from './lookup.ts'

/**
 * The way out of all checks of a node: guarded as deliveries are (every address is judged by the
 * operator's policy when it is connected to), and with nothing else in common with them. Every check has
 * a connection of its own with a full handshake, and names are looked up without the machine's resolver,
 * whose few threads deliveries need.
 */
export class CheckNetwork {
  /** What the operator set; `allowHttp` is about credentials here, see the check `http`. */
  readonly policy: EgressPolicy
  readonly connector: Connector
  /** Names to allowed addresses. */
  readonly resolver: Resolver
  /** `StatusPulse/<version>` */
  readonly userAgent: string

  /** @param options.lookup in place of {@link DnsLookup} */
  constructor(options: { policy: EgressPolicy; version: string; lookup?: Lookup }) {
    const lookup = options.lookup ?? new DnsLookup().lookup
    this.policy = options.policy
    this.connector = new Connector({ policy: options.policy, lookup, probing: true })
    this.resolver = new Resolver(options.policy, lookup)
    this.userAgent = `StatusPulse/${options.version}`
  }
}
