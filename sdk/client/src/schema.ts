// Written by npm run docs from the OpenAPI document. Not to be changed by hand.
export interface paths {
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List events
         * @description Accepted events, the latest first.
         */
        get: operations["listEvents"];
        put?: never;
        /**
         * Send an event, or a batch
         * @description Accepts one event, or an array of up to 1000: all of them or, on an error, none. The answer comes once they are committed, and they are on their way to the endpoints that want them by then. An event has at most 256 KiB, a request 16 MiB.
         */
        post: operations["acceptEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show an event and what became of it
         * @description The payload as it is sent, and for every endpoint whether it was delivered, waits, failed or was cancelled, or why it was not sent there.
         */
        get: operations["getEvent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoint-kinds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List kinds of endpoints
         * @description Every kind of endpoint with its options and defaults: what a registration form is made from.
         */
        get: operations["listEndpointKinds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List endpoints
         * @description Endpoints in the order of their making.
         */
        get: operations["listEndpoints"];
        put?: never;
        /**
         * Register an endpoint
         * @description Checks the URL and its address, then makes a TLS handshake and shows what came of it (`tls`). A certificate that is not trusted, expired, or for another name, and TLS below 1.2, are refused with the reason. The signing secret is shown this once.
         */
        post: operations["createEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show an endpoint
         * @description An endpoint as it is now; secrets and header values are never shown.
         */
        get: operations["getEndpoint"];
        put?: never;
        post?: never;
        /**
         * Delete an endpoint
         * @description Nothing more is sent to it: its pending deliveries are cancelled. What was recorded stays.
         */
        delete: operations["deleteEndpoint"];
        options?: never;
        head?: never;
        /**
         * Change an endpoint
         * @description JSON Merge Patch (RFC 7396): what is left out stays, null puts the default back. A new `url` is checked as at registration. A change is in force on every node within a second.
         */
        patch: operations["updateEndpoint"];
        trace?: never;
    };
    "/v1/endpoints/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test event
         * @description Sends one event to this endpoint at once, whatever its filter says and even when it is disabled: one attempt, no retry. The answer is the whole attempt. It is marked as a dry run everywhere, `X-StatusPulse-Dry-Run: true` included.
         */
        post: operations["testEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a new signing secret
         * @description While both secrets are valid, every attempt carries a signature of each, so a receiver can change over at any moment in between.
         */
        post: operations["rotateEndpointSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay what failed
         * @description Sends every delivery that was made in the span and failed once more, in the background. `GET /v1/replays/{id}` shows how far it is.
         */
        post: operations["replayEndpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replays/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show how far a replay is
         * @description A replay of everything that failed at an endpoint.
         */
        get: operations["getReplay"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See which recent events a filter matches
         * @description Holds the most recent events against the endpoint's filter. A field given in the query takes the place of the filter's, so that a change can be tried before it is made.
         */
        get: operations["previewEndpointFilter"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/endpoints/{id}/template/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * See what a payload template makes
         * @description Applies a JSONata template to an accepted event, or to the sample of test sends, just as an attempt would. Nothing is sent, nothing is saved. A template that cannot be read or that fails is answered with 200 and `error`.
         */
        post: operations["previewEndpointTemplate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deliveries
         * @description Deliveries, the latest first.
         */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a delivery
         * @description A delivery with all its attempts and the payload it carries.
         */
        get: operations["getDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay a delivery
         * @description Sends the same event to the same endpoint once more, as a new delivery with six hours of its own. The bytes and the `webhook-id` are the same, so a receiver that has it already can tell.
         */
        post: operations["replayDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List attempts
         * @description Attempts with all that was seen of them, the latest first.
         */
        get: operations["listAttempts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stats/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show how deliveries went over time
         * @description Attempts by outcome, and percentiles of latency, over a span of at most 31 days: in all, step by step, by endpoint.
         */
        get: operations["getDeliveryStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch events, deliveries and attempts live
         * @description Server-Sent Events: every event that is accepted, every delivery that begins or ends, and every attempt, on whichever node, each once and in order. `EventSource` and its like reconnect by themselves and send `Last-Event-ID`; the stream then goes on right after that message, without a gap and without a repeat, as long as retention keeps it. If that cannot be, a message `gap` says so first. Every 15 s a comment, with an `id` of its own, keeps the connection open. A client that takes too little is disconnected, and resumes the same way. Filters narrow down what is sent; a message does not match what it has nothing of (an event has no endpoint).
         */
        get: operations["openStream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List queues
         * @description Queues by name.
         */
        get: operations["listQueues"];
        put?: never;
        /**
         * Make a queue
         * @description Makes a queue of the attempt records that its filter wants, from now on. A filter does not change: make another queue. The queue `ops-integrations`, of every attempt, is there from the start.
         */
        post: operations["createQueue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queues/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a queue and how far its consumers are
         * @description A queue with its consumers: what each has acknowledged, and how far it is behind.
         */
        get: operations["getQueue"];
        put?: never;
        post?: never;
        /**
         * Delete a queue
         * @description Forgets the queue and how far its consumers were; the attempts stay. `ops-integrations` cannot be deleted.
         */
        delete: operations["deleteQueue"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queues/{name}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a queue
         * @description The next messages after what the consumer has acknowledged, in order; those of one delivery always in the order of its attempts. At least once: what is not acknowledged is given again, to this consumer, on any node, after any restart. Test sends are in it, marked `dry_run`. With `wait`, the answer comes as soon as there is a message.
         */
        get: operations["readQueue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queues/{name}/ack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Acknowledge messages
         * @description Moves the consumer forward to a cursor: that message and all before it are not given again. Never backwards: an older cursor, or the same one once more, changes nothing.
         */
        post: operations["acknowledgeQueue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queues/{name}/consumers/{consumer}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a consumer
         * @description Forgets how far it was: read by again, it is a new one.
         */
        delete: operations["deleteQueueConsumer"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queues/{name}/forwarders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a queue's forwarders
         * @description Oldest first, each with its state, its last error, and how far it is behind.
         */
        get: operations["listForwarders"];
        put?: never;
        /**
         * Forward a queue to a broker
         * @description Connects to the broker, and refuses with the reason what cannot be used; then sends it every message of the queue as a CloudEvent, at least once, in order per delivery, whatever restarts. The address must be public or in a network that the operator allows, and without TLS only where the operator allows plain HTTP.
         */
        post: operations["createForwarder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/queues/{name}/forwarders/{forwarder}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a forwarder
         * @description Its state, its last error, and how far it is behind.
         */
        get: operations["getForwarder"];
        put?: never;
        post?: never;
        /**
         * Delete a forwarder
         * @description Nothing more is sent; what the broker has, it keeps.
         */
        delete: operations["deleteForwarder"];
        options?: never;
        head?: never;
        /**
         * Change a forwarder
         * @description It goes on from where it was. A new URL or destination is tried out first, as when it was made; `enabled` alone is not.
         */
        patch: operations["updateForwarder"];
        trace?: never;
    };
    "/v1/monitors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List monitors
         * @description Monitors by name, and how each stands.
         */
        get: operations["listMonitors"];
        put?: never;
        /**
         * Make a monitor
         * @description Makes a monitor, which is watched at once. `http`, `tcp`, `dns` and `tls` are checked from here; a `heartbeat` pings its `ping_path`; samples of a `metric` are sent to `/v1/metrics`; an `external` one is watched elsewhere, and only needs to be made where the workspace forbids unknown monitors.
         */
        post: operations["createMonitor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/monitors/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a monitor
         * @description A monitor by its id: its settings, its status and since when, its open incident, its latest check.
         */
        get: operations["getMonitor"];
        put?: never;
        post?: never;
        /**
         * Delete a monitor
         * @description It is not watched any more, and its open incident ends. What was recorded of it stays. Its next event makes it again, unless the workspace forbids that.
         */
        delete: operations["deleteMonitor"];
        options?: never;
        head?: never;
        /**
         * Change a monitor
         * @description JSON Merge Patch (RFC 7396): what is left out stays, null puts the default back. A secret in `spec` given back as it is shown stays as well. In force within a second; an open incident whose cause is no longer watched for ends.
         */
        patch: operations["updateMonitor"];
        trace?: never;
    };
    "/v1/monitors/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try a check now
         * @description Makes the check of a monitor once and answers with what it found; nothing is kept, and no status changes. With `monitor_id` the rest is a change of that monitor, so that its secrets need not be given again.
         */
        post: operations["tryMonitor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send samples of metrics
         * @description Accepts up to 10000 samples, and holds them against the thresholds of their monitors. An unknown monitor is made, of kind `metric`, unless the workspace forbids that. The answer comes once they are committed, with what was decided. For graphs, one sample a second of each metric is kept.
         */
        post: operations["acceptSamples"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/monitors/{id}/samples": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a metric of a monitor over time
         * @description Samples of a metric, summed up to points of a graph. Those of checks are there within ten seconds. `response_time_ms` and `error_rate_pct` come of checks, `tls_days_left` of those with TLS, `run_time_ms` of heartbeats.
         */
        get: operations["listSamples"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/monitors/{id}/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the metrics of a monitor
         * @description Names of the metrics that there are samples of.
         */
        get: operations["listMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/monitors/{id}/uptime": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the uptime of a monitor
         * @description How long a monitor was operational, degraded, down, in maintenance or unknown, day by day (UTC).
         */
        get: operations["getUptime"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uptime": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the uptime of many monitors
         * @description The same of up to 200 monitors at once, by name.
         */
        get: operations["listUptimes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/incidents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List incidents
         * @description Incidents, the latest first.
         */
        get: operations["listIncidents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/incidents/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show an incident
         * @description An incident, with all that happened in it, and the events that it caused or why they were not sent.
         */
        get: operations["getIncident"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/incidents/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Acknowledge an incident
         * @description Somebody takes it on: told as `incident.acknowledged`, once.
         */
        post: operations["acknowledgeIncident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/incidents/{id}/comment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Comment on an incident
         * @description Told as `incident.updated`; with `public`, on the status page too.
         */
        post: operations["commentIncident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/incidents/{id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resolve an incident
         * @description Ends it, and forgets its causes. What is still wrong is seen again, and opens another incident.
         */
        post: operations["resolveIncident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/suppressed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what was not sent
         * @description Events that were decided on and not sent, the latest first, each with its reason: maintenance, a silence, a parent that is down, flapping, or that it was known. Which endpoints an event that was sent did not go to, the event says.
         */
        get: operations["listSuppressed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/silences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List silences
         * @description Silences, the latest first; those that are over only if asked for.
         */
        get: operations["listSilences"];
        put?: never;
        /**
         * Make a silence
         * @description Alerts that it matches are held back, and kept with the reason. What is still wrong at its end is told then. The end of an incident whose beginning was told is never held. In force within a second.
         */
        post: operations["createSilence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/silences/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a silence
         * @description A silence, by its id.
         */
        get: operations["getSilence"];
        put?: never;
        post?: never;
        /**
         * Delete a silence
         * @description What it held and is still wrong is told now. What it held is on record with its id.
         */
        delete: operations["deleteSilence"];
        options?: never;
        head?: never;
        /**
         * Change a silence
         * @description JSON Merge Patch (RFC 7396): what is left out stays. An `ends_at` that has passed ends it.
         */
        patch: operations["updateSilence"];
        trace?: never;
    };
    "/v1/maintenance-windows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List maintenance windows
         * @description Maintenance windows, the latest first, those that are over too.
         */
        get: operations["listMaintenanceWindows"];
        put?: never;
        /**
         * Make a maintenance window
         * @description While it is on, its monitors have the status `maintenance`, and their trouble is not told of, but kept with the reason. What is still wrong at its end is told then. It happens once, or again and again. In force within a second.
         */
        post: operations["createMaintenanceWindow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/maintenance-windows/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a maintenance window
         * @description A maintenance window, by its id.
         */
        get: operations["getMaintenanceWindow"];
        put?: never;
        post?: never;
        /**
         * Delete a maintenance window
         * @description If it is on, it ends: what is wrong is told now.
         */
        delete: operations["deleteMaintenanceWindow"];
        options?: never;
        head?: never;
        /**
         * Change a maintenance window
         * @description JSON Merge Patch (RFC 7396): what is left out stays. To make a recurring window of one that happens once, or the other way round, give the new fields, and null for the old ones.
         */
        patch: operations["updateMaintenanceWindow"];
        trace?: never;
    };
    "/v1/status-page": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the settings of the status page
         * @description What this workspace tells the public. Switched off until somebody switches it on.
         */
        get: operations["getStatusPage"];
        /**
         * Set up the status page
         * @description Puts these settings in the place of those before. Other nodes follow within seconds. Only what is chosen here is ever on the page: no name of a monitor, no address, no error.
         */
        put: operations["replaceStatusPage"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/intake/alertmanager": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take Alertmanager's webhook
         * @description The URL of a `webhook_config`. Labels say which monitor, severity and region an alert is about, by the mapping rules; an alert is known again by its fingerprint, so repeats send nothing. 503 when there is too much: Alertmanager tries again.
         */
        post: operations["takeAlertmanager"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take alerts of Prometheus
         * @description Alertmanager's API as Prometheus uses it: name this installation under `alerting.alertmanagers`. An alert that is not repeated until its `endsAt` is over.
         */
        post: operations["takePrometheusAlerts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/intake/grafana": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take Grafana's webhook
         * @description The URL of a contact point of type Webhook. Where a secret is set (`PUT /v1/intake/grafana/secret`), its HMAC signature is verified: `x-grafana-alerting-signature`, with a timestamp header `x-grafana-alerting-timestamp` if it is configured.
         */
        post: operations["takeGrafana"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/intake/cloudevents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take CloudEvents
         * @description CloudEvents 1.0 whose data is JSON, in any mode: binary (attributes as `ce-…` headers), structured, batch. An event of the type `com.statuspulse.event` or `com.statuspulse.incident.opened` (or any other of our event types) holds in `data` what `POST /v1/events` takes. All others are alerts, by the mapping rules. A repeat, by source and id within 24 h, is answered with the first result.
         */
        post: operations["takeCloudEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/otlp/v1/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take metrics by OTLP/HTTP
         * @description OpenTelemetry, protobuf or JSON, gzip or not: `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` of an SDK or Collector. `service.name` is the monitor unless the mapping rules say otherwise. Data points that cannot be taken are counted in `partial_success`; any error is a `google.rpc.Status`, in the form of the request.
         */
        post: operations["takeOtlpMetrics"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/write": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take Prometheus remote write
         * @description Remote write 1.0 (`prometheus.WriteRequest`, snappy). Only series that name their monitor are taken, by a label `monitor` or by a mapping rule; all others are left out. 400 when some of them cannot be taken: the others are kept all the same.
         */
        post: operations["takeRemoteWrite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/intake/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the mapping rules
         * @description How labels become monitors, severities, regions and metrics: the rules, and the defaults that follow them.
         */
        get: operations["getMappingRules"];
        /**
         * Replace the mapping rules
         * @description Replaces all of them; every node has them within a second. Rules are tried in order: for each field, the first matching rule whose labels are all there decides, then the defaults do. Try them before with `POST /v1/intake/preview`.
         */
        put: operations["putMappingRules"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/intake/grafana/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set the secret of Grafana's webhooks
         * @description From then on a webhook of Grafana without its signature is refused (401). It is kept encrypted, and never shown.
         */
        put: operations["putGrafanaSecret"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/intake/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try the mapping rules
         * @description Shows what a body would be taken for, by the rules in force or by those given. Changes nothing.
         */
        post: operations["previewIntake"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export as a document
         * @description Everything that a document can say of the workspace. Applied again, it changes nothing. Secrets are `"********"`, which leaves them as they are.
         */
        get: operations["exportCode"];
        /**
         * Apply a document
         * @description Makes and changes what differs from the document, in one transaction: all of it, or nothing. Everything is validated first, targets of new endpoints as at registration. Things are known by their names; one that was made by hand is taken over. `"********"` in place of a secret leaves it as it is.
         */
        put: operations["applyCode"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys
         * @description The workspace's API keys in the order of their making, revoked ones included.
         */
        get: operations["listKeys"];
        put?: never;
        /**
         * Make an API key
         * @description Makes an API key of this workspace. It is shown this once; only its hash is kept.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show an API key
         * @description An API key by its id, revoked or not; the key itself is never shown again.
         */
        get: operations["getKey"];
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description For good, on every node within a second. The workspace's last key with the scope `admin` cannot be revoked.
         */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the key's workspace
         * @description The workspace that the API key belongs to, and everything that it sees.
         */
        get: operations["getWorkspace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change the key's workspace
         * @description JSON Merge Patch (RFC 7396): what is left out stays.
         */
        patch: operations["updateWorkspace"];
        trace?: never;
    };
    "/v1/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List workspaces
         * @description All workspaces in the order of their making. Needs the operator's key.
         */
        get: operations["listWorkspaces"];
        put?: never;
        /**
         * Make a workspace
         * @description A tenant of its own, with its first admin key; a user who makes it owns it. Needs the operator's key, or a user who is one.
         */
        post: operations["createWorkspace"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspaces/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a workspace
         * @description Any workspace, by its id. Needs the operator's key.
         */
        get: operations["getWorkspaceById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a workspace
         * @description JSON Merge Patch (RFC 7396): what is left out stays. In the audit log of that workspace. Needs the operator's key.
         */
        patch: operations["updateWorkspaceById"];
        trace?: never;
    };
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show who is signed in
         * @description Who is signed in with the cookie that the request carries, if anybody, and which ways to sign in there are.
         */
        get: operations["getSession"];
        put?: never;
        /**
         * Sign in
         * @description By e-mail address and password. The answer sets a cookie (HttpOnly, SameSite=Lax, Secure where the public URL is https) that is the session: it ends after a day without a request, and after two weeks at the latest.
         */
        post: operations["signIn"];
        /**
         * Sign out
         * @description Ends this session, and what it has open. Where single sign-on began it, the answer says where the browser ends the provider's session too, if the provider has such a place (OpenID Connect RP-Initiated Logout).
         */
        delete: operations["signOut"];
        options?: never;
        head?: never;
        /**
         * Change to another workspace
         * @description Moves this session to another workspace of the user: everything that it asks for from then on is of that one.
         */
        patch: operations["moveSession"];
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your sessions
         * @description Everywhere that the user is signed in, the latest used first.
         */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a session of yours
         * @description Signs the user out somewhere else: from the next request on, and what is open there ends.
         */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/single-sign-on/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sign in by the OpenID provider
         * @description Sends the browser to the provider (authorization code flow with PKCE). 404 where none is configured.
         */
        get: operations["beginSingleSignOn"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/single-sign-on/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Come back from the OpenID provider
         * @description Where the provider sends the browser: signs in, and leads to the console. 404 where none is configured.
         */
        get: operations["finishSingleSignOn"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make the first user
         * @description As long as there is no user: makes the first one, with the admin token that the first start printed, and signs them in. They own the token's workspace, and may what the operator's key may.
         */
        post: operations["setUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change your name
         * @description JSON Merge Patch (RFC 7396): what is left out stays.
         */
        patch: operations["updateUser"];
        trace?: never;
    };
    "/v1/user/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change your password
         * @description Ends every session of the user; the browser that asks gets a new one.
         */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List members
         * @description The users who are members of this workspace, in the order in which they first came.
         */
        get: operations["listMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a member
         * @description Ends their sessions in this workspace. Somebody who is a member of no other workspace is deleted with their password. API keys that they made stay: revoke those that they know.
         */
        delete: operations["removeMember"];
        options?: never;
        head?: never;
        /**
         * Change the role of a member
         * @description From their next request on. Only an owner makes, changes or removes owners, and the last one stays.
         */
        patch: operations["updateMember"];
        trace?: never;
    };
    "/v1/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List open invitations
         * @description Invitations that were not accepted and have not expired, the oldest first.
         */
        get: operations["listInvitations"];
        put?: never;
        /**
         * Invite somebody
         * @description Makes a link for them, which works once and for seven days: they set their password by it, or sign in if they have an account. Only its hash is kept. StatusPulse does not send it: give it to them yourself. An earlier invitation for the same address is replaced.
         */
        post: operations["createInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take an invitation back
         * @description Its link does not work any more.
         */
        delete: operations["deleteInvitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/password-resets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a member set another password
         * @description Makes a link for them, which works once and for a day. Whoever has it can sign in as them, so only the operator may make one for somebody who is a member elsewhere too, or is an operator; and only an owner for an owner.
         */
        post: operations["createPasswordReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/links/look-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show what a link is for
         * @description For the page that the link leads to. The link stays as it is.
         */
        post: operations["lookUpLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/links/redeem": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Use a link
         * @description Accepts an invitation, or sets the new password of a reset, which ends every session of the user; and signs in. The link is used up by that. An invitation of somebody who has an account asks for its password, or is accepted while signed in.
         */
        post: operations["redeemLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List operators
         * @description The users who may what the operator's key may: see and make workspaces, see nodes, say who is an operator.
         */
        get: operations["listOperators"];
        put?: never;
        /**
         * Make somebody an operator
         * @description Somebody who has an account here, from their next request on. What they are in their workspaces they stay. Who is an operator already stays one.
         */
        post: operations["createOperator"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operators/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Make an operator a user like others
         * @description From their next request on. What they are in their workspaces they stay. The last operator stays one.
         */
        delete: operations["deleteOperator"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List changes
         * @description Every change that was made in the workspace, by the API, a file or StatusPulse itself, the latest first: who, what and when. What producers send and consumers acknowledge is no change. Secrets are named, never shown.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List nodes
         * @description The running copies of StatusPulse, in the order of their start, and which of the 64 buckets each owns. Needs the operator's key.
         */
        get: operations["listNodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/retention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show how long things are kept
         * @description What the settings of the installation say; they hold for every workspace, and are changed where it is started.
         */
        get: operations["getRetention"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the process lives
         * @description Answers as long as the process can answer at all. A reason to restart it, if it does not.
         */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether it can work
         * @description Answers 503, with the reason, while the database cannot be reached or the program starts or stops.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics
         * @description Metrics of this node in Prometheus' text format. Needs the operator's key unless it is configured to be public.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This API as an OpenAPI 3.1 document
         * @description Made from the same schemas that requests are validated with.
         */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schemas/payload.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The payload of webhooks as JSON Schema
         * @description JSON Schema 2020-12 of the body of every webhook attempt.
         */
        get: operations["getPayloadSchema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schemas/statuspulse.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * statuspulse.yaml as JSON Schema
         * @description JSON Schema 2020-12 of the file that `statuspulse apply` takes, for editors.
         */
        get: operations["getCodeSchema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "incident.opened": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * incident.opened
         * @description A monitor stopped being operational. Sent to every endpoint whose filter wants it; all event types have the same form.
         */
        post: operations["onIncidentOpened"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "incident.updated": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * incident.updated
         * @description Something about an open incident changed. Sent to every endpoint whose filter wants it; all event types have the same form.
         */
        post: operations["onIncidentUpdated"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "incident.acknowledged": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * incident.acknowledged
         * @description Someone took an incident on. Sent to every endpoint whose filter wants it; all event types have the same form.
         */
        post: operations["onIncidentAcknowledged"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "incident.resolved": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * incident.resolved
         * @description A monitor is operational again. Sent to every endpoint whose filter wants it; all event types have the same form.
         */
        post: operations["onIncidentResolved"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "status.changed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * status.changed
         * @description A monitor's status changed. Sent to every endpoint whose filter wants it; all event types have the same form.
         */
        post: operations["onStatusChanged"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "metric.breached": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * metric.breached
         * @description A metric crossed its threshold. Sent to every endpoint whose filter wants it; all event types have the same form.
         */
        post: operations["onMetricBreached"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "metric.cleared": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * metric.cleared
         * @description A metric is back within its threshold. Sent to every endpoint whose filter wants it; all event types have the same form.
         */
        post: operations["onMetricCleared"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        /** @description An event as a producer sends it. */
        EventInput: {
            /** @description What the event is about. An unknown monitor is made, unless the workspace forbids it. */
            monitor_name: string;
            /**
             * @description The monitor's status from now on.
             * @enum {string}
             */
            status: "operational" | "degraded" | "down" | "maintenance" | "unknown";
            /**
             * @description Left out: by status (`down` critical, `degraded` warning, else info).
             * @enum {string}
             */
            severity?: "critical" | "warning" | "info";
            /**
             * @description Left out: `status.changed`.
             * @enum {string}
             */
            event_type?: "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
            /** @description The producer's own id: a repeat within 24 h is answered with the first result. */
            event_id?: string;
            /**
             * Format: date-time
             * @description When it happened; left out: now.
             */
            timestamp?: string;
            /** @description The incident that the event belongs to. */
            incident_id?: string | null;
            metadata?: components["schemas"]["MetadataInput"];
        };
        /** @description What is known of the event. The four keys of the payload have their types; any other key is passed on untouched. `event_type`, `severity` and `incident_id` may stand here too, as they do in a payload, but not with another value than beside it. */
        MetadataInput: {
            region?: string | null;
            affected_endpoints?: string[] | null;
            response_time_ms?: number | null;
            error_rate_pct?: number | null;
            /** @enum {string} */
            event_type?: "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
            /** @enum {string} */
            severity?: "critical" | "warning" | "info";
            incident_id?: string | null;
        } & {
            [key: string]: unknown;
        };
        EndpointInput: {
            /** @description Where events are sent to: `https:` with a certificate that is valid now; of a broker `tls:`, `amqps:`, `kafkas:`, with user and password. Left out: where the kind has it (PagerDuty, by its region). */
            url?: string;
            /**
             * @description `webhook`: Your own HTTPS receiver; every attempt is signed. `slack`: A channel, by the URL of an incoming webhook. `pagerduty`: A service, by the integration key of its "Events API v2" integration. `teams`: A channel or chat, by the URL of its workflow. `discord`: A channel, by the URL of its webhook. `email`: Addresses, through a mail server of yours (SMTP). `nats`: A subject of NATS JetStream. `rabbitmq`: An exchange or a queue of RabbitMQ (AMQP 0.9.1). `kafka`: A topic of Kafka.
             * @default webhook
             * @enum {string}
             */
            kind?: "webhook" | "slack" | "pagerduty" | "teams" | "discord" | "email" | "nats" | "rabbitmq" | "kafka";
            filter?: components["schemas"]["FilterInput"];
            name?: string;
            /** @description Sent with every attempt. Values are kept encrypted and never shown again. */
            headers?: {
                [key: string]: string;
            };
            /** @description Settings of the endpoint's kind. */
            options?: {
                [key: string]: unknown;
            } | {
                /**
                 * @description A JSONata expression that makes the body out of the payload, for receivers that need another shape. Left out: the payload itself.
                 * @example { "text": monitor_name & " is " & status }
                 */
                template?: string;
            } | Record<string, never> | {
                /** @description The integration key of an "Events API v2" integration. A secret. */
                routing_key: string;
                /**
                 * @description Where your PagerDuty account lives.
                 * @default us
                 * @enum {string}
                 */
                region?: "us" | "eu";
            } | Record<string, never> | Record<string, never> | {
                /** @description The mail server. */
                host: string;
                /** @default 587 */
                port?: number;
                /**
                 * @description `tls`: from the first byte (port 465). `starttls`: the server must offer it. `none`: in the clear, if the operator allows plain HTTP.
                 * @default starttls
                 * @enum {string}
                 */
                security?: "starttls" | "tls" | "none";
                /** @description Left out: nobody logs in. */
                user?: string;
                /** @description A secret. */
                password?: string;
                /**
                 * Format: email
                 * @description The sender's address.
                 */
                from: string;
                /** @description Who gets it. */
                to: string[];
            } | {
                /** @description A JetStream stream must take it. */
                subject: string;
                /**
                 * @description `cloudevents`: a CloudEvent 1.0 as JSON, with the payload as its data. `payload`: the bytes that webhooks get.
                 * @default cloudevents
                 * @enum {string}
                 */
                format?: "cloudevents" | "payload";
            } | {
                /**
                 * @description Empty: the default one, and the routing key is a queue.
                 * @default
                 */
                exchange?: string;
                /** @description A queue must be bound for it. */
                routing_key: string;
                /**
                 * @description `cloudevents`: a CloudEvent 1.0 as JSON, with the payload as its data. `payload`: the bytes that webhooks get.
                 * @default cloudevents
                 * @enum {string}
                 */
                format?: "cloudevents" | "payload";
            } | {
                /** @description It must be there already. */
                topic: string;
                /**
                 * @description `cloudevents`: a CloudEvent 1.0 as JSON, with the payload as its data. `payload`: the bytes that webhooks get.
                 * @default cloudevents
                 * @enum {string}
                 */
                format?: "cloudevents" | "payload";
            };
            /** @description Answers that mean delivered. Left out: 200 and 201, or what the kind says. */
            success_statuses?: number[];
            /** @description Over the whole attempt. Left out: 5000. */
            timeout_ms?: number;
            /** @description Attempts a second. Left out: what the kind says, or no limit. */
            rate_per_second?: number;
            /** @description Attempts under way at once. Left out: 16. */
            concurrency?: number;
            /**
             * @description Per monitor. `unordered`: nothing ever waits. `ordered`: a later event waits until the earlier one is delivered or failed. `latest`: a later event of an incident takes the place of one not yet delivered. Left out: what the kind says.
             * @enum {string}
             */
            order?: "unordered" | "ordered" | "latest";
            enabled?: boolean;
        };
        /** @description Which events an endpoint wants. What is left out or empty means all. */
        FilterInput: {
            /** @description Monitor names and globs such as `api-gateway-*`. */
            monitors?: string[];
            /** @description Wins over `monitors`. */
            exclude_monitors?: string[];
            severities?: ("critical" | "warning" | "info")[];
            event_types?: ("incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared")[];
            regions?: string[];
        };
        /** @description JSON Merge Patch (RFC 7396): what is left out stays, null puts the default back. */
        EndpointPatch: {
            /** @description Where events are sent to: `https:` with a certificate that is valid now; of a broker `tls:`, `amqps:`, `kafkas:`, with user and password. Left out: where the kind has it (PagerDuty, by its region). */
            url?: string;
            filter?: components["schemas"]["FilterPatch"] | null;
            /** @description A name with null is removed, what is not named stays. */
            headers?: {
                [key: string]: string | null;
            } | null;
            /** @description A name with null is removed, what is not named stays. */
            options?: {
                [key: string]: unknown;
            } | null;
            name?: string | null;
            success_statuses?: number[] | null;
            timeout_ms?: number | null;
            rate_per_second?: number | null;
            concurrency?: number | null;
            order?: ("unordered" | "ordered" | "latest") | null;
            enabled?: boolean;
        };
        /** @description What is left out stays; null means all. */
        FilterPatch: {
            monitors?: string[] | null;
            exclude_monitors?: string[] | null;
            severities?: ("critical" | "warning" | "info")[] | null;
            event_types?: ("incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared")[] | null;
            regions?: string[] | null;
        };
        TestInput: {
            /**
             * @description What the event is about. An unknown monitor is made, unless the workspace forbids it.
             * @default statuspulse-test
             */
            monitor_name?: string;
            /**
             * @default incident.opened
             * @enum {string}
             */
            event_type?: "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
            /**
             * @default degraded
             * @enum {string}
             */
            status?: "operational" | "degraded" | "down" | "maintenance" | "unknown";
            /**
             * @default warning
             * @enum {string}
             */
            severity?: "critical" | "warning" | "info";
            /**
             * Format: date-time
             * @description When it happened; left out: now.
             */
            timestamp?: string;
            /** @description The incident that the event belongs to. */
            incident_id?: string | null;
            /** @description Left out: the values of the sample. */
            metadata?: components["schemas"]["MetadataInput"];
            /** @description Sent instead of the payload: a text as it is, anything else as JSON. Webhooks only. */
            body?: unknown;
        };
        RotateSecretInput: {
            /**
             * @description How long the old secret stays valid, up to 30 days.
             * @default 86400
             */
            overlap_seconds?: number;
        };
        ReplayInput: {
            /**
             * Format: date-time
             * @description Deliveries made at or after.
             */
            since: string;
            /**
             * Format: date-time
             * @description Deliveries made before; left out: now.
             */
            until?: string;
        };
        TemplatePreviewInput: {
            /** @description Left out: the endpoint's own. */
            template?: string;
            /** @description An event that was accepted. Left out: the sample. */
            event_id?: string;
            /** @description What the sample says, as for a test send; not together with `event_id`. */
            event?: {
                /**
                 * @description What the event is about. An unknown monitor is made, unless the workspace forbids it.
                 * @default statuspulse-test
                 */
                monitor_name?: string;
                /**
                 * @default incident.opened
                 * @enum {string}
                 */
                event_type?: "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
                /**
                 * @default degraded
                 * @enum {string}
                 */
                status?: "operational" | "degraded" | "down" | "maintenance" | "unknown";
                /**
                 * @default warning
                 * @enum {string}
                 */
                severity?: "critical" | "warning" | "info";
                /**
                 * Format: date-time
                 * @description When it happened; left out: now.
                 */
                timestamp?: string;
                /** @description The incident that the event belongs to. */
                incident_id?: string | null;
                /** @description Left out: the values of the sample. */
                metadata?: components["schemas"]["MetadataInput"];
            };
        };
        QueueInput: {
            name: string;
            filter?: components["schemas"]["QueueFilterInput"];
        };
        /** @description Which attempts the queue holds. What is left out or empty means all. */
        QueueFilterInput: {
            /** @description Monitor names and globs such as `api-gateway-*`. */
            monitors?: string[];
            /** @description Wins over `monitors`. */
            exclude_monitors?: string[];
            severities?: ("critical" | "warning" | "info")[];
            event_types?: ("incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared")[];
            regions?: string[];
            endpoint_ids?: string[];
            outcomes?: ("delivered" | "retry" | "failed")[];
        };
        QueueAck: {
            consumer: string;
            /** @description Of a message, or of a whole answer. */
            cursor: string;
        };
        /** @description Which broker, and where in it. */
        ForwarderInput: components["schemas"]["NatsForwarderInput"] | components["schemas"]["RabbitmqForwarderInput"] | components["schemas"]["KafkaForwarderInput"];
        NatsForwarderInput: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            broker: "nats";
            /** @description `tls://user:password@host:4222`; a user alone is a token. */
            url: string;
            /** @description A JetStream stream must take it. */
            subject: string;
            /** @default true */
            enabled?: boolean;
            /**
             * @description Where it begins: with the first message that is kept, or the next to come.
             * @default start
             * @enum {string}
             */
            from?: "start" | "now";
        };
        RabbitmqForwarderInput: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            broker: "rabbitmq";
            /** @description `amqps://user:password@host:5671/vhost` */
            url: string;
            /**
             * @description Empty: the default one, and the routing key is a queue.
             * @default
             */
            exchange?: string;
            /** @description A queue must be bound for it. */
            routing_key: string;
            /** @default true */
            enabled?: boolean;
            /**
             * @description Where it begins: with the first message that is kept, or the next to come.
             * @default start
             * @enum {string}
             */
            from?: "start" | "now";
        };
        KafkaForwarderInput: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            broker: "kafka";
            /** @description `kafkas://user:password@host:9093?mechanism=SCRAM-SHA-512`; one broker of the cluster, or a name of several. */
            url: string;
            /** @description It must be there already. */
            topic: string;
            /** @default true */
            enabled?: boolean;
            /**
             * @description Where it begins: with the first message that is kept, or the next to come.
             * @default start
             * @enum {string}
             */
            from?: "start" | "now";
        };
        /** @description What is left out stays. The broker cannot be changed. */
        ForwarderPatch: {
            /** @description Whole, credentials included. */
            url?: string;
            /** @description A JetStream stream must take it. */
            subject?: string;
            /** @description Empty: the default one, and the routing key is a queue. */
            exchange?: string;
            /** @description A queue must be bound for it. */
            routing_key?: string;
            /** @description It must be there already. */
            topic?: string;
            enabled?: boolean;
        };
        /** @description A monitor; which fields it has is decided by its `kind`. */
        MonitorInput: {
            /** @description Does not change. */
            name: string;
            /** @constant */
            kind: "http";
            spec: {
                /**
                 * Format: uri
                 * @example https://shop.example.com/health
                 */
                url: string;
                /**
                 * @default GET
                 * @enum {string}
                 */
                method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
                /** @default {} */
                headers?: {
                    [key: string]: string;
                };
                /** @description Sent as UTF-8; the content type is yours to set. */
                body?: string;
                auth?: {
                    /** @constant */
                    type: "basic";
                    username: string;
                    password: string;
                } | {
                    /** @constant */
                    type: "bearer";
                    token: string;
                };
                /**
                 * @description Statuses that are fine: `200`, `2xx`, `200-204`. One that is listed ends redirects.
                 * @default [
                 *       "2xx"
                 *     ]
                 */
                expected_statuses?: (number | string)[];
                /**
                 * @description All of them must hold.
                 * @default []
                 */
                assertions?: ({
                    /** @constant */
                    source: "body";
                    /** @enum {string} */
                    operator: "contains" | "not_contains" | "equals" | "not_equals";
                    value: string;
                } | {
                    /** @constant */
                    source: "json";
                    /**
                     * @description A singular query of JSONPath (RFC 9535).
                     * @example $.services[0].status
                     */
                    path: string;
                    /** @enum {string} */
                    operator: "equals" | "not_equals" | "contains" | "not_contains" | "less_than" | "greater_than";
                    value: string | number | boolean | null;
                } | {
                    /** @constant */
                    source: "json";
                    /**
                     * @description A singular query of JSONPath (RFC 9535).
                     * @example $.services[0].status
                     */
                    path: string;
                    /** @enum {string} */
                    operator: "exists" | "absent";
                } | {
                    /** @constant */
                    source: "header";
                    name: string;
                    /** @enum {string} */
                    operator: "equals" | "not_equals" | "contains" | "not_contains" | "less_than" | "greater_than";
                    value: string | number;
                } | {
                    /** @constant */
                    source: "header";
                    name: string;
                    /** @enum {string} */
                    operator: "exists" | "absent";
                })[];
                /**
                 * @description Followed at most; one more fails the check. 0: a redirect is the answer.
                 * @default 5
                 */
                max_redirects?: number;
                /**
                 * @description Of no meaning for http:.
                 * @default {}
                 */
                tls?: {
                    /**
                     * @description Fails unless the certificate is trusted, valid now, and for this name.
                     * @default true
                     */
                    verify?: boolean;
                    /**
                     * @description Warns when a certificate of the chain expires in fewer days than this. 0: never.
                     * @default 14
                     */
                    expiry_warning_days?: number;
                };
            };
            /**
             * @description From check to check.
             * @default 30
             */
            interval_s?: number;
            /**
             * @description Of one check as a whole.
             * @default 10000
             */
            timeout_ms?: number;
            /**
             * @description Failures in a row that open an incident.
             * @default 2
             */
            failures_to_open?: number;
            /**
             * @description Successes in a row that close it.
             * @default 1
             */
            successes_to_close?: number;
            /**
             * @description What `error_rate_pct` is taken over.
             * @default 300
             */
            error_rate_window_s?: number;
            /**
             * @description false: it is not watched, and in no trouble.
             * @default true
             */
            enabled?: boolean;
            /**
             * @description Of a failing check, or a missed ping.
             * @default critical
             * @enum {string}
             */
            severity?: "critical" | "warning" | "info";
            /**
             * @description What a failing check, or a missed ping, means.
             * @default down
             * @enum {string}
             */
            failure_status?: "degraded" | "down";
            /** @default [] */
            thresholds?: components["schemas"]["Threshold"][];
            /**
             * @description Where it is watched from. null: where the node is (setting `region`).
             * @default null
             */
            region?: string | null;
            /**
             * @description What is affected when it is in trouble.
             * @default []
             */
            affected_endpoints?: string[];
            /**
             * @description What silences match, beside name, region and severity.
             * @default {}
             */
            labels?: {
                [key: string]: string;
            };
            /**
             * @description Names of monitors that it depends on: its alerts are held while one of them is down.
             * @default []
             */
            parents?: string[];
            /**
             * @description How long an alert waits for its parents' verdict, who may be checked later.
             * @default 0
             */
            parent_wait_s?: number;
            /**
             * @description false: nothing is ever quieted for flapping.
             * @default {}
             */
            flapping?: components["schemas"]["Flapping"] | false;
            /**
             * @description After how long without a word of it its status is unknown. null: never.
             * @default null
             */
            stale_after_s?: number | null;
        } | {
            /** @description Does not change. */
            name: string;
            /** @constant */
            kind: "tcp";
            spec: {
                /**
                 * @description A host name, or an IP address without brackets.
                 * @example db.example.com
                 */
                host: string;
                port: number;
            };
            /**
             * @description From check to check.
             * @default 30
             */
            interval_s?: number;
            /**
             * @description Of one check as a whole.
             * @default 10000
             */
            timeout_ms?: number;
            /**
             * @description Failures in a row that open an incident.
             * @default 2
             */
            failures_to_open?: number;
            /**
             * @description Successes in a row that close it.
             * @default 1
             */
            successes_to_close?: number;
            /**
             * @description What `error_rate_pct` is taken over.
             * @default 300
             */
            error_rate_window_s?: number;
            /**
             * @description false: it is not watched, and in no trouble.
             * @default true
             */
            enabled?: boolean;
            /**
             * @description Of a failing check, or a missed ping.
             * @default critical
             * @enum {string}
             */
            severity?: "critical" | "warning" | "info";
            /**
             * @description What a failing check, or a missed ping, means.
             * @default down
             * @enum {string}
             */
            failure_status?: "degraded" | "down";
            /** @default [] */
            thresholds?: components["schemas"]["Threshold"][];
            /**
             * @description Where it is watched from. null: where the node is (setting `region`).
             * @default null
             */
            region?: string | null;
            /**
             * @description What is affected when it is in trouble.
             * @default []
             */
            affected_endpoints?: string[];
            /**
             * @description What silences match, beside name, region and severity.
             * @default {}
             */
            labels?: {
                [key: string]: string;
            };
            /**
             * @description Names of monitors that it depends on: its alerts are held while one of them is down.
             * @default []
             */
            parents?: string[];
            /**
             * @description How long an alert waits for its parents' verdict, who may be checked later.
             * @default 0
             */
            parent_wait_s?: number;
            /**
             * @description false: nothing is ever quieted for flapping.
             * @default {}
             */
            flapping?: components["schemas"]["Flapping"] | false;
            /**
             * @description After how long without a word of it its status is unknown. null: never.
             * @default null
             */
            stale_after_s?: number | null;
        } | {
            /** @description Does not change. */
            name: string;
            /** @constant */
            kind: "dns";
            spec: {
                /** @example _dmarc.example.com */
                name: string;
                /**
                 * @default A
                 * @enum {string}
                 */
                record_type?: "A" | "AAAA" | "CAA" | "CNAME" | "MX" | "NS" | "PTR" | "SOA" | "SRV" | "TXT";
                /**
                 * @description Expected records, as in a zone file: `10 mail.example.com` (MX), `priority weight port target` (SRV), `0 issue ca.example` (CAA), `mname rname serial` (SOA). Empty: any record will do.
                 * @default []
                 */
                values?: string[];
                /**
                 * @description Of `values`: all must be among the records, any of them, or they must be exactly the records.
                 * @default all
                 * @enum {string}
                 */
                match?: "all" | "any" | "exactly";
                /**
                 * @description The name server to ask. Left out: the machine's own.
                 * @example db.example.com
                 */
                server?: string;
                /**
                 * @description Of `server`.
                 * @default 53
                 */
                port?: number;
            };
            /**
             * @description From check to check.
             * @default 30
             */
            interval_s?: number;
            /**
             * @description Of one check as a whole.
             * @default 10000
             */
            timeout_ms?: number;
            /**
             * @description Failures in a row that open an incident.
             * @default 2
             */
            failures_to_open?: number;
            /**
             * @description Successes in a row that close it.
             * @default 1
             */
            successes_to_close?: number;
            /**
             * @description What `error_rate_pct` is taken over.
             * @default 300
             */
            error_rate_window_s?: number;
            /**
             * @description false: it is not watched, and in no trouble.
             * @default true
             */
            enabled?: boolean;
            /**
             * @description Of a failing check, or a missed ping.
             * @default critical
             * @enum {string}
             */
            severity?: "critical" | "warning" | "info";
            /**
             * @description What a failing check, or a missed ping, means.
             * @default down
             * @enum {string}
             */
            failure_status?: "degraded" | "down";
            /** @default [] */
            thresholds?: components["schemas"]["Threshold"][];
            /**
             * @description Where it is watched from. null: where the node is (setting `region`).
             * @default null
             */
            region?: string | null;
            /**
             * @description What is affected when it is in trouble.
             * @default []
             */
            affected_endpoints?: string[];
            /**
             * @description What silences match, beside name, region and severity.
             * @default {}
             */
            labels?: {
                [key: string]: string;
            };
            /**
             * @description Names of monitors that it depends on: its alerts are held while one of them is down.
             * @default []
             */
            parents?: string[];
            /**
             * @description How long an alert waits for its parents' verdict, who may be checked later.
             * @default 0
             */
            parent_wait_s?: number;
            /**
             * @description false: nothing is ever quieted for flapping.
             * @default {}
             */
            flapping?: components["schemas"]["Flapping"] | false;
            /**
             * @description After how long without a word of it its status is unknown. null: never.
             * @default null
             */
            stale_after_s?: number | null;
        } | {
            /** @description Does not change. */
            name: string;
            /** @constant */
            kind: "tls";
            spec: {
                /**
                 * @description A host name, or an IP address without brackets.
                 * @example db.example.com
                 */
                host: string;
                /** @default 443 */
                port?: number;
                /**
                 * @description Asked for in the handshake (SNI). Left out: the host.
                 * @example db.example.com
                 */
                server_name?: string;
                /**
                 * @description All must be covered by the certificate. Empty: the server name must.
                 * @default []
                 */
                names?: string[];
                /**
                 * @description Fails unless the certificate is trusted, valid now, and for this name.
                 * @default true
                 */
                verify?: boolean;
                /**
                 * @description Fails when a certificate of the chain expires in fewer days than this.
                 * @default 0
                 */
                min_days_left?: number;
                /**
                 * @description Warns when a certificate of the chain expires in fewer days than this. 0: never.
                 * @default 14
                 */
                expiry_warning_days?: number;
            };
            /**
             * @description From check to check.
             * @default 30
             */
            interval_s?: number;
            /**
             * @description Of one check as a whole.
             * @default 10000
             */
            timeout_ms?: number;
            /**
             * @description Failures in a row that open an incident.
             * @default 2
             */
            failures_to_open?: number;
            /**
             * @description Successes in a row that close it.
             * @default 1
             */
            successes_to_close?: number;
            /**
             * @description What `error_rate_pct` is taken over.
             * @default 300
             */
            error_rate_window_s?: number;
            /**
             * @description false: it is not watched, and in no trouble.
             * @default true
             */
            enabled?: boolean;
            /**
             * @description Of a failing check, or a missed ping.
             * @default critical
             * @enum {string}
             */
            severity?: "critical" | "warning" | "info";
            /**
             * @description What a failing check, or a missed ping, means.
             * @default down
             * @enum {string}
             */
            failure_status?: "degraded" | "down";
            /** @default [] */
            thresholds?: components["schemas"]["Threshold"][];
            /**
             * @description Where it is watched from. null: where the node is (setting `region`).
             * @default null
             */
            region?: string | null;
            /**
             * @description What is affected when it is in trouble.
             * @default []
             */
            affected_endpoints?: string[];
            /**
             * @description What silences match, beside name, region and severity.
             * @default {}
             */
            labels?: {
                [key: string]: string;
            };
            /**
             * @description Names of monitors that it depends on: its alerts are held while one of them is down.
             * @default []
             */
            parents?: string[];
            /**
             * @description How long an alert waits for its parents' verdict, who may be checked later.
             * @default 0
             */
            parent_wait_s?: number;
            /**
             * @description false: nothing is ever quieted for flapping.
             * @default {}
             */
            flapping?: components["schemas"]["Flapping"] | false;
            /**
             * @description After how long without a word of it its status is unknown. null: never.
             * @default null
             */
            stale_after_s?: number | null;
        } | {
            /** @description Does not change. */
            name: string;
            /** @constant */
            kind: "heartbeat";
            /** @default {} */
            spec?: components["schemas"]["HeartbeatSpec"];
            /** @description Left out: of the name. */
            slug?: string;
            /**
             * @description false: it is not watched, and in no trouble.
             * @default true
             */
            enabled?: boolean;
            /**
             * @description Of a failing check, or a missed ping.
             * @default critical
             * @enum {string}
             */
            severity?: "critical" | "warning" | "info";
            /**
             * @description What a failing check, or a missed ping, means.
             * @default down
             * @enum {string}
             */
            failure_status?: "degraded" | "down";
            /** @default [] */
            thresholds?: components["schemas"]["Threshold"][];
            /**
             * @description Where it is watched from. null: where the node is (setting `region`).
             * @default null
             */
            region?: string | null;
            /**
             * @description What is affected when it is in trouble.
             * @default []
             */
            affected_endpoints?: string[];
            /**
             * @description What silences match, beside name, region and severity.
             * @default {}
             */
            labels?: {
                [key: string]: string;
            };
            /**
             * @description Names of monitors that it depends on: its alerts are held while one of them is down.
             * @default []
             */
            parents?: string[];
            /**
             * @description How long an alert waits for its parents' verdict, who may be checked later.
             * @default 0
             */
            parent_wait_s?: number;
            /**
             * @description false: nothing is ever quieted for flapping.
             * @default {}
             */
            flapping?: components["schemas"]["Flapping"] | false;
            /**
             * @description After how long without a word of it its status is unknown. null: never.
             * @default null
             */
            stale_after_s?: number | null;
        } | {
            /** @description Does not change. */
            name: string;
            /** @constant */
            kind: "metric";
            /**
             * @description false: it is not watched, and in no trouble.
             * @default true
             */
            enabled?: boolean;
            /**
             * @description Of a failing check, or a missed ping.
             * @default critical
             * @enum {string}
             */
            severity?: "critical" | "warning" | "info";
            /**
             * @description What a failing check, or a missed ping, means.
             * @default down
             * @enum {string}
             */
            failure_status?: "degraded" | "down";
            /** @default [] */
            thresholds?: components["schemas"]["Threshold"][];
            /**
             * @description Where it is watched from. null: where the node is (setting `region`).
             * @default null
             */
            region?: string | null;
            /**
             * @description What is affected when it is in trouble.
             * @default []
             */
            affected_endpoints?: string[];
            /**
             * @description What silences match, beside name, region and severity.
             * @default {}
             */
            labels?: {
                [key: string]: string;
            };
            /**
             * @description Names of monitors that it depends on: its alerts are held while one of them is down.
             * @default []
             */
            parents?: string[];
            /**
             * @description How long an alert waits for its parents' verdict, who may be checked later.
             * @default 0
             */
            parent_wait_s?: number;
            /**
             * @description false: nothing is ever quieted for flapping.
             * @default {}
             */
            flapping?: components["schemas"]["Flapping"] | false;
            /**
             * @description After how long without a word of it its status is unknown. null: never.
             * @default null
             */
            stale_after_s?: number | null;
        } | {
            /** @description Does not change. */
            name: string;
            /**
             * @default external
             * @constant
             */
            kind?: "external";
            /**
             * @description false: it is not watched, and in no trouble.
             * @default true
             */
            enabled?: boolean;
            /**
             * @description Of a failing check, or a missed ping.
             * @default critical
             * @enum {string}
             */
            severity?: "critical" | "warning" | "info";
            /**
             * @description What a failing check, or a missed ping, means.
             * @default down
             * @enum {string}
             */
            failure_status?: "degraded" | "down";
            /** @default [] */
            thresholds?: components["schemas"]["Threshold"][];
            /**
             * @description Where it is watched from. null: where the node is (setting `region`).
             * @default null
             */
            region?: string | null;
            /**
             * @description What is affected when it is in trouble.
             * @default []
             */
            affected_endpoints?: string[];
            /**
             * @description What silences match, beside name, region and severity.
             * @default {}
             */
            labels?: {
                [key: string]: string;
            };
            /**
             * @description Names of monitors that it depends on: its alerts are held while one of them is down.
             * @default []
             */
            parents?: string[];
            /**
             * @description How long an alert waits for its parents' verdict, who may be checked later.
             * @default 0
             */
            parent_wait_s?: number;
            /**
             * @description false: nothing is ever quieted for flapping.
             * @default {}
             */
            flapping?: components["schemas"]["Flapping"] | false;
            /**
             * @description After how long without a word of it its status is unknown. null: never.
             * @default null
             */
            stale_after_s?: number | null;
        };
        /** @description A rule on a metric of the monitor. */
        Threshold: {
            /** @description Unique in the monitor. Left out: of metric, operator and value. A threshold with another id begins anew. */
            id?: string;
            metric: string;
            /**
             * @description The bad side of the value.
             * @enum {string}
             */
            operator: ">" | ">=" | "<" | "<=";
            value: number;
            /**
             * @description A breach lasts until the metric is on the good side of this. null: of `value`.
             * @default null
             */
            clear_value?: number | null;
            /** @description Samples one after the other. 1 where neither this, nor `for_s`, nor `aggregate` is given. */
            in_a_row?: number;
            /** @description Every sample of so many seconds. */
            for_s?: number;
            /**
             * @description Of the samples of the last `window_s` seconds together.
             * @enum {string}
             */
            aggregate?: "avg" | "max" | "min" | "p95";
            /**
             * @description Of the aggregate.
             * @default 300
             */
            window_s?: number;
            /**
             * @description An aggregate of fewer says nothing.
             * @default 1
             */
            min_samples?: number;
            /**
             * @default warning
             * @enum {string}
             */
            severity?: "critical" | "warning" | "info";
            /**
             * @description Left out: by severity (`critical` is down, the others degraded).
             * @enum {string}
             */
            status?: "degraded" | "down";
            /**
             * @description What it means that no sample came for `no_data_after_s`. Left out: nothing.
             * @enum {string}
             */
            no_data?: "breach" | "unknown" | "clear";
            /** @default 300 */
            no_data_after_s?: number;
        };
        /** @description So many changes in `window_s` are flapping, until there was none for `calm_s`. */
        Flapping: {
            /** @default 6 */
            changes?: number;
            /** @default 600 */
            window_s?: number;
            /** @default 300 */
            calm_s?: number;
        };
        HeartbeatSpec: {
            /** @description Seconds from ping to ping. 86400 where neither this nor `cron` is given. */
            period_s?: number;
            /**
             * @description Times at which a ping is due, as a cron expression.
             * @example 30 2 * * *
             */
            cron?: string;
            /**
             * @description Of the cron expression: an IANA name.
             * @default UTC
             * @example Europe/Berlin
             */
            time_zone?: string;
            /**
             * @description How late a ping may be.
             * @default 60
             */
            grace_s?: number;
            /**
             * @description How long a run may take from its `/start`.
             * @default 3600
             */
            max_run_s?: number;
        };
        /** @description Any fields of a monitor of that kind but `name` and `kind`. */
        MonitorPatch: {
            [key: string]: unknown;
        };
        /** @description A monitor, whose name may be left out, or a change of one. */
        MonitorTrial: {
            /** @description A monitor of which the rest is a change. */
            monitor_id?: string;
        } & {
            [key: string]: unknown;
        };
        SamplesInput: {
            samples: components["schemas"]["SampleInput"][];
        };
        SampleInput: {
            monitor_name: string;
            /** @example response_time_ms */
            metric: string;
            value: number;
            /**
             * Format: date-time
             * @description When it was measured. Left out: now.
             */
            time?: string;
            region?: string;
        };
        IncidentAction: {
            /** @description Who, in words. Left out: the API key. */
            by?: string;
            comment?: string;
        };
        IncidentComment: {
            /** @description Who, in words. Left out: the API key. */
            by?: string;
            comment: string;
            /**
             * @description The status page shows it, without who said it.
             * @default false
             */
            public?: boolean;
        };
        SilenceInput: {
            /** @default  */
            comment?: string;
            /** @description Who, in words. Left out: the API key. */
            created_by?: string;
            /** @description All must match. */
            matchers: components["schemas"]["SilenceMatcher"][];
            /**
             * Format: date-time
             * @description Left out: now.
             */
            starts_at?: string;
            /** Format: date-time */
            ends_at: string;
        };
        /** @description What is not there counts as the empty text. */
        SilenceMatcher: {
            /** @description `monitor`, `region`, `severity`, or a label. */
            name: string;
            /**
             * @description `=~` and `!~` compare with a glob such as `checkout-*`.
             * @default =
             * @enum {string}
             */
            operator?: "=" | "!=" | "=~" | "!~";
            value: string;
        };
        /** @description What is left out stays. */
        SilencePatch: {
            comment?: string;
            /** @description Who, in words. */
            created_by?: string;
            /** @description All must match. */
            matchers?: components["schemas"]["SilenceMatcher"][];
            /** Format: date-time */
            starts_at?: string;
            /** Format: date-time */
            ends_at?: string;
        };
        MaintenanceWindowInput: {
            name: string;
            /**
             * @description Names, and globs such as `checkout-*`. Empty: all monitors.
             * @default []
             */
            monitors?: string[];
            /**
             * Format: date-time
             * @description With `ends_at`: it happens once.
             */
            starts_at?: string;
            /** Format: date-time */
            ends_at?: string;
            /**
             * @description Begins at every time that this cron expression names.
             * @example 0 3 * * 0
             */
            cron?: string;
            /**
             * @description An IANA name.
             * @default UTC
             * @example Europe/Berlin
             */
            time_zone?: string;
            /** @description With `cron`: how long it lasts each time. */
            duration_s?: number;
        };
        /** @description What is left out stays; null takes it away. */
        MaintenanceWindowPatch: {
            name?: string;
            monitors?: string[];
            starts_at?: string | null;
            ends_at?: string | null;
            cron?: string | null;
            /**
             * @description An IANA name.
             * @example Europe/Berlin
             */
            time_zone?: string;
            duration_s?: number | null;
        };
        StatusPageInput: {
            /** @description Whether anybody can read it. */
            enabled: boolean;
            /**
             * @description The page is at `/status/{slug}`.
             * @example acme
             */
            slug: string;
            title: string;
            /** @default  */
            description?: string | "";
            /**
             * @description Whether incidents are shown, with the comments that were marked as public.
             * @default true
             */
            show_incidents?: boolean;
            /** @default [] */
            groups?: components["schemas"]["StatusPageGroup"][];
        };
        StatusPageGroup: {
            /**
             * @description Its heading; empty: none.
             * @default
             */
            name?: string | "";
            monitors: components["schemas"]["StatusPageMonitor"][];
        };
        StatusPageMonitor: {
            monitor_id: string;
            /** @description What the public reads. The name of the monitor is never shown. */
            display_name: string;
        };
        /** @description Alertmanager's webhook, version 4. */
        AlertmanagerWebhook: {
            /**
             * @description Of the form of the webhook.
             * @constant
             */
            version: "4";
            alerts: components["schemas"]["NotifiedAlert"][];
        } & {
            [key: string]: unknown;
        };
        NotifiedAlert: {
            /** @enum {string} */
            status: "firing" | "resolved";
            labels: {
                [key: string]: string;
            };
            annotations?: {
                [key: string]: string;
            };
            /** @description RFC 3339. */
            startsAt?: string;
            /** @description RFC 3339. */
            endsAt?: string;
            /** @description What the alert is known again by. Left out: made of its labels, as Alertmanager does. */
            fingerprint?: string;
        } & {
            [key: string]: unknown;
        };
        PostedAlert: {
            labels: {
                [key: string]: string;
            };
            annotations?: {
                [key: string]: string;
            };
            /** @description RFC 3339. */
            startsAt?: string;
            /** @description RFC 3339. */
            endsAt?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description Grafana's webhook. */
        GrafanaWebhook: {
            alerts: components["schemas"]["NotifiedAlert"][];
        } & {
            [key: string]: unknown;
        };
        /** @description CloudEvents 1.0, as JSON. */
        CloudEvent: {
            /** @constant */
            specversion: "1.0";
            id: string;
            source: string;
            type: string;
            subject?: string;
            time?: string;
            data?: unknown;
        } & {
            [key: string]: unknown;
        };
        /** @description ExportMetricsServiceRequest, as protobuf or as JSON. */
        OtlpMetrics: {
            resourceMetrics?: unknown[];
        } & {
            [key: string]: unknown;
        };
        /** @description How labels become monitors, severities, regions and metrics. */
        MappingRules: {
            /**
             * @description Tried in order: for each field, the first matching rule whose labels are all there decides.
             * @default []
             */
            rules?: components["schemas"]["MappingRule"][];
            /**
             * @description Words that mean a severity, in any case, beside those that are known anyway.
             * @default {}
             */
            severities?: {
                [key: string]: "critical" | "warning" | "info";
            };
        };
        /** @description What is left out is decided by a later rule, or the defaults. */
        MappingRule: {
            /** @description For whoever reads the rules. */
            name?: string;
            /** @description Where it comes in from. Left out: anywhere. */
            sources?: ("alertmanager" | "prometheus" | "grafana" | "cloudevents" | "otlp" | "remote_write")[];
            /**
             * @description Values or globs by label: all must match. A label that is not there is the empty text, so `?*` asks for any value. Empty: everything matches.
             * @default {}
             */
            match?: {
                [key: string]: string;
            };
            /**
             * @description Leave out what matches, unless an earlier rule named its monitor or metric.
             * @default false
             */
            ignore?: boolean;
            /** @description Name of the monitor: `{service}-{cluster}`. */
            monitor?: string;
            /** @description A severity, or a word that means one (`severities`): `critical`, `{priority}`. */
            severity?: string;
            /**
             * @description Left out: by severity (`critical` is down, the others degraded).
             * @enum {string}
             */
            status?: "degraded" | "down";
            region?: string;
            /** @description Each gives one or, separated by commas, several: `{path}`. */
            affected_endpoints?: string[];
            /** @description What is wrong, in words. */
            summary?: string;
            /** @description CloudEvents only. A word such as `firing` or `resolved`: `{data.state}`. */
            state?: string;
            /** @description CloudEvents only. What an alert is known again by: `{source} {data.check_id}`. */
            fingerprint?: string;
            /** @description Name of the metric: `response_time_ms`. */
            metric?: string;
            /** @description What a value is multiplied by: 1000 makes milliseconds of seconds. */
            scale?: number;
        };
        GrafanaSecret: {
            /** @description The webhook's HMAC secret. null: webhooks need not be signed. */
            secret: string | null;
        };
        IntakePreviewInput: {
            /**
             * @description Where it would come in.
             * @enum {string}
             */
            source: "alertmanager" | "prometheus" | "grafana" | "cloudevents" | "otlp" | "remote_write";
            /** @description What would be sent. Of `cloudevents` the structured form or an array of it, of `otlp` the JSON form, of `remote_write` `{ "timeseries": [{ "labels": { … }, "samples": [] }] }`. */
            body: unknown;
            /** @description Rules to try, as in `PUT`. Left out: the ones in force. */
            rules?: unknown;
        };
        /** @description What a workspace is to have. What an entry leaves out has its default. */
        Code: {
            /**
             * @description Whose things these are, where several files are applied to one workspace: pruning takes away only what was applied under this name.
             * @default statuspulse
             */
            name?: string;
            /** @default [] */
            monitors?: components["schemas"]["MonitorInput"][];
            /** @default [] */
            endpoints?: components["schemas"]["CodeEndpoint"][];
            silences?: components["schemas"]["CodeSilence"][];
            maintenance_windows?: components["schemas"]["MaintenanceWindowInput"][];
        };
        CodeEndpoint: {
            /** @description Where events are sent to: `https:` with a certificate that is valid now; of a broker `tls:`, `amqps:`, `kafkas:`, with user and password. Left out: where the kind has it (PagerDuty, by its region). */
            url?: string;
            /**
             * @description `webhook`: Your own HTTPS receiver; every attempt is signed. `slack`: A channel, by the URL of an incoming webhook. `pagerduty`: A service, by the integration key of its "Events API v2" integration. `teams`: A channel or chat, by the URL of its workflow. `discord`: A channel, by the URL of its webhook. `email`: Addresses, through a mail server of yours (SMTP). `nats`: A subject of NATS JetStream. `rabbitmq`: An exchange or a queue of RabbitMQ (AMQP 0.9.1). `kafka`: A topic of Kafka.
             * @default webhook
             * @enum {string}
             */
            kind?: "webhook" | "slack" | "pagerduty" | "teams" | "discord" | "email" | "nats" | "rabbitmq" | "kafka";
            filter?: components["schemas"]["FilterInput"];
            /** @description What it is known by in the file. */
            name: string;
            /** @description Sent with every attempt. Values are kept encrypted and never shown again. */
            headers?: {
                [key: string]: string;
            };
            /** @description Settings of the endpoint's kind. */
            options?: {
                [key: string]: unknown;
            } | {
                /**
                 * @description A JSONata expression that makes the body out of the payload, for receivers that need another shape. Left out: the payload itself.
                 * @example { "text": monitor_name & " is " & status }
                 */
                template?: string;
            } | Record<string, never> | {
                /** @description The integration key of an "Events API v2" integration. A secret. */
                routing_key: string;
                /**
                 * @description Where your PagerDuty account lives.
                 * @default us
                 * @enum {string}
                 */
                region?: "us" | "eu";
            } | Record<string, never> | Record<string, never> | {
                /** @description The mail server. */
                host: string;
                /** @default 587 */
                port?: number;
                /**
                 * @description `tls`: from the first byte (port 465). `starttls`: the server must offer it. `none`: in the clear, if the operator allows plain HTTP.
                 * @default starttls
                 * @enum {string}
                 */
                security?: "starttls" | "tls" | "none";
                /** @description Left out: nobody logs in. */
                user?: string;
                /** @description A secret. */
                password?: string;
                /**
                 * Format: email
                 * @description The sender's address.
                 */
                from: string;
                /** @description Who gets it. */
                to: string[];
            } | {
                /** @description A JetStream stream must take it. */
                subject: string;
                /**
                 * @description `cloudevents`: a CloudEvent 1.0 as JSON, with the payload as its data. `payload`: the bytes that webhooks get.
                 * @default cloudevents
                 * @enum {string}
                 */
                format?: "cloudevents" | "payload";
            } | {
                /**
                 * @description Empty: the default one, and the routing key is a queue.
                 * @default
                 */
                exchange?: string;
                /** @description A queue must be bound for it. */
                routing_key: string;
                /**
                 * @description `cloudevents`: a CloudEvent 1.0 as JSON, with the payload as its data. `payload`: the bytes that webhooks get.
                 * @default cloudevents
                 * @enum {string}
                 */
                format?: "cloudevents" | "payload";
            } | {
                /** @description It must be there already. */
                topic: string;
                /**
                 * @description `cloudevents`: a CloudEvent 1.0 as JSON, with the payload as its data. `payload`: the bytes that webhooks get.
                 * @default cloudevents
                 * @enum {string}
                 */
                format?: "cloudevents" | "payload";
            };
            /** @description Answers that mean delivered. Left out: 200 and 201, or what the kind says. */
            success_statuses?: number[];
            /** @description Over the whole attempt. Left out: 5000. */
            timeout_ms?: number;
            /** @description Attempts a second. Left out: what the kind says, or no limit. */
            rate_per_second?: number;
            /** @description Attempts under way at once. Left out: 16. */
            concurrency?: number;
            /**
             * @description Per monitor. `unordered`: nothing ever waits. `ordered`: a later event waits until the earlier one is delivered or failed. `latest`: a later event of an incident takes the place of one not yet delivered. Left out: what the kind says.
             * @enum {string}
             */
            order?: "unordered" | "ordered" | "latest";
            enabled?: boolean;
        };
        CodeSilence: {
            /** @description What it is known by in the file; kept as its comment. */
            name: string;
            /** @description All must match. */
            matchers: components["schemas"]["SilenceMatcher"][];
            /**
             * Format: date-time
             * @description Left out: now.
             */
            starts_at?: string;
            /** Format: date-time */
            ends_at: string;
        };
        KeyInput: {
            /** @description Who or what uses it. */
            name: string;
            /** @description `ingest`: send events. `read`: look at everything but secrets. `respond`: act on incidents, silence, replay. `admin`: everything. */
            scopes: ("ingest" | "read" | "respond" | "admin")[];
        };
        /** @description What is left out stays. */
        WorkspacePatch: {
            name?: string;
            allow_unknown_monitors?: boolean;
        };
        WorkspaceInput: {
            name: string;
            /** @default true */
            allow_unknown_monitors?: boolean;
        };
        SignInInput: {
            /**
             * @description E-mail address; upper and lower case are the same.
             * @example ana@example.com
             */
            email: string;
            /** Format: password */
            password: string;
        };
        SessionMove: {
            /** @description One that the user is a member of. */
            workspace_id: string;
        };
        SetUpInput: {
            /** @description The admin token that the first start printed. */
            token: string;
            /**
             * @description E-mail address; upper and lower case are the same.
             * @example ana@example.com
             */
            email: string;
            /** @description What others see. */
            name: string;
            /**
             * Format: password
             * @description At least 12 characters, of any kind.
             */
            password: string;
        };
        UserPatch: {
            /** @description What others see. */
            name?: string;
        };
        PasswordInput: {
            /** Format: password */
            current_password: string;
            /**
             * Format: password
             * @description At least 12 characters, of any kind.
             */
            new_password: string;
        };
        MemberPatch: {
            /**
             * @description `viewer`: looks at everything but secrets. `responder`: also acts on incidents, silences, replays. `admin`: everything. `owner`: also decides who is an owner.
             * @enum {string}
             */
            role: "owner" | "admin" | "responder" | "viewer";
        };
        InvitationInput: {
            /**
             * @description E-mail address; upper and lower case are the same.
             * @example ana@example.com
             */
            email: string;
            /**
             * @description `viewer`: looks at everything but secrets. `responder`: also acts on incidents, silences, replays. `admin`: everything. `owner`: also decides who is an owner.
             * @enum {string}
             */
            role: "owner" | "admin" | "responder" | "viewer";
        };
        PasswordResetInput: {
            /**
             * @description E-mail address; upper and lower case are the same.
             * @example ana@example.com
             */
            email: string;
        };
        LinkToken: {
            /** @description What the link carries after its '#'. */
            token: string;
        };
        LinkInput: {
            /** @description What the link carries after its '#'. */
            token: string;
            /** @description Of a new user. */
            name?: string;
            /**
             * Format: password
             * @description The new one; where there is an account already, its own. Not asked of who is signed in.
             */
            password?: string;
        };
        OperatorInput: {
            /**
             * @description E-mail address; upper and lower case are the same.
             * @example ana@example.com
             */
            email: string;
        };
        /**
         * @description The body of every webhook attempt.
         * @example {
         *       "event_id": "evt_7f3a9c2b1d",
         *       "monitor_name": "checkout-service-redis",
         *       "status": "degraded",
         *       "timestamp": "2024-05-14T09:23:11Z",
         *       "metadata": {
         *         "region": "us-west-2",
         *         "affected_endpoints": [
         *           "/api/v1/cart",
         *           "/api/v1/checkout"
         *         ],
         *         "response_time_ms": 1840,
         *         "error_rate_pct": 12.4,
         *         "event_type": "incident.opened",
         *         "severity": "warning",
         *         "incident_id": "inc_01jz8m4x5c00k3v9q2w7d1a0b3"
         *       }
         *     }
         */
        Payload: {
            /** @description Unique. The same on every attempt and every replay: what a receiver knows a repeat by. */
            event_id: string;
            monitor_name: string;
            /**
             * @description The monitor's status.
             * @enum {string}
             */
            status: "operational" | "degraded" | "down" | "maintenance" | "unknown";
            /**
             * Format: date-time
             * @description When it happened: RFC 3339 in UTC, a fraction only where it is not zero.
             */
            timestamp: string;
            /** @description These seven keys are always there; whatever else the producer gave follows them. */
            metadata: {
                region: string | null;
                affected_endpoints: string[];
                response_time_ms: number | null;
                error_rate_pct: number | null;
                /** @enum {string} */
                event_type: "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
                /**
                 * @description Of a recovery: the highest that its incident reached.
                 * @enum {string}
                 */
                severity: "critical" | "warning" | "info";
                incident_id: string | null;
            } & {
                [key: string]: unknown;
            };
        };
        /** @description What went wrong, as RFC 9457 problem details. */
        Problem: {
            /**
             * @description Names the kind of problem; stable.
             * @example urn:statuspulse:problem:not-found
             */
            type: string;
            /** @description The kind of problem in words. */
            title: string;
            /** @description The HTTP status. */
            status: number;
            /** @description What is wrong here, naming the thing and the value. */
            detail: string;
            /** @description The request's id; also in the `X-Request-Id` header and in our log. */
            instance: string;
            /** @description The fields at fault, where fields are. */
            errors?: {
                /** @description The field: `filter.severities[0]`, in a batch `[3].severity`. */
                path: string;
                message: string;
            }[];
        };
        AcceptedList: {
            data: components["schemas"]["Accepted"][];
        };
        Accepted: {
            event_id: string;
            /** @description It was accepted before, under the same `event_id` or `Idempotency-Key`; nothing is sent again. */
            duplicate: boolean;
            /** @description How many endpoints it goes to. */
            deliveries: number;
        };
        EventPage: {
            data: components["schemas"]["EventSummary"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        EventSummary: {
            event_id: string;
            /** @enum {string} */
            event_type: "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
            monitor_name: string;
            /** @enum {string} */
            status: "operational" | "degraded" | "down" | "maintenance" | "unknown";
            /** @enum {string} */
            severity: "critical" | "warning" | "info";
            region: string | null;
            incident_id: string | null;
            /** Format: date-time */
            accepted_at: string;
            /** @description It was a test send. */
            dry_run: boolean;
            /** @description How many endpoints it was sent to when it was accepted. */
            deliveries: number;
        };
        Event: {
            event_id: string;
            /** @enum {string} */
            event_type: "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
            monitor_name: string;
            /** @enum {string} */
            status: "operational" | "degraded" | "down" | "maintenance" | "unknown";
            /** @enum {string} */
            severity: "critical" | "warning" | "info";
            region: string | null;
            incident_id: string | null;
            /** Format: date-time */
            accepted_at: string;
            /** @description It was a test send. */
            dry_run: boolean;
            /** @description How many endpoints it was sent to when it was accepted. */
            deliveries: number;
            /** @description What is sent. null only for a test send with a body that is not a JSON object. */
            payload: {
                [key: string]: unknown;
            } | null;
            /** @description The exact text of every attempt: what the signature is over. */
            payload_text: string;
            /** @description Where it was sent to, replays included. */
            endpoints: components["schemas"]["EventSending"][];
            /** @description Where it was not sent to, and why: the first 200. */
            not_sent_to: components["schemas"]["EventNotSent"][];
            not_sent_total: number;
        };
        EventSending: {
            endpoint_id: string;
            /** @description null: the endpoint is gone. */
            endpoint_name: string | null;
            delivery_id: string;
            /**
             * @description waiting: on its way, or until `next_attempt_at`.
             * @enum {string}
             */
            outcome: "delivered" | "waiting" | "failed" | "cancelled";
            attempts: number;
            last_status_code: number | null;
            /** @description Why it stands where it stands. */
            reason: string | null;
            next_attempt_at: string | null;
            finished_at: string | null;
            /** @description The delivery that this one repeats. */
            replay_of: string | null;
        };
        EventNotSent: {
            endpoint_id: string;
            endpoint_name: string;
            reason: string;
            /** @description The endpoint was changed after the event was accepted: the reason is by today's filter, not by that day's. */
            changed_since: boolean;
        };
        EndpointKinds: {
            data: {
                /** @enum {string} */
                kind: "webhook" | "slack" | "pagerduty" | "teams" | "discord" | "email" | "nats" | "rabbitmq" | "kafka";
                /**
                 * @description Its name for people.
                 * @example Slack
                 */
                label: string;
                /** @description What it reaches, and by what. */
                about: string;
                /** @description false: an endpoint may leave its `url` out. */
                url_needed: boolean;
                /** @description true: only the host of its `url` is ever shown. */
                url_is_secret: boolean;
                /** @description true: its `url` may hold a user and a password, which are never shown. */
                url_has_credentials: boolean;
                /** @description Whether attempts are signed with a secret of ours. */
                signed: boolean;
                /** @description `options` of an endpoint of this kind, as JSON Schema 2020-12. */
                options_schema: {
                    [key: string]: unknown;
                };
                /** @description Options that are never shown again. */
                secret_options: string[];
                /** @enum {string} */
                default_order: "unordered" | "ordered" | "latest";
                default_success_statuses: number[];
                /** @description null: no limit. */
                default_rate_per_second: number | null;
            }[];
        };
        EndpointCreated: {
            id: string;
            /**
             * @description `webhook`: Your own HTTPS receiver; every attempt is signed. `slack`: A channel, by the URL of an incoming webhook. `pagerduty`: A service, by the integration key of its "Events API v2" integration. `teams`: A channel or chat, by the URL of its workflow. `discord`: A channel, by the URL of its webhook. `email`: Addresses, through a mail server of yours (SMTP). `nats`: A subject of NATS JetStream. `rabbitmq`: An exchange or a queue of RabbitMQ (AMQP 0.9.1). `kafka`: A topic of Kafka.
             * @enum {string}
             */
            kind: "webhook" | "slack" | "pagerduty" | "teams" | "discord" | "email" | "nats" | "rabbitmq" | "kafka";
            name: string;
            /** @description Of a kind whose URL is a secret in itself (Slack, Teams, Discord), only the host is shown; of a broker, all but user and password. */
            url: string;
            filter: components["schemas"]["Filter"];
            /** @description Names of the extra headers; their values are secret. */
            header_names: string[];
            /** @description Secret ones are shown as `"********"`. */
            options: {
                [key: string]: unknown;
            };
            success_statuses: number[];
            timeout_ms: number;
            rate_per_second: number | null;
            concurrency: number;
            /** @enum {string} */
            order: "unordered" | "ordered" | "latest";
            enabled: boolean;
            /** @description Why we disabled it. */
            disabled_reason: string | null;
            /** @description Since when every delivery has failed. */
            failing_since: string | null;
            /** @description Valid secrets, the newest first; a rotated one has its end. */
            secrets: {
                expires_at: string | null;
            }[];
            tls: components["schemas"]["TlsReport"] | null;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description When `url`, `filter` or `enabled` last changed.
             */
            changed_at: string;
            /** @description What attempts are signed with. Shown this once. null for kinds that are not signed. */
            secret: string | null;
        };
        /** @description Which events an endpoint wants. An empty list means all. */
        Filter: {
            /** @description Monitor names and globs such as `api-gateway-*`. */
            monitors: string[];
            /** @description Wins over `monitors`. */
            exclude_monitors: string[];
            severities: ("critical" | "warning" | "info")[];
            event_types: ("incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared")[];
            regions: string[];
        };
        /** @description What the TLS handshake showed when the URL was last set; null for plain http. */
        TlsReport: {
            /** @example TLSv1.3 */
            protocol: string;
            cipher: string;
            authorized: boolean;
            /** @description From the receiver's own certificate to the authority. */
            chain: {
                subject: string;
                issuer: string;
                /** Format: date-time */
                valid_from: string;
                /** Format: date-time */
                valid_to: string;
                fingerprint256: string;
            }[];
            /** @description Names and addresses that the certificate covers. */
            names: string[];
            /**
             * Format: date-time
             * @description When the first certificate of the chain to expire does so.
             */
            expires_at: string;
            days_left: number;
            /** @description `h2` or `http/1.1`. */
            alpn: string | null;
            remote_address: string;
        };
        EndpointPage: {
            data: components["schemas"]["Endpoint"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        Endpoint: {
            id: string;
            /**
             * @description `webhook`: Your own HTTPS receiver; every attempt is signed. `slack`: A channel, by the URL of an incoming webhook. `pagerduty`: A service, by the integration key of its "Events API v2" integration. `teams`: A channel or chat, by the URL of its workflow. `discord`: A channel, by the URL of its webhook. `email`: Addresses, through a mail server of yours (SMTP). `nats`: A subject of NATS JetStream. `rabbitmq`: An exchange or a queue of RabbitMQ (AMQP 0.9.1). `kafka`: A topic of Kafka.
             * @enum {string}
             */
            kind: "webhook" | "slack" | "pagerduty" | "teams" | "discord" | "email" | "nats" | "rabbitmq" | "kafka";
            name: string;
            /** @description Of a kind whose URL is a secret in itself (Slack, Teams, Discord), only the host is shown; of a broker, all but user and password. */
            url: string;
            filter: components["schemas"]["Filter"];
            /** @description Names of the extra headers; their values are secret. */
            header_names: string[];
            /** @description Secret ones are shown as `"********"`. */
            options: {
                [key: string]: unknown;
            };
            success_statuses: number[];
            timeout_ms: number;
            rate_per_second: number | null;
            concurrency: number;
            /** @enum {string} */
            order: "unordered" | "ordered" | "latest";
            enabled: boolean;
            /** @description Why we disabled it. */
            disabled_reason: string | null;
            /** @description Since when every delivery has failed. */
            failing_since: string | null;
            /** @description Valid secrets, the newest first; a rotated one has its end. */
            secrets: {
                expires_at: string | null;
            }[];
            tls: components["schemas"]["TlsReport"] | null;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description When `url`, `filter` or `enabled` last changed.
             */
            changed_at: string;
        };
        /** @description One POST of a delivery and all that was seen of it. */
        Attempt: {
            id: string;
            /** @description Also in the `X-StatusPulse-Request-Id` header. The same for all that a digest carried. */
            request_id: string;
            delivery_id: string;
            event_id: string;
            endpoint_id: string;
            monitor_name: string;
            /** @description 0 for the first attempt, then 1 to 14. */
            retry_attempt: number;
            /** @description It was a test send. */
            dry_run: boolean;
            /** Format: date-time */
            started_at: string;
            /** @enum {string} */
            outcome: "delivered" | "retry" | "failed";
            /**
             * @description The delivery's status after this attempt.
             * @enum {string}
             */
            delivery_status: "pending" | "delivered" | "failed" | "cancelled";
            /** @description null: no whole answer came, or a broker confirmed: brokers have no codes. */
            status_code: number | null;
            /** @description Why no whole answer came. */
            error: {
                /** @enum {string} */
                class: "timeout" | "dns" | "connection_refused" | "connection_reset" | "tls" | "address_refused" | "protocol" | "invalid_request" | "other";
                message: string;
            } | null;
            /** @description Why it is not delivered, in words. */
            why: string | null;
            next_attempt_at: string | null;
            remote_address: string | null;
            tls_version: string | null;
            http_version: string | null;
            /** @description null: the phase did not happen; a kept-alive connection has no dns, connect and tls. */
            timings_ms: {
                /** @description From acceptance (on a retry: from when it was due) to the start. */
                wait: number;
                dns: number | null;
                connect: number | null;
                tls: number | null;
                first_byte: number | null;
                total: number;
            };
            response_headers: {
                [key: string]: string;
            };
            /** @description At most the first 4 KiB. */
            response_body: string;
            /** @description How many deliveries the request carried. More than 1: a digest; the attempts of all of them have its `request_id`. */
            digest_size: number;
        };
        SecretRotated: {
            /** @description The new secret. Shown this once. */
            secret: string;
            /** @description Until when attempts carry both signatures; null: no longer. */
            old_expires_at: string | null;
        };
        ReplayJob: {
            id: string;
            endpoint_id: string;
            /** @enum {string} */
            status: "running" | "done" | "failed";
            /** Format: date-time */
            since: string;
            /** Format: date-time */
            until: string;
            /** @description Failed deliveries in the span when the job was made. */
            total: number;
            /** @description Deliveries replayed so far. */
            done: number;
            error: string | null;
            /** Format: date-time */
            created_at: string;
            finished_at: string | null;
        };
        FilterPreview: {
            /** @description The filter that was looked at. */
            filter: components["schemas"]["Filter"];
            /** @description How many of the most recent events were looked at. */
            examined: number;
            matched: number;
            data: {
                event: components["schemas"]["EventSummary"];
                matches: boolean;
                why_not: string | null;
            }[];
        };
        TemplatePreview: {
            /** @description The payload that the template was applied to. */
            input: string;
            /** @description The exact text that would be sent and signed; null: the template failed. */
            body: string | null;
            bytes: number | null;
            error: {
                message: string;
                /** @description Where in the template, in characters from 1; null: not known. */
                position: number | null;
            } | null;
        };
        DeliveryPage: {
            data: components["schemas"]["Delivery"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        /** @description One event on its way to one endpoint. */
        Delivery: {
            id: string;
            event_id: string;
            endpoint_id: string;
            monitor_name: string;
            incident_id: string | null;
            /** @enum {string} */
            status: "pending" | "delivered" | "failed" | "cancelled";
            attempts: number;
            last_status_code: number | null;
            /** @description Why it stands where it stands. */
            reason: string | null;
            /** Format: date-time */
            created_at: string;
            first_attempt_at: string | null;
            /** @description null: it is under way, waits for room at its endpoint, or is over. */
            next_attempt_at: string | null;
            finished_at: string | null;
            /** @description The delivery that this one repeats. */
            replay_of: string | null;
            /** @description It was a test send. */
            dry_run: boolean;
        };
        DeliveryDetail: {
            id: string;
            event_id: string;
            endpoint_id: string;
            monitor_name: string;
            incident_id: string | null;
            /** @enum {string} */
            status: "pending" | "delivered" | "failed" | "cancelled";
            attempts: number;
            last_status_code: number | null;
            /** @description Why it stands where it stands. */
            reason: string | null;
            /** Format: date-time */
            created_at: string;
            first_attempt_at: string | null;
            /** @description null: it is under way, waits for room at its endpoint, or is over. */
            next_attempt_at: string | null;
            finished_at: string | null;
            /** @description The delivery that this one repeats. */
            replay_of: string | null;
            /** @description It was a test send. */
            dry_run: boolean;
            /** @description What is sent. null when retention dropped the event, and for a test send with a body that is not a JSON object. */
            payload: {
                [key: string]: unknown;
            } | null;
            payload_text: string | null;
            /** @description Its attempts, the first one first. */
            attempt_log: components["schemas"]["Attempt"][];
        };
        Replayed: {
            /** @description The new delivery. */
            delivery_id: string;
            replay_of: string;
        };
        AttemptPage: {
            data: components["schemas"]["Attempt"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        /** @description How deliveries went in a span of time. Test sends do not count. */
        DeliveryStats: {
            /** Format: date-time */
            since: string;
            /** Format: date-time */
            until: string;
            step_s: number;
            total: components["schemas"]["AttemptFigures"];
            /** @description One for each step, in order. */
            steps: components["schemas"]["AttemptFigures"][];
            /** @description Those of which attempts were made, the busiest first. */
            endpoints: {
                endpoint_id: string;
                delivered: number;
                /** @description It did not get through, and is tried again. */
                retry: number;
                /** @description It did not get through, and was the last. */
                failed: number;
                /** @description Of first attempts: from detection until the request is on its way. null: there was none. */
                ours_ms: components["schemas"]["Percentiles"] | null;
                /** @description From then until the receiver had answered, or was given up. */
                theirs_ms: components["schemas"]["Percentiles"] | null;
                steps: components["schemas"]["Outcomes"][];
            }[];
            /** @description Of whose events most was sent: first attempts only, at most 20 monitors. */
            monitors: {
                monitor_name: string;
                sent: number;
            }[];
            /** @description Some step had so many attempts that it is judged by its first 2,000; its counts are projected from them. */
            is_sampled: boolean;
        };
        /** @description Attempts by their outcome, and how long they took. */
        AttemptFigures: {
            delivered: number;
            /** @description It did not get through, and is tried again. */
            retry: number;
            /** @description It did not get through, and was the last. */
            failed: number;
            /** @description Of first attempts: from detection until the request is on its way. null: there was none. */
            ours_ms: components["schemas"]["Percentiles"] | null;
            /** @description From then until the receiver had answered, or was given up. */
            theirs_ms: components["schemas"]["Percentiles"] | null;
        };
        /** @description Milliseconds. */
        Percentiles: {
            p50: number;
            p95: number;
            p99: number;
        };
        /** @description Attempts by their outcome. */
        Outcomes: {
            delivered: number;
            /** @description It did not get through, and is tried again. */
            retry: number;
            /** @description It did not get through, and was the last. */
            failed: number;
        };
        /** @description One message: its `event`, `id` and, as JSON, `data` lines. */
        StreamMessage: {
            /** @constant */
            event: "event";
            /** @description Send it as `Last-Event-ID` to go on after this message. */
            id: string;
            data: components["schemas"]["EventSummary"];
        } | {
            /** @constant */
            event: "delivery";
            /** @description Send it as `Last-Event-ID` to go on after this message. */
            id: string;
            data: components["schemas"]["DeliveryChange"];
        } | {
            /** @constant */
            event: "attempt";
            /** @description Send it as `Last-Event-ID` to go on after this message. */
            id: string;
            data: components["schemas"]["Attempt"];
        } | {
            /** @constant */
            event: "gap";
            /** @description Send it as `Last-Event-ID` to go on after this message. */
            id: string;
            data: components["schemas"]["StreamGap"];
        };
        /** @description A delivery that began, or came to its end. */
        DeliveryChange: {
            id: string;
            event_id: string;
            endpoint_id: string;
            /** @description null: the delivery is past retention. */
            monitor_name: string | null;
            /** @enum {string} */
            status: "pending" | "delivered" | "failed" | "cancelled";
            /** @description Why it stands where it stands. */
            reason: string | null;
            /** @description It was a test send. */
            dry_run: boolean;
            /** Format: date-time */
            changed_at: string;
        };
        /** @description The stream could not be resumed without a gap. */
        StreamGap: {
            /** @enum {string} */
            reason: "retention" | "unknown_place";
            message: string;
        };
        /** @description A durable, ordered feed of attempt records. */
        Queue: {
            name: string;
            filter: components["schemas"]["QueueFilter"];
            /**
             * Format: date-time
             * @description Attempts that were recorded before are not in it.
             */
            created_at: string;
        };
        /** @description Which attempts the queue holds. An empty list means all. */
        QueueFilter: {
            /** @description Monitor names and globs such as `api-gateway-*`. */
            monitors: string[];
            /** @description Wins over `monitors`. */
            exclude_monitors: string[];
            severities: ("critical" | "warning" | "info")[];
            event_types: ("incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared")[];
            regions: string[];
            endpoint_ids: string[];
            outcomes: ("delivered" | "retry" | "failed")[];
        };
        QueuePage: {
            data: components["schemas"]["Queue"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        QueueDetail: {
            name: string;
            filter: components["schemas"]["QueueFilter"];
            /**
             * Format: date-time
             * @description Attempts that were recorded before are not in it.
             */
            created_at: string;
            consumers: components["schemas"]["QueueConsumer"][];
        };
        QueueConsumer: {
            name: string;
            /** @description Everything up to it is acknowledged. */
            cursor: string;
            /**
             * Format: date-time
             * @description When it last moved.
             */
            updated_at: string;
            lag: {
                /** @description Messages that are not acknowledged. */
                messages: number;
                /** @description There are more: only so many attempts are looked at. */
                is_capped: boolean;
                /** @description When the first of them was attempted. */
                oldest_at: string | null;
                /** @description How long ago that was; 0: there is none. */
                age_seconds: number;
            };
        };
        QueueMessages: {
            data: components["schemas"]["QueueMessage"][];
            /** @description Acknowledges all of `data`. */
            cursor: string;
            /** @description Retention may have dropped messages that this consumer had not acknowledged. */
            gap: boolean;
        };
        /** @description The record of one attempt. */
        QueueMessage: {
            id: string;
            /** @description Also in the `X-StatusPulse-Request-Id` header. The same for all that a digest carried. */
            request_id: string;
            delivery_id: string;
            event_id: string;
            endpoint_id: string;
            monitor_name: string;
            /** @description 0 for the first attempt, then 1 to 14. */
            retry_attempt: number;
            /** @description It was a test send. */
            dry_run: boolean;
            /** Format: date-time */
            started_at: string;
            /** @enum {string} */
            outcome: "delivered" | "retry" | "failed";
            /**
             * @description The delivery's status after this attempt.
             * @enum {string}
             */
            delivery_status: "pending" | "delivered" | "failed" | "cancelled";
            /** @description null: no whole answer came, or a broker confirmed: brokers have no codes. */
            status_code: number | null;
            /** @description Why no whole answer came. */
            error: {
                /** @enum {string} */
                class: "timeout" | "dns" | "connection_refused" | "connection_reset" | "tls" | "address_refused" | "protocol" | "invalid_request" | "other";
                message: string;
            } | null;
            /** @description Why it is not delivered, in words. */
            why: string | null;
            next_attempt_at: string | null;
            remote_address: string | null;
            tls_version: string | null;
            http_version: string | null;
            /** @description null: the phase did not happen; a kept-alive connection has no dns, connect and tls. */
            timings_ms: {
                /** @description From acceptance (on a retry: from when it was due) to the start. */
                wait: number;
                dns: number | null;
                connect: number | null;
                tls: number | null;
                first_byte: number | null;
                total: number;
            };
            response_headers: {
                [key: string]: string;
            };
            /** @description At most the first 4 KiB. */
            response_body: string;
            /** @description How many deliveries the request carried. More than 1: a digest; the attempts of all of them have its `request_id`. */
            digest_size: number;
            /** @description Acknowledges this message and all before it. */
            cursor: string;
        };
        QueueAcked: {
            consumer: string;
            /** @description Where the consumer stands: there, or further. */
            cursor: string;
        };
        /** @description Sends a queue's messages on to a broker, as CloudEvents. */
        Forwarder: {
            id: string;
            /** @enum {string} */
            broker: "nats" | "rabbitmq" | "kafka";
            /** @description Without user and password. */
            url: string;
            /** @description With NATS. */
            subject: string | null;
            /** @description With RabbitMQ. */
            exchange: string | null;
            /** @description With RabbitMQ. */
            routing_key: string | null;
            /** @description With Kafka. */
            topic: string | null;
            enabled: boolean;
            /**
             * @description `starting`: no node has run it yet; `retrying`: it stands still, and is tried again for ever; `paused`: not enabled.
             * @enum {string}
             */
            state: "starting" | "forwarding" | "retrying" | "paused";
            /** @description Why it is retrying. */
            error: string | null;
            /**
             * Format: date-time
             * @description When state or error last changed.
             */
            state_at: string;
            /** Format: date-time */
            created_at: string;
            /** @description What the broker has not confirmed yet. */
            lag: {
                /** @description Messages that are not acknowledged. */
                messages: number;
                /** @description There are more: only so many attempts are looked at. */
                is_capped: boolean;
                /** @description When the first of them was attempted. */
                oldest_at: string | null;
                /** @description How long ago that was; 0: there is none. */
                age_seconds: number;
            };
        };
        ForwarderPage: {
            data: components["schemas"]["Forwarder"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        Monitor: {
            id: string;
            name: string;
            /** @enum {string} */
            kind: "http" | "tcp" | "dns" | "tls" | "heartbeat" | "metric" | "external";
            /** @description Of a heartbeat: another way to ping it. */
            slug: string | null;
            /** @enum {string} */
            status: "operational" | "degraded" | "down" | "maintenance" | "unknown";
            /** @description Since when it has that status. null: nothing was seen of it. */
            since: string | null;
            /** @description When anything was last seen of it, as of some seconds ago. */
            seen_at: string | null;
            /** @description Its open incident. */
            incident_id: string | null;
            last_check: components["schemas"]["LastCheck"] | null;
            last_event: components["schemas"]["LastEvent"] | null;
            /** @description Where a heartbeat is pinged. Whoever knows it may: shown to `admin` keys only. */
            ping_path: string | null;
            /** @description What is checked. Header values, passwords and tokens are never shown. */
            spec: {
                [key: string]: unknown;
            } | null;
            /**
             * @description false: it is not watched, and in no trouble.
             * @default true
             */
            enabled: boolean;
            /**
             * @description Of a failing check, or a missed ping.
             * @default critical
             * @enum {string}
             */
            severity: "critical" | "warning" | "info";
            /**
             * @description What a failing check, or a missed ping, means.
             * @default down
             * @enum {string}
             */
            failure_status: "degraded" | "down";
            /** @default [] */
            thresholds: components["schemas"]["ThresholdOutput"][];
            /**
             * @description Where it is watched from. null: where the node is (setting `region`).
             * @default null
             */
            region: string | null;
            /**
             * @description What is affected when it is in trouble.
             * @default []
             */
            affected_endpoints: string[];
            /**
             * @description What silences match, beside name, region and severity.
             * @default {}
             */
            labels: {
                [key: string]: string;
            };
            /**
             * @description Names of monitors that it depends on: its alerts are held while one of them is down.
             * @default []
             */
            parents: string[];
            /**
             * @description How long an alert waits for its parents' verdict, who may be checked later.
             * @default 0
             */
            parent_wait_s: number;
            /** @description false: nothing is ever quieted for flapping. */
            flapping: components["schemas"]["FlappingOutput"] | false;
            /**
             * @description After how long without a word of it its status is unknown. null: never.
             * @default null
             */
            stale_after_s: number | null;
            /**
             * @description From check to check.
             * @default 30
             */
            interval_s?: number;
            /**
             * @description Of one check as a whole.
             * @default 10000
             */
            timeout_ms?: number;
            /**
             * @description Failures in a row that open an incident.
             * @default 2
             */
            failures_to_open?: number;
            /**
             * @description Successes in a row that close it.
             * @default 1
             */
            successes_to_close?: number;
            /**
             * @description What `error_rate_pct` is taken over.
             * @default 300
             */
            error_rate_window_s?: number;
            /** Format: date-time */
            created_at: string;
        };
        /** @description The latest check, as of some seconds ago. */
        LastCheck: {
            /** Format: date-time */
            started_at: string;
            ok: boolean;
            status_code: number | null;
            error: {
                /** @enum {string} */
                class: "timeout" | "dns" | "connection_refused" | "connection_reset" | "tls" | "address_refused" | "protocol" | "invalid_request" | "other" | "unexpected_status" | "assertion" | "too_many_redirects" | "aborted";
                message: string;
            } | null;
            region: string | null;
            remote_address: string | null;
            timings_ms: {
                dns: number | null;
                connect: number | null;
                tls: number | null;
                first_byte: number | null;
                total: number | null;
            };
            tls: {
                protocol: string;
                authorized: boolean;
                issuer: string;
                /** Format: date-time */
                expires_at: string;
                days_left: number;
            } | null;
            warnings: {
                class: string;
                message: string;
            }[];
        };
        /** @description Its latest event, sent here or decided here. Of a monitor of kind `external` it tells the status. */
        LastEvent: {
            event_id: string;
            /** @enum {string} */
            event_type: "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
            /** @enum {string} */
            status: "operational" | "degraded" | "down" | "maintenance" | "unknown";
            /** @enum {string} */
            severity: "critical" | "warning" | "info";
            /** Format: date-time */
            accepted_at: string;
        };
        MonitorPage: {
            data: components["schemas"]["Monitor"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        SamplesAccepted: {
            /** @description How many samples were taken. */
            accepted: number;
            /** @description Monitors that there are none of, where the workspace forbids unknown ones: their samples were left out. */
            unknown_monitors: string[];
        };
        Points: {
            metric: string;
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
            /** @description What a point sums up. */
            step_s: number;
            data: components["schemas"]["Point"][];
        };
        /** @description The samples of one step; a step without any has none. */
        Point: {
            /** Format: date-time */
            time: string;
            avg: number;
            min: number;
            max: number;
            count: number;
        };
        MetricNames: {
            data: string[];
        };
        Uptime: {
            monitor_id: string;
            /** @description Share of time in which it was not down, in percent; unknown time and maintenance do not count. null: there is no other. */
            uptime_pct: number | null;
            /** @description The oldest first. */
            days: components["schemas"]["UptimeDay"][];
            /** @description Average response time of each of the last 24 hours, this one last. Empty: none was measured. */
            latency_ms: (number | null)[];
        };
        /** @description Seconds that a monitor had each status. They add up to the length of the day so far. */
        UptimeDay: {
            /** Format: date */
            day: string;
            operational_s: number;
            degraded_s: number;
            down_s: number;
            maintenance_s: number;
            /** @description Nothing was seen, or nobody was there to see it. */
            unknown_s: number;
        };
        Uptimes: {
            data: components["schemas"]["Uptime"][];
        };
        IncidentPage: {
            data: components["schemas"]["IncidentSummary"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        IncidentSummary: {
            id: string;
            /** @description It was opened by events that were sent here of a monitor of kind `external`, and ends by them. false: it was decided here. */
            given: boolean;
            /** @description Of a given one: the `incident_id` of its events. null: they name none. */
            producer_id: string | null;
            monitor_id: string;
            monitor_name: string;
            /** @enum {string} */
            state: "open" | "acknowledged" | "resolved";
            /** @enum {string} */
            status: "operational" | "degraded" | "down" | "maintenance" | "unknown";
            /** @enum {string} */
            severity: "critical" | "warning" | "info";
            /**
             * @description That it has reached: its recovery carries it.
             * @enum {string}
             */
            highest_severity: "critical" | "warning" | "info";
            region: string | null;
            affected_endpoints: string[];
            /** @description What is, or was last, wrong. */
            summary: string;
            /**
             * Format: date-time
             * @description When its first cause began.
             */
            started_at: string;
            /**
             * Format: date-time
             * @description When it was decided on: later, by the failures that it took.
             */
            opened_at: string;
            acknowledged_at: string | null;
            acknowledged_by: string | null;
            resolved_at: string | null;
            /** @description null: it is not over. */
            duration_s: number | null;
            /** @description Why its latest event was not sent. null: it was. */
            held: components["schemas"]["Hold"] | null;
        };
        /** @description Why something was not sent. */
        Hold: {
            /** @enum {string} */
            reason: "maintenance" | "silence" | "dependency" | "flapping" | "duplicate";
            /** @description Id of the silence or window, name of the parent monitor. */
            by: string | null;
            why: string;
        };
        Incident: {
            id: string;
            /** @description It was opened by events that were sent here of a monitor of kind `external`, and ends by them. false: it was decided here. */
            given: boolean;
            /** @description Of a given one: the `incident_id` of its events. null: they name none. */
            producer_id: string | null;
            monitor_id: string;
            monitor_name: string;
            /** @enum {string} */
            state: "open" | "acknowledged" | "resolved";
            /** @enum {string} */
            status: "operational" | "degraded" | "down" | "maintenance" | "unknown";
            /** @enum {string} */
            severity: "critical" | "warning" | "info";
            /**
             * @description That it has reached: its recovery carries it.
             * @enum {string}
             */
            highest_severity: "critical" | "warning" | "info";
            region: string | null;
            affected_endpoints: string[];
            /** @description What is, or was last, wrong. */
            summary: string;
            /**
             * Format: date-time
             * @description When its first cause began.
             */
            started_at: string;
            /**
             * Format: date-time
             * @description When it was decided on: later, by the failures that it took.
             */
            opened_at: string;
            acknowledged_at: string | null;
            acknowledged_by: string | null;
            resolved_at: string | null;
            /** @description null: it is not over. */
            duration_s: number | null;
            /** @description Why its latest event was not sent. null: it was. */
            held: components["schemas"]["Hold"] | null;
            /** @description In order; the first 500. */
            timeline: components["schemas"]["TimelineEntry"][];
            /** @description What the status page says of it, the latest first. */
            public_updates: components["schemas"]["PublicUpdate"][];
        };
        /** @description What happened, and the event that it caused or did not. */
        TimelineEntry: {
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            event_type: "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
            /** @enum {string} */
            status: "operational" | "degraded" | "down" | "maintenance" | "unknown";
            /** @enum {string} */
            severity: "critical" | "warning" | "info";
            message: string | null;
            /** @description Who acknowledged, commented or resolved. */
            by: string | null;
            comment: string | null;
            /** @description The event that was sent. null: none was. */
            event_id: string | null;
            /** @description How many endpoints it was sent to. */
            deliveries: number | null;
            suppressed: components["schemas"]["Hold"] | null;
        };
        PublicUpdate: {
            /** Format: date-time */
            at: string;
            text: string;
        };
        SuppressedEventPage: {
            data: components["schemas"]["SuppressedEvent"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        /** @description An event that was decided on, and not sent. */
        SuppressedEvent: {
            id: string;
            /** Format: date-time */
            at: string;
            monitor_name: string;
            /** @enum {string} */
            event_type: "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
            /** @enum {string} */
            status: "operational" | "degraded" | "down" | "maintenance" | "unknown";
            /** @enum {string} */
            severity: "critical" | "warning" | "info";
            region: string | null;
            incident_id: string | null;
            /** @enum {string} */
            reason: "maintenance" | "silence" | "dependency" | "flapping" | "duplicate";
            /** @description Id of the silence or window, name of the parent monitor. */
            by: string | null;
            why: string;
            /** @description What it would have said. */
            metadata: {
                [key: string]: unknown;
            };
        };
        /** @description Holds back the alerts that it matches, for a time. */
        Silence: {
            id: string;
            comment: string;
            /** @description Who, in words. */
            created_by: string;
            /** @description All must match. */
            matchers: components["schemas"]["SilenceMatcherOutput"][];
            /** Format: date-time */
            starts_at: string;
            /**
             * Format: date-time
             * @description Not part of it any more.
             */
            ends_at: string;
            /** @enum {string} */
            phase: "coming" | "active" | "over";
            /** Format: date-time */
            created_at: string;
        };
        SilencePage: {
            data: components["schemas"]["Silence"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        /** @description A time in which trouble is expected, and not told of. */
        MaintenanceWindow: {
            id: string;
            name: string;
            monitors: string[];
            starts_at: string | null;
            ends_at: string | null;
            cron: string | null;
            time_zone: string | null;
            duration_s: number | null;
            /** @description It is on now. */
            active: boolean;
            /** @description The time that it is on, or will be next. null: it is over. */
            span: {
                /** Format: date-time */
                starts_at: string;
                /** Format: date-time */
                ends_at: string;
            } | null;
            /** Format: date-time */
            created_at: string;
        };
        MaintenanceWindowPage: {
            data: components["schemas"]["MaintenanceWindow"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        StatusPage: {
            /** @description Whether anybody can read it. */
            enabled: boolean;
            /** @description null: it was never set. */
            slug: string | null;
            title: string;
            /** @default  */
            description: string | "";
            /**
             * @description Whether incidents are shown, with the comments that were marked as public.
             * @default true
             */
            show_incidents: boolean;
            /** @default [] */
            groups: components["schemas"]["StatusPageGroupOutput"][];
            /** @description Where it is; null: it is switched off. */
            path: string | null;
        };
        AlertsAnswer: {
            /** @description Alerts that were taken, repeats included. */
            accepted: number;
            /** @description What could not be taken, and why: the first 100. */
            rejected: {
                /** @description Its place in the body: `alerts[3]`. */
                path: string;
                message: string;
            }[];
        };
        CloudEventsAnswer: {
            data: {
                id: string;
                source: string;
                /** @description It was taken before, under the same source and id; nothing follows again. */
                duplicate: boolean;
                /** @description Of one that is an event of ours. */
                event_id: string | null;
                /** @description How many endpoints that goes to. */
                deliveries: number | null;
                /** @description null: it was left out. */
                monitor_name: string | null;
                /** @description Why it was not taken. */
                rejected: string | null;
            }[];
        };
        /** @description ExportMetricsServiceResponse, in the form of the request. */
        OtlpMetricsAnswer: {
            partialSuccess?: {
                rejectedDataPoints: string;
                errorMessage: string;
            };
        } & {
            [key: string]: unknown;
        };
        MappingRulesInForce: {
            /** @description As they were put. */
            rules: {
                [key: string]: unknown;
            }[];
            severities: {
                [key: string]: "critical" | "warning" | "info";
            };
            /** @description Whether Grafana's webhooks must be signed. */
            grafana_secret_set: boolean;
            /** @description What holds where the rules say nothing: templates by field, in order. */
            defaults: {
                alertmanager: {
                    [key: string]: string[];
                };
                prometheus: {
                    [key: string]: string[];
                };
                grafana: {
                    [key: string]: string[];
                };
                cloudevents: {
                    [key: string]: string[];
                };
                otlp: {
                    [key: string]: string[];
                };
                remote_write: {
                    [key: string]: string[];
                };
            };
        };
        IntakePreview: {
            alerts: {
                monitor_name: string;
                fingerprint: string;
                /** @enum {string} */
                state: "firing" | "resolved";
                /** @enum {string} */
                severity: "critical" | "warning" | "info";
                /** @description null: by severity. */
                status: ("operational" | "degraded" | "down" | "maintenance" | "unknown") | null;
                summary: string;
                region: string | null;
                affected_endpoints: string[];
                /** Format: date-time */
                started_at: string;
                expires_at: string | null;
            }[];
            samples: {
                monitor_name: string;
                metric: string;
                value: number;
                /** Format: date-time */
                time: string;
                region: string | null;
            }[];
            /** @description CloudEvents of our own types. */
            events: {
                monitor_name: string;
                /** @enum {string} */
                status: "operational" | "degraded" | "down" | "maintenance" | "unknown";
                event_type: ("incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared") | null;
            }[];
            /** @description What could not be taken, and why: the first 100. */
            rejected: {
                /** @description Its place in the body: `alerts[3]`. */
                path: string;
                message: string;
            }[];
            /** @description Alerts and series that are left out, by a rule or for want of one. */
            ignored: number;
        };
        CodeResult: {
            dry_run: boolean;
            changes: components["schemas"]["CodeChange"][];
            unchanged: number;
            /** @description Applied under this name earlier, not in the document any more, and kept. */
            orphans: {
                /** @enum {string} */
                thing: "monitor" | "endpoint" | "silence" | "maintenance_window";
                name: string;
                id: string;
            }[];
        };
        CodeChange: {
            /**
             * @description `replace`: its kind changed, so it is deleted and made anew.
             * @enum {string}
             */
            action: "create" | "update" | "replace" | "delete";
            /** @enum {string} */
            thing: "monitor" | "endpoint" | "silence" | "maintenance_window";
            name: string;
            /** @description null: it is not there (a dry run, or deleted). */
            id: string | null;
            fields: {
                path: string;
                /** @description Any JSON value; `"********"` where it is secret. */
                before?: unknown;
                /** @description Any JSON value; `"********"` where it is secret. */
                after?: unknown;
            }[];
            /** @description Of a new webhook endpoint. Shown this once. */
            secret: string | null;
            /** @description Where a new heartbeat is pinged. */
            ping_path: string | null;
        };
        CodeExport: {
            /** @description As it is taken. Secrets are `"********"`. */
            document: {
                [key: string]: unknown;
            };
            left_out: {
                /** @enum {string} */
                thing: "monitor" | "endpoint" | "silence" | "maintenance_window";
                id: string;
                reason: string;
            }[];
        };
        KeyCreated: {
            id: string;
            name: string;
            scopes: ("ingest" | "read" | "respond" | "admin")[];
            /** @description May also create and list workspaces. */
            operator: boolean;
            /** @description How the key begins. */
            hint: string;
            /** Format: date-time */
            created_at: string;
            revoked_at: string | null;
            /** @description To the minute, on every node; null: never, or not since this was noted. */
            last_used_at: string | null;
            /** @description The key itself. Shown this once. */
            key: string;
        };
        KeyPage: {
            data: components["schemas"]["Key"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        Key: {
            id: string;
            name: string;
            scopes: ("ingest" | "read" | "respond" | "admin")[];
            /** @description May also create and list workspaces. */
            operator: boolean;
            /** @description How the key begins. */
            hint: string;
            /** Format: date-time */
            created_at: string;
            revoked_at: string | null;
            /** @description To the minute, on every node; null: never, or not since this was noted. */
            last_used_at: string | null;
        };
        Workspace: {
            id: string;
            name: string;
            /** @description Whether an event of an unknown monitor makes that monitor; if not, it is refused. */
            allow_unknown_monitors: boolean;
            /** Format: date-time */
            created_at: string;
        };
        WorkspaceCreated: {
            id: string;
            name: string;
            /** @description Whether an event of an unknown monitor makes that monitor; if not, it is refused. */
            allow_unknown_monitors: boolean;
            /** Format: date-time */
            created_at: string;
            admin_key: components["schemas"]["KeyCreated"];
        };
        WorkspacePage: {
            data: components["schemas"]["Workspace"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        SessionState: {
            /** @description null: nobody is signed in. */
            who: components["schemas"]["Who"] | null;
            /** @description What the API key of the request may. null: it carries none. */
            key: {
                scopes: ("ingest" | "read" | "respond" | "admin")[];
                operator: boolean;
            } | null;
            /** @description There is no user yet: `POST /v1/setup` makes the first. */
            needs_set_up: boolean;
            /** @description Where single sign-on begins; null: it is not configured. */
            single_sign_on: {
                /** @description The provider's host. */
                name: string;
                url: string;
            } | null;
        };
        /** @description Somebody who is signed in. */
        Who: {
            user: {
                id: string;
                email: string;
                name: string;
                /** @description If not, they sign in by single sign-on. */
                has_password: boolean;
                /** @description May also what the operator’s key may. */
                operator: boolean;
            };
            session_id: string;
            /** @description The one that this session is in. */
            workspace: {
                id: string;
                name: string;
                /**
                 * @description `viewer`: looks at everything but secrets. `responder`: also acts on incidents, silences, replays. `admin`: everything. `owner`: also decides who is an owner.
                 * @enum {string}
                 */
                role: "owner" | "admin" | "responder" | "viewer";
            };
            /** @description All that the user is a member of. */
            workspaces: {
                id: string;
                name: string;
                /**
                 * @description `viewer`: looks at everything but secrets. `responder`: also acts on incidents, silences, replays. `admin`: everything. `owner`: also decides who is an owner.
                 * @enum {string}
                 */
                role: "owner" | "admin" | "responder" | "viewer";
            }[];
            scopes: ("ingest" | "read" | "respond" | "admin")[];
        };
        SignedOut: {
            /** @description Where the browser ends the provider's session too; null: there is none to end. */
            continue_at: string | null;
        };
        SessionList: {
            data: components["schemas"]["Session"][];
            next_cursor: null;
        };
        Session: {
            id: string;
            /** @description It is the one that asks. */
            current: boolean;
            user_agent: string;
            address: string;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description Its last request, to the minute.
             */
            seen_at: string;
            /** Format: date-time */
            expires_at: string;
        };
        MemberPage: {
            data: components["schemas"]["Member"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        Member: {
            user_id: string;
            email: string;
            name: string;
            /**
             * @description `viewer`: looks at everything but secrets. `responder`: also acts on incidents, silences, replays. `admin`: everything. `owner`: also decides who is an owner.
             * @enum {string}
             */
            role: "owner" | "admin" | "responder" | "viewer";
            operator: boolean;
            /** @description Their last request here, while a session is open. */
            seen_at: string | null;
            /**
             * Format: date-time
             * @description Member since.
             */
            created_at: string;
        };
        InvitationCreated: {
            id: string;
            email: string;
            /**
             * @description `viewer`: looks at everything but secrets. `responder`: also acts on incidents, silences, replays. `admin`: everything. `owner`: also decides who is an owner.
             * @enum {string}
             */
            role: "owner" | "admin" | "responder" | "viewer";
            created_by: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
            /** @description For the invited person. Shown this once; works once. */
            link: string;
        };
        InvitationPage: {
            data: components["schemas"]["Invitation"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        Invitation: {
            id: string;
            email: string;
            /**
             * @description `viewer`: looks at everything but secrets. `responder`: also acts on incidents, silences, replays. `admin`: everything. `owner`: also decides who is an owner.
             * @enum {string}
             */
            role: "owner" | "admin" | "responder" | "viewer";
            created_by: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string;
        };
        PasswordResetCreated: {
            email: string;
            /** Format: date-time */
            expires_at: string;
            /** @description For that person. Shown this once; works once. */
            link: string;
        };
        Link: {
            /** @enum {string} */
            kind: "invitation" | "reset";
            email: string;
            /** @description Of an invitation: into which. */
            workspace: string | null;
            role: ("owner" | "admin" | "responder" | "viewer") | null;
            /** @description The address has an account: its password is asked for, not a new one. */
            has_account: boolean;
            /** Format: date-time */
            expires_at: string;
        };
        OperatorPage: {
            data: components["schemas"]["Operator"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        /** @description A user who may everything of the whole installation. */
        Operator: {
            user_id: string;
            email: string;
            name: string;
            /**
             * Format: date-time
             * @description When their account was made.
             */
            created_at: string;
        };
        AuditPage: {
            data: components["schemas"]["AuditEntry"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        AuditEntry: {
            id: string;
            /** Format: date-time */
            at: string;
            actor: {
                /**
                 * @description `system`: StatusPulse itself.
                 * @enum {string}
                 */
                kind: "user" | "key" | "system";
                id: string;
                name: string;
            };
            /** @description The id of the operation; `disableEndpoint` is done by StatusPulse itself. */
            operation: string;
            /** @description What was done, in words. */
            summary: string;
            target: {
                id: string | null;
                name: string | null;
            };
            /** @description Fields that changed. One whose value is secret, or long, stands there by its name alone. */
            changes: {
                field: string;
                /** @description Any JSON value. */
                before?: unknown;
                /** @description Any JSON value. */
                after?: unknown;
            }[];
        };
        NodePage: {
            data: components["schemas"]["Node"][];
            /** @description Where the next page begins; null: this is the last. */
            next_cursor: string | null;
        };
        /** @description A running copy of StatusPulse. */
        Node: {
            id: string;
            hostname: string;
            version: string;
            /** Format: date-time */
            started_at: string;
            /**
             * Format: date-time
             * @description Its last heartbeat; there is one a second.
             */
            seen_at: string;
            /** @description Whether that is less than a lease (5 s) ago. */
            alive: boolean;
            /** @description Which of the 64 buckets it owns: it checks their monitors and sends their events. */
            buckets: number[];
        };
        Retention: {
            /** @description Events, deliveries, attempts, samples and resolved incidents; the setting `retention-days`. Whole days (UTC) are dropped. */
            event_days: number;
            /** @description The oldest day of which attempts are kept; null: retention has no say yet. */
            oldest_day: string | null;
            /** @description The audit log; the setting `audit-retention-days`. */
            audit_days: number;
            /** @description Producers' event ids and Idempotency-Keys, by which repeats are known. */
            event_id_hours: number;
        };
        /** @description A rule on a metric of the monitor. */
        ThresholdOutput: {
            /** @description Unique in the monitor. Left out: of metric, operator and value. A threshold with another id begins anew. */
            id?: string;
            metric: string;
            /**
             * @description The bad side of the value.
             * @enum {string}
             */
            operator: ">" | ">=" | "<" | "<=";
            value: number;
            /**
             * @description A breach lasts until the metric is on the good side of this. null: of `value`.
             * @default null
             */
            clear_value: number | null;
            /** @description Samples one after the other. 1 where neither this, nor `for_s`, nor `aggregate` is given. */
            in_a_row?: number;
            /** @description Every sample of so many seconds. */
            for_s?: number;
            /**
             * @description Of the samples of the last `window_s` seconds together.
             * @enum {string}
             */
            aggregate?: "avg" | "max" | "min" | "p95";
            /**
             * @description Of the aggregate.
             * @default 300
             */
            window_s: number;
            /**
             * @description An aggregate of fewer says nothing.
             * @default 1
             */
            min_samples: number;
            /**
             * @default warning
             * @enum {string}
             */
            severity: "critical" | "warning" | "info";
            /**
             * @description Left out: by severity (`critical` is down, the others degraded).
             * @enum {string}
             */
            status?: "degraded" | "down";
            /**
             * @description What it means that no sample came for `no_data_after_s`. Left out: nothing.
             * @enum {string}
             */
            no_data?: "breach" | "unknown" | "clear";
            /** @default 300 */
            no_data_after_s: number;
        };
        /** @description So many changes in `window_s` are flapping, until there was none for `calm_s`. */
        FlappingOutput: {
            /** @default 6 */
            changes: number;
            /** @default 600 */
            window_s: number;
            /** @default 300 */
            calm_s: number;
        };
        /** @description What is not there counts as the empty text. */
        SilenceMatcherOutput: {
            /** @description `monitor`, `region`, `severity`, or a label. */
            name: string;
            /**
             * @description `=~` and `!~` compare with a glob such as `checkout-*`.
             * @default =
             * @enum {string}
             */
            operator: "=" | "!=" | "=~" | "!~";
            value: string;
        };
        StatusPageGroupOutput: {
            /**
             * @description Its heading; empty: none.
             * @default
             */
            name: string | "";
            monitors: components["schemas"]["StatusPageMonitor"][];
        };
    };
    responses: {
        /** @description The request is malformed: its JSON, a query parameter or a header. */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:statuspulse:problem:invalid-request",
                 *       "title": "Invalid request",
                 *       "status": 400,
                 *       "detail": "limit must be at most 200.",
                 *       "instance": "req_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no API key and no session, or it is not valid. */
        Unauthorized: {
            headers: {
                /** @description RFC 6750. */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:statuspulse:problem:unauthorized",
                 *       "title": "Unauthorized",
                 *       "status": 401,
                 *       "detail": "This needs an API key: send it as \"Authorization: Bearer sp_…\".",
                 *       "instance": "req_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The API key, or the role of whoever is signed in, has not the scope that this needs; or who signs in is refused. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:statuspulse:problem:forbidden",
                 *       "title": "Forbidden",
                 *       "status": 403,
                 *       "detail": "This needs an API key with the scope \"admin\".",
                 *       "instance": "req_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no such thing, or it belongs to another workspace. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:statuspulse:problem:not-found",
                 *       "title": "Not found",
                 *       "status": 404,
                 *       "detail": "There is no endpoint ep_01jz8m4x5c00k3v9q2w7d1a0b3.",
                 *       "instance": "req_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Its state, or the key that it was sent under, rules this out. */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:statuspulse:problem:conflict",
                 *       "title": "Conflict",
                 *       "status": 409,
                 *       "detail": "This Idempotency-Key was used for a different request",
                 *       "instance": "req_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body, or an event in it, is too large. */
        TooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:statuspulse:problem:too-large",
                 *       "title": "Too large",
                 *       "status": 413,
                 *       "detail": "An event has at most 256 KiB.",
                 *       "instance": "req_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is not JSON. */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:statuspulse:problem:unsupported-media-type",
                 *       "title": "Unsupported media type",
                 *       "status": 415,
                 *       "detail": "Send the body as application/json.",
                 *       "instance": "req_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is well-formed, but something in it cannot be taken; `errors` names the fields. */
        Unprocessable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:statuspulse:problem:invalid-body",
                 *       "title": "Invalid body",
                 *       "status": 422,
                 *       "detail": "severity must be \"critical\" or \"warning\" or \"info\", not \"high\".",
                 *       "instance": "req_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many requests under this API key; `Retry-After` says when there is room. */
        TooManyRequests: {
            headers: {
                /** @description Seconds to wait. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:statuspulse:problem:too-many-requests",
                 *       "title": "Too many requests",
                 *       "status": 429,
                 *       "detail": "This API key may make 1000 requests a second.",
                 *       "instance": "req_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A mistake of ours; `instance` finds it in the log. */
        InternalError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:statuspulse:problem:internal",
                 *       "title": "Internal",
                 *       "status": 500,
                 *       "detail": "Something went wrong on our side; the log has more under this request id.",
                 *       "instance": "req_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It cannot be done now; nothing was kept. `Retry-After` says when to try again. */
        Unavailable: {
            headers: {
                /** @description Seconds to wait. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:statuspulse:problem:unavailable",
                 *       "title": "Unavailable",
                 *       "status": 503,
                 *       "detail": "The database does not answer now.",
                 *       "instance": "req_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listEvents: {
        parameters: {
            query?: {
                /** @description A monitor name. */
                monitor?: string;
                event_type?: "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
                severity?: "critical" | "warning" | "info";
                status?: "operational" | "degraded" | "down" | "maintenance" | "unknown";
                incident_id?: string;
                /** @description Test sends only, or none. */
                dry_run?: boolean;
                /** @description Accepted at or after. */
                since?: string;
                /** @description Accepted before. */
                until?: string;
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    acceptEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeat of the request under the same key within 24 h is answered with the first result, and sends nothing twice. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventInput"] | components["schemas"]["EventInput"][];
            };
        };
        responses: {
            /** @description Committed, and on its way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "event_id": "evt_01jz8m4x5c0gk3v9q2w7d1a0b3",
                     *           "duplicate": false,
                     *           "deliveries": 2
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AcceptedList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The event's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The event. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listEndpointKinds: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndpointKinds"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listEndpoints: {
        parameters: {
            query?: {
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndpointPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EndpointInput"];
            };
        };
        responses: {
            /** @description Registered. */
            201: {
                headers: {
                    /** @description Where it is. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndpointCreated"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The endpoint. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Endpoint"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EndpointPatch"];
                "application/merge-patch+json": components["schemas"]["EndpointPatch"];
            };
        };
        responses: {
            /** @description Changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Endpoint"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    testEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TestInput"];
            };
        };
        responses: {
            /** @description What was seen, also when it failed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attempt"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    rotateEndpointSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RotateSecretInput"];
            };
        };
        responses: {
            /** @description Rotated. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretRotated"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    replayEndpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplayInput"];
            };
        };
        responses: {
            /** @description Begun. */
            202: {
                headers: {
                    /** @description Where its progress is. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayJob"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getReplay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The replay's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The replay. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayJob"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    previewEndpointFilter: {
        parameters: {
            query?: {
                monitors?: string[];
                exclude_monitors?: string[];
                severities?: ("critical" | "warning" | "info")[];
                event_types?: ("incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared")[];
                regions?: string[];
                /** @description How many of the most recent events. */
                events?: number;
            };
            header?: never;
            path: {
                /** @description The endpoint's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events that were looked at, the latest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FilterPreview"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    previewEndpointTemplate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The endpoint's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TemplatePreviewInput"];
            };
        };
        responses: {
            /** @description What it makes, or why it does not. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplatePreview"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                endpoint_id?: string;
                event_id?: string;
                /** @description A monitor name. */
                monitor?: string;
                /** @description What the endpoint answered last. */
                status_code?: number;
                /** @description Test sends only, or none. */
                dry_run?: boolean;
                status?: "pending" | "delivered" | "failed" | "cancelled";
                /** @description Replays of this delivery. */
                replay_of?: string;
                /** @description Made at or after. */
                since?: string;
                /** @description Made before. */
                until?: string;
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The delivery's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryDetail"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    replayDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The delivery's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Committed, and on its way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAttempts: {
        parameters: {
            query?: {
                endpoint_id?: string;
                event_id?: string;
                /** @description A monitor name. */
                monitor?: string;
                /** @description What the endpoint answered last. */
                status_code?: number;
                /** @description Test sends only, or none. */
                dry_run?: boolean;
                delivery_id?: string;
                /** @description Of this request: several where it was a digest. */
                request_id?: string;
                outcome?: "delivered" | "retry" | "failed";
                /** @description Started at or after. */
                since?: string;
                /** @description Started before. */
                until?: string;
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttemptPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getDeliveryStats: {
        parameters: {
            query?: {
                /** @description Left out: an hour ago. */
                since?: string;
                /** @description Left out: now. */
                until?: string;
                /** @description Into how many the time is cut. */
                steps?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The figures. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryStats"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    openStream: {
        parameters: {
            query?: {
                /** @description Only these messages. Several: with commas, or given several times. */
                types?: ("event" | "delivery" | "attempt")[];
                /** @description Only deliveries and attempts to these endpoints. */
                endpoint_id?: string[];
                /** @description Only of these monitors: names and globs such as `api-gateway-*`. */
                monitor?: string[];
                /** @description Only of events with these severities. Several: with commas, or given several times. */
                severity?: ("critical" | "warning" | "info")[];
                /** @description Only of events of these types. Several: with commas, or given several times. */
                event_type?: ("incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared")[];
                /** @description Only attempts that ended so. Several: with commas, or given several times. */
                outcome?: ("delivered" | "retry" | "failed")[];
                /** @description As the header `Last-Event-ID`, for clients that cannot send it; the header wins. */
                last_event_id?: string;
            };
            header?: {
                /** @description The last `id` that was received: the stream goes on right after it. */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Goes on until one side ends it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "event": "delivery",
                     *       "id": "ODE0OjE6MDoyMDI0LTA1LTE0OmF0dF8wMWp6OG00eDVjMGdrM3Y5cTJ3N2QxYTBiMw",
                     *       "data": {
                     *         "id": "dlv_01jz8m4x5c0gk3v9q2w7d1a0b3",
                     *         "event_id": "evt_01jz8m4x5c0gk3v9q2w7d1a0b3",
                     *         "endpoint_id": "ep_01jz8m4x5c00k3v9q2w7d1a0b3",
                     *         "monitor_name": "checkout-service-redis",
                     *         "status": "delivered",
                     *         "reason": null,
                     *         "dry_run": false,
                     *         "changed_at": "2024-05-14T09:23:11.184Z"
                     *       }
                     *     }
                     */
                    "text/event-stream": components["schemas"]["StreamMessage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listQueues: {
        parameters: {
            query?: {
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "name": "ticketing",
                     *           "filter": {
                     *             "monitors": [
                     *               "checkout-*"
                     *             ],
                     *             "exclude_monitors": [],
                     *             "severities": [],
                     *             "event_types": [],
                     *             "regions": [],
                     *             "endpoint_ids": [],
                     *             "outcomes": [
                     *               "failed"
                     *             ]
                     *           },
                     *           "created_at": "2024-05-14T09:00:00.000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["QueuePage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createQueue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QueueInput"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Where it is. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "ticketing",
                     *       "filter": {
                     *         "monitors": [
                     *           "checkout-*"
                     *         ],
                     *         "exclude_monitors": [],
                     *         "severities": [],
                     *         "event_types": [],
                     *         "regions": [],
                     *         "endpoint_ids": [],
                     *         "outcomes": [
                     *           "failed"
                     *         ]
                     *       },
                     *       "created_at": "2024-05-14T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Queue"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getQueue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The queue's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The queue. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "ticketing",
                     *       "filter": {
                     *         "monitors": [
                     *           "checkout-*"
                     *         ],
                     *         "exclude_monitors": [],
                     *         "severities": [],
                     *         "event_types": [],
                     *         "regions": [],
                     *         "endpoint_ids": [],
                     *         "outcomes": [
                     *           "failed"
                     *         ]
                     *       },
                     *       "created_at": "2024-05-14T09:00:00.000Z",
                     *       "consumers": [
                     *         {
                     *           "name": "jira-sync",
                     *           "cursor": "ODE0OjE6OjIwMjQtMDUtMTQ6YXR0XzAxano4bTR4NWMwZ2szdjlxMnc3ZDFhMGIz",
                     *           "updated_at": "2024-05-14T09:23:12.000Z",
                     *           "lag": {
                     *             "messages": 2,
                     *             "is_capped": false,
                     *             "oldest_at": "2024-05-14T09:23:13.000Z",
                     *             "age_seconds": 4.2
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["QueueDetail"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteQueue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The queue's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    readQueue: {
        parameters: {
            query: {
                /** @description Who reads. Made at its first use. */
                consumer: string;
                /** @description Seconds to wait for the first message when there is none. */
                wait?: number;
                /** @description Messages in one answer. */
                limit?: number;
                /** @description Where a new consumer begins: with the first message that is kept, or the next to come. */
                from?: "start" | "now";
            };
            header?: never;
            path: {
                /** @description The queue's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Messages; none, when none came in time. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "att_01jz8m4x5c0gk3v9q2w7d1a0b3",
                     *           "request_id": "req_01jz8m4x5c0gk3v9q2w7d1a0b4",
                     *           "delivery_id": "dlv_01jz8m4x5c0gk3v9q2w7d1a0b3",
                     *           "event_id": "evt_01jz8m4x5c0gk3v9q2w7d1a0b3",
                     *           "endpoint_id": "ep_01jz8m4x5c00k3v9q2w7d1a0b3",
                     *           "monitor_name": "checkout-service-redis",
                     *           "retry_attempt": 0,
                     *           "dry_run": false,
                     *           "started_at": "2024-05-14T09:23:11.120Z",
                     *           "outcome": "retry",
                     *           "delivery_status": "pending",
                     *           "status_code": 503,
                     *           "error": null,
                     *           "why": "it answered 503",
                     *           "next_attempt_at": "2024-05-14T09:23:12.438Z",
                     *           "remote_address": "203.0.113.9",
                     *           "tls_version": "TLSv1.3",
                     *           "http_version": "2",
                     *           "timings_ms": {
                     *             "wait": 3.1,
                     *             "dns": null,
                     *             "connect": null,
                     *             "tls": null,
                     *             "first_byte": 61.2,
                     *             "total": 61.9
                     *           },
                     *           "response_headers": {
                     *             "content-type": "text/plain"
                     *           },
                     *           "response_body": "try again",
                     *           "digest_size": 1,
                     *           "cursor": "ODE0OjE6OjIwMjQtMDUtMTQ6YXR0XzAxano4bTR4NWMwZ2szdjlxMnc3ZDFhMGIz"
                     *         }
                     *       ],
                     *       "cursor": "ODE0OjE6OjIwMjQtMDUtMTQ6YXR0XzAxano4bTR4NWMwZ2szdjlxMnc3ZDFhMGIz",
                     *       "gap": false
                     *     }
                     */
                    "application/json": components["schemas"]["QueueMessages"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    acknowledgeQueue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The queue's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QueueAck"];
            };
        };
        responses: {
            /** @description Acknowledged. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "consumer": "ticketing",
                     *       "cursor": "ODE0OjE6OjIwMjQtMDUtMTQ6YXR0XzAxano4bTR4NWMwZ2szdjlxMnc3ZDFhMGIz"
                     *     }
                     */
                    "application/json": components["schemas"]["QueueAcked"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteQueueConsumer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The queue's name. */
                name: string;
                /** @description The consumer's name. */
                consumer: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listForwarders: {
        parameters: {
            query?: {
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The queue's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "fwd_01jz8m4x5c00k3v9q2w7d1a0b3",
                     *           "broker": "nats",
                     *           "url": "tls://***@nats.example.com:4222",
                     *           "subject": "ops.attempts",
                     *           "exchange": null,
                     *           "routing_key": null,
                     *           "topic": null,
                     *           "enabled": true,
                     *           "state": "forwarding",
                     *           "error": null,
                     *           "state_at": "2024-05-14T09:23:11.000Z",
                     *           "created_at": "2024-05-14T09:23:10.000Z",
                     *           "lag": {
                     *             "messages": 0,
                     *             "is_capped": false,
                     *             "oldest_at": null,
                     *             "age_seconds": 0
                     *           }
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["ForwarderPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createForwarder: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The queue's name. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ForwarderInput"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Where it is. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "fwd_01jz8m4x5c00k3v9q2w7d1a0b3",
                     *       "broker": "nats",
                     *       "url": "tls://***@nats.example.com:4222",
                     *       "subject": "ops.attempts",
                     *       "exchange": null,
                     *       "routing_key": null,
                     *       "topic": null,
                     *       "enabled": true,
                     *       "state": "forwarding",
                     *       "error": null,
                     *       "state_at": "2024-05-14T09:23:11.000Z",
                     *       "created_at": "2024-05-14T09:23:10.000Z",
                     *       "lag": {
                     *         "messages": 0,
                     *         "is_capped": false,
                     *         "oldest_at": null,
                     *         "age_seconds": 0
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Forwarder"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getForwarder: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The queue's name. */
                name: string;
                /** @description The forwarder's id. */
                forwarder: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The forwarder. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "fwd_01jz8m4x5c00k3v9q2w7d1a0b3",
                     *       "broker": "nats",
                     *       "url": "tls://***@nats.example.com:4222",
                     *       "subject": "ops.attempts",
                     *       "exchange": null,
                     *       "routing_key": null,
                     *       "topic": null,
                     *       "enabled": true,
                     *       "state": "forwarding",
                     *       "error": null,
                     *       "state_at": "2024-05-14T09:23:11.000Z",
                     *       "created_at": "2024-05-14T09:23:10.000Z",
                     *       "lag": {
                     *         "messages": 0,
                     *         "is_capped": false,
                     *         "oldest_at": null,
                     *         "age_seconds": 0
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Forwarder"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteForwarder: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The queue's name. */
                name: string;
                /** @description The forwarder's id. */
                forwarder: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateForwarder: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The queue's name. */
                name: string;
                /** @description The forwarder's id. */
                forwarder: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ForwarderPatch"];
            };
        };
        responses: {
            /** @description Changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "fwd_01jz8m4x5c00k3v9q2w7d1a0b3",
                     *       "broker": "nats",
                     *       "url": "tls://***@nats.example.com:4222",
                     *       "subject": "ops.attempts",
                     *       "exchange": null,
                     *       "routing_key": null,
                     *       "topic": null,
                     *       "enabled": true,
                     *       "state": "forwarding",
                     *       "error": null,
                     *       "state_at": "2024-05-14T09:23:11.000Z",
                     *       "created_at": "2024-05-14T09:23:10.000Z",
                     *       "lag": {
                     *         "messages": 0,
                     *         "is_capped": false,
                     *         "oldest_at": null,
                     *         "age_seconds": 0
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Forwarder"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMonitors: {
        parameters: {
            query?: {
                /** @description A part of the name, in any case. */
                search?: string;
                /** @description Whole names, any of them: repeat it. */
                name?: string[];
                /** @description Those that depend on the monitor of that name. */
                parent?: string;
                kind?: "http" | "tcp" | "dns" | "tls" | "heartbeat" | "metric" | "external";
                status?: "operational" | "degraded" | "down" | "maintenance" | "unknown";
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MonitorPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createMonitor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MonitorInput"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Where it is. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Monitor"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getMonitor: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The monitor's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The monitor. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Monitor"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteMonitor: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The monitor's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateMonitor: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The monitor's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MonitorPatch"];
                "application/merge-patch+json": components["schemas"]["MonitorPatch"];
            };
        };
        responses: {
            /** @description Changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Monitor"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    tryMonitor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MonitorTrial"];
            };
        };
        responses: {
            /** @description What the check found, good or bad. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LastCheck"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    acceptSamples: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SamplesInput"];
            };
        };
        responses: {
            /** @description Committed. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SamplesAccepted"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listSamples: {
        parameters: {
            query: {
                metric: string;
                /** @description At or after. Left out: 24 h before `to`. */
                from?: string;
                /** @description Before. Left out: now. */
                to?: string;
                /** @description At most so many. */
                points?: number;
            };
            header?: never;
            path: {
                /** @description The monitor's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The points. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Points"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The monitor's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Their names. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricNames"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getUptime: {
        parameters: {
            query?: {
                /** @description Days (UTC), today the last of them. */
                days?: number;
            };
            header?: never;
            path: {
                /** @description The monitor's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its days. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Uptime"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listUptimes: {
        parameters: {
            query: {
                /** @description Ids of monitors; those that there are not are left out. */
                monitor_ids: string[];
                /** @description Days (UTC), today the last of them. */
                days?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Those that there are. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Uptimes"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listIncidents: {
        parameters: {
            query?: {
                /** @description A monitor name. */
                monitor?: string;
                /** @description The highest that it has reached. */
                severity?: "critical" | "warning" | "info";
                state?: "open" | "acknowledged" | "resolved";
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getIncident: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The incident's id, or its producer's. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The incident. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incident"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    acknowledgeIncident: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The incident's id, or its producer's. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["IncidentAction"];
            };
        };
        responses: {
            /** @description Done: the incident as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incident"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    commentIncident: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The incident's id, or its producer's. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IncidentComment"];
            };
        };
        responses: {
            /** @description Done: the incident as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incident"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    resolveIncident: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The incident's id, or its producer's. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["IncidentAction"];
            };
        };
        responses: {
            /** @description Done: the incident as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incident"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listSuppressed: {
        parameters: {
            query?: {
                /** @description A monitor name. */
                monitor?: string;
                incident_id?: string;
                reason?: "maintenance" | "silence" | "dependency" | "flapping" | "duplicate";
                /** @description Decided at or after. */
                since?: string;
                /** @description Decided before. */
                until?: string;
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuppressedEventPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listSilences: {
        parameters: {
            query?: {
                /** @description Those that are over too. */
                include_over?: boolean;
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SilencePage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createSilence: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SilenceInput"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Where it is. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Silence"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getSilence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The silence's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The silence. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Silence"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteSilence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The silence's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateSilence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The silence's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SilencePatch"];
                "application/merge-patch+json": components["schemas"]["SilencePatch"];
            };
        };
        responses: {
            /** @description Changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Silence"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMaintenanceWindows: {
        parameters: {
            query?: {
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MaintenanceWindowPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createMaintenanceWindow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MaintenanceWindowInput"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description Where it is. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MaintenanceWindow"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getMaintenanceWindow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The window's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The window. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MaintenanceWindow"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteMaintenanceWindow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The window's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateMaintenanceWindow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The window's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MaintenanceWindowPatch"];
                "application/merge-patch+json": components["schemas"]["MaintenanceWindowPatch"];
            };
        };
        responses: {
            /** @description Changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MaintenanceWindow"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getStatusPage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The settings. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatusPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    replaceStatusPage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatusPageInput"];
            };
        };
        responses: {
            /** @description The settings as they are now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatusPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    takeAlertmanager: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlertmanagerWebhook"];
            };
        };
        responses: {
            /** @description Committed, with what was decided. Some of them may have been rejected. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertsAnswer"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    takePrometheusAlerts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PostedAlert"][];
            };
        };
        responses: {
            /** @description Committed, with what was decided. Some of them may have been rejected. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertsAnswer"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    takeGrafana: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GrafanaWebhook"];
            };
        };
        responses: {
            /** @description Committed, with what was decided. Some of them may have been rejected. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertsAnswer"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    takeCloudEvents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/cloudevents+json": components["schemas"]["CloudEvent"] | components["schemas"]["CloudEvent"][];
                "application/cloudevents-batch+json": components["schemas"]["CloudEvent"] | components["schemas"]["CloudEvent"][];
                "application/json": components["schemas"]["CloudEvent"] | components["schemas"]["CloudEvent"][];
            };
        };
        responses: {
            /** @description Committed, with what was decided. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CloudEventsAnswer"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    takeOtlpMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-protobuf": components["schemas"]["OtlpMetrics"];
                "application/json": components["schemas"]["OtlpMetrics"];
            };
        };
        responses: {
            /** @description Committed, with what was decided. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OtlpMetricsAnswer"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    takeRemoteWrite: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-protobuf": string;
            };
        };
        responses: {
            /** @description Committed, with what was decided. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getMappingRules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rules in force. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MappingRulesInForce"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    putMappingRules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MappingRules"];
            };
        };
        responses: {
            /** @description Replaced. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MappingRulesInForce"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    putGrafanaSecret: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GrafanaSecret"];
            };
        };
        responses: {
            /** @description Set. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    previewIntake: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntakePreviewInput"];
            };
        };
        responses: {
            /** @description What it would be taken for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntakePreview"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    exportCode: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CodeExport"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    applyCode: {
        parameters: {
            query?: {
                /** @description Says what would change, and changes nothing. */
                dry_run?: boolean;
                /** @description Deletes what was applied under the document's `name` and is not in it any more. What was made by hand is never deleted. */
                prune?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Code"];
            };
        };
        responses: {
            /** @description What changed, or would. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CodeResult"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listKeys: {
        parameters: {
            query?: {
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyInput"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyCreated"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getWorkspace: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The workspace. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateWorkspace: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkspacePatch"];
                "application/merge-patch+json": components["schemas"]["WorkspacePatch"];
            };
        };
        responses: {
            /** @description Changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listWorkspaces: {
        parameters: {
            query?: {
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspacePage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createWorkspace: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkspaceInput"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceCreated"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getWorkspaceById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workspace's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The workspace. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateWorkspaceById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The workspace's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkspacePatch"];
                "application/merge-patch+json": components["schemas"]["WorkspacePatch"];
            };
        };
        responses: {
            /** @description Changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it stands. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionState"];
                };
            };
            400: components["responses"]["BadRequest"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInInput"];
            };
        };
        responses: {
            /** @description Signed in. */
            200: {
                headers: {
                    /** @description The session. */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Who"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedOut"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    moveSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionMove"];
            };
        };
        responses: {
            /** @description Who it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Who"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    beginSingleSignOn: {
        parameters: {
            query?: {
                /** @description The page to come back to: a path. */
                return_to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the provider. */
            302: {
                headers: {
                    /** @description Where the browser goes. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    finishSingleSignOn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To the console. */
            302: {
                headers: {
                    /** @description Where the browser goes. */
                    Location?: string;
                    /** @description The session. */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    setUp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetUpInput"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    /** @description The session. */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Who"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserPatch"];
                "application/merge-patch+json": components["schemas"]["UserPatch"];
            };
        };
        responses: {
            /** @description Changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Who"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordInput"];
            };
        };
        responses: {
            /** @description Changed. */
            200: {
                headers: {
                    /** @description The new session. */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Who"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMembers: {
        parameters: {
            query?: {
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    removeMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The user's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The user's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberPatch"];
                "application/merge-patch+json": components["schemas"]["MemberPatch"];
            };
        };
        responses: {
            /** @description Changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listInvitations: {
        parameters: {
            query?: {
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationInput"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationCreated"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The invitation's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Taken back. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createPasswordReset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordResetInput"];
            };
        };
        responses: {
            /** @description Made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasswordResetCreated"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    lookUpLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkToken"];
            };
        };
        responses: {
            /** @description The link. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Link"];
                };
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    redeemLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkInput"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    /** @description The session. */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Who"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listOperators: {
        parameters: {
            query?: {
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createOperator: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OperatorInput"];
            };
        };
        responses: {
            /** @description They are one. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operator"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteOperator: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The user's id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are none any more. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operator"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description Who did it: id or name. */
                actor?: string;
                /** @description What was done: the id of an operation in this document, such as `updateEndpoint`. */
                operation?: string;
                /** @description What it was done to: id or name. */
                target?: string;
                /** @description Done at or after. */
                since?: string;
                /** @description Done before. */
                until?: string;
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "aud_01jz8m4x5c00k3v9q2w7d1a0b3",
                     *           "at": "2024-05-14T09:23:11.000Z",
                     *           "actor": {
                     *             "kind": "key",
                     *             "id": "key_01jz8m4x5c00k3v9q2w7d1a0b3",
                     *             "name": "Ana"
                     *           },
                     *           "operation": "updateEndpoint",
                     *           "summary": "Changed the endpoint \"Operations\"",
                     *           "target": {
                     *             "id": "ep_01jz8m4x5c00k3v9q2w7d1a0b3",
                     *             "name": "Operations"
                     *           },
                     *           "changes": [
                     *             {
                     *               "field": "timeout_ms",
                     *               "before": 5000,
                     *               "after": 10000
                     *             },
                     *             {
                     *               "field": "headers"
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listNodes: {
        parameters: {
            query?: {
                /** @description Entries in one page. */
                limit?: number;
                /** @description The last page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "node_01jz8m4x5c00k3v9q2w7d1a0b3",
                     *           "hostname": "status-1",
                     *           "version": "0.1.0",
                     *           "started_at": "2024-05-14T09:00:00.000Z",
                     *           "seen_at": "2024-05-14T09:23:11.000Z",
                     *           "alive": true,
                     *           "buckets": [
                     *             0,
                     *             1,
                     *             2,
                     *             3
                     *           ]
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["NodePage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getRetention: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How long. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "event_days": 30,
                     *       "oldest_day": "2024-04-14",
                     *       "audit_days": 365,
                     *       "event_id_hours": 24
                     *     }
                     */
                    "application/json": components["schemas"]["Retention"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It lives. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "alive";
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "ready";
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metrics. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getPayloadSchema: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The schema. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/schema+json": {
                        [key: string]: unknown;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getCodeSchema: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The schema. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/schema+json": {
                        [key: string]: unknown;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    onIncidentOpened: {
        parameters: {
            query?: never;
            header: {
                /** @description Lower-case hex HMAC-SHA256 of the raw body; key: the whole secret, `whsec_` included, as UTF-8. While two secrets are valid: both, comma-separated, the newest first. */
                "X-StatusPulse-Signature": string;
                /** @description Unix seconds of this attempt. */
                "X-StatusPulse-Timestamp": string;
                /** @description The `event_id` (Standard Webhooks 1.0). */
                "webhook-id": string;
                /** @description Unix seconds of this attempt (Standard Webhooks 1.0). */
                "webhook-timestamp": string;
                /** @description `v1,` and base64 HMAC-SHA256 of `id.timestamp.body`; key: the base64 after `whsec_` (Standard Webhooks 1.0). Its libraries verify it and reject old timestamps. */
                "webhook-signature": string;
                "X-StatusPulse-Event-Id": string;
                "X-StatusPulse-Event-Type": "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
                "X-StatusPulse-Severity": "critical" | "warning" | "info";
                /** @description The same on every attempt of a delivery. */
                "X-StatusPulse-Delivery-Id": string;
                /** @description New on every attempt; also in the attempt log. */
                "X-StatusPulse-Request-Id": string;
                /** @description `0` on the first attempt, then `1` to `14`. */
                "Retry-Attempt": string;
                /** @description On test sends only. */
                "X-StatusPulse-Dry-Run"?: "true";
                /** @description `StatusPulse/<version>` */
                "User-Agent": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "event_id": "evt_7f3a9c2b1d",
                 *       "monitor_name": "checkout-service-redis",
                 *       "status": "degraded",
                 *       "timestamp": "2024-05-14T09:23:11Z",
                 *       "metadata": {
                 *         "region": "us-west-2",
                 *         "affected_endpoints": [
                 *           "/api/v1/cart",
                 *           "/api/v1/checkout"
                 *         ],
                 *         "response_time_ms": 1840,
                 *         "error_rate_pct": 12.4,
                 *         "event_type": "incident.opened",
                 *         "severity": "warning",
                 *         "incident_id": "inc_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Payload"];
            };
        };
        responses: {
            /** @description Delivered; 201 too, and other 2xx where the endpoint says so. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again, as on 425, 429, 5xx and when no whole answer comes within 5 s. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Failed, and the endpoint is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Failed, not tried again. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again, up to 14 times over six hours; `Retry-After` is honoured. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onIncidentUpdated: {
        parameters: {
            query?: never;
            header: {
                /** @description Lower-case hex HMAC-SHA256 of the raw body; key: the whole secret, `whsec_` included, as UTF-8. While two secrets are valid: both, comma-separated, the newest first. */
                "X-StatusPulse-Signature": string;
                /** @description Unix seconds of this attempt. */
                "X-StatusPulse-Timestamp": string;
                /** @description The `event_id` (Standard Webhooks 1.0). */
                "webhook-id": string;
                /** @description Unix seconds of this attempt (Standard Webhooks 1.0). */
                "webhook-timestamp": string;
                /** @description `v1,` and base64 HMAC-SHA256 of `id.timestamp.body`; key: the base64 after `whsec_` (Standard Webhooks 1.0). Its libraries verify it and reject old timestamps. */
                "webhook-signature": string;
                "X-StatusPulse-Event-Id": string;
                "X-StatusPulse-Event-Type": "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
                "X-StatusPulse-Severity": "critical" | "warning" | "info";
                /** @description The same on every attempt of a delivery. */
                "X-StatusPulse-Delivery-Id": string;
                /** @description New on every attempt; also in the attempt log. */
                "X-StatusPulse-Request-Id": string;
                /** @description `0` on the first attempt, then `1` to `14`. */
                "Retry-Attempt": string;
                /** @description On test sends only. */
                "X-StatusPulse-Dry-Run"?: "true";
                /** @description `StatusPulse/<version>` */
                "User-Agent": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "event_id": "evt_7f3a9c2b1d",
                 *       "monitor_name": "checkout-service-redis",
                 *       "status": "degraded",
                 *       "timestamp": "2024-05-14T09:23:11Z",
                 *       "metadata": {
                 *         "region": "us-west-2",
                 *         "affected_endpoints": [
                 *           "/api/v1/cart",
                 *           "/api/v1/checkout"
                 *         ],
                 *         "response_time_ms": 1840,
                 *         "error_rate_pct": 12.4,
                 *         "event_type": "incident.updated",
                 *         "severity": "warning",
                 *         "incident_id": "inc_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Payload"];
            };
        };
        responses: {
            /** @description Delivered; 201 too, and other 2xx where the endpoint says so. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again, as on 425, 429, 5xx and when no whole answer comes within 5 s. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Failed, and the endpoint is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Failed, not tried again. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again, up to 14 times over six hours; `Retry-After` is honoured. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onIncidentAcknowledged: {
        parameters: {
            query?: never;
            header: {
                /** @description Lower-case hex HMAC-SHA256 of the raw body; key: the whole secret, `whsec_` included, as UTF-8. While two secrets are valid: both, comma-separated, the newest first. */
                "X-StatusPulse-Signature": string;
                /** @description Unix seconds of this attempt. */
                "X-StatusPulse-Timestamp": string;
                /** @description The `event_id` (Standard Webhooks 1.0). */
                "webhook-id": string;
                /** @description Unix seconds of this attempt (Standard Webhooks 1.0). */
                "webhook-timestamp": string;
                /** @description `v1,` and base64 HMAC-SHA256 of `id.timestamp.body`; key: the base64 after `whsec_` (Standard Webhooks 1.0). Its libraries verify it and reject old timestamps. */
                "webhook-signature": string;
                "X-StatusPulse-Event-Id": string;
                "X-StatusPulse-Event-Type": "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
                "X-StatusPulse-Severity": "critical" | "warning" | "info";
                /** @description The same on every attempt of a delivery. */
                "X-StatusPulse-Delivery-Id": string;
                /** @description New on every attempt; also in the attempt log. */
                "X-StatusPulse-Request-Id": string;
                /** @description `0` on the first attempt, then `1` to `14`. */
                "Retry-Attempt": string;
                /** @description On test sends only. */
                "X-StatusPulse-Dry-Run"?: "true";
                /** @description `StatusPulse/<version>` */
                "User-Agent": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "event_id": "evt_7f3a9c2b1d",
                 *       "monitor_name": "checkout-service-redis",
                 *       "status": "degraded",
                 *       "timestamp": "2024-05-14T09:23:11Z",
                 *       "metadata": {
                 *         "region": "us-west-2",
                 *         "affected_endpoints": [
                 *           "/api/v1/cart",
                 *           "/api/v1/checkout"
                 *         ],
                 *         "response_time_ms": 1840,
                 *         "error_rate_pct": 12.4,
                 *         "event_type": "incident.acknowledged",
                 *         "severity": "warning",
                 *         "incident_id": "inc_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Payload"];
            };
        };
        responses: {
            /** @description Delivered; 201 too, and other 2xx where the endpoint says so. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again, as on 425, 429, 5xx and when no whole answer comes within 5 s. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Failed, and the endpoint is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Failed, not tried again. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again, up to 14 times over six hours; `Retry-After` is honoured. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onIncidentResolved: {
        parameters: {
            query?: never;
            header: {
                /** @description Lower-case hex HMAC-SHA256 of the raw body; key: the whole secret, `whsec_` included, as UTF-8. While two secrets are valid: both, comma-separated, the newest first. */
                "X-StatusPulse-Signature": string;
                /** @description Unix seconds of this attempt. */
                "X-StatusPulse-Timestamp": string;
                /** @description The `event_id` (Standard Webhooks 1.0). */
                "webhook-id": string;
                /** @description Unix seconds of this attempt (Standard Webhooks 1.0). */
                "webhook-timestamp": string;
                /** @description `v1,` and base64 HMAC-SHA256 of `id.timestamp.body`; key: the base64 after `whsec_` (Standard Webhooks 1.0). Its libraries verify it and reject old timestamps. */
                "webhook-signature": string;
                "X-StatusPulse-Event-Id": string;
                "X-StatusPulse-Event-Type": "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
                "X-StatusPulse-Severity": "critical" | "warning" | "info";
                /** @description The same on every attempt of a delivery. */
                "X-StatusPulse-Delivery-Id": string;
                /** @description New on every attempt; also in the attempt log. */
                "X-StatusPulse-Request-Id": string;
                /** @description `0` on the first attempt, then `1` to `14`. */
                "Retry-Attempt": string;
                /** @description On test sends only. */
                "X-StatusPulse-Dry-Run"?: "true";
                /** @description `StatusPulse/<version>` */
                "User-Agent": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "event_id": "evt_7f3a9c2b1d",
                 *       "monitor_name": "checkout-service-redis",
                 *       "status": "degraded",
                 *       "timestamp": "2024-05-14T09:23:11Z",
                 *       "metadata": {
                 *         "region": "us-west-2",
                 *         "affected_endpoints": [
                 *           "/api/v1/cart",
                 *           "/api/v1/checkout"
                 *         ],
                 *         "response_time_ms": 1840,
                 *         "error_rate_pct": 12.4,
                 *         "event_type": "incident.resolved",
                 *         "severity": "warning",
                 *         "incident_id": "inc_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Payload"];
            };
        };
        responses: {
            /** @description Delivered; 201 too, and other 2xx where the endpoint says so. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again, as on 425, 429, 5xx and when no whole answer comes within 5 s. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Failed, and the endpoint is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Failed, not tried again. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again, up to 14 times over six hours; `Retry-After` is honoured. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onStatusChanged: {
        parameters: {
            query?: never;
            header: {
                /** @description Lower-case hex HMAC-SHA256 of the raw body; key: the whole secret, `whsec_` included, as UTF-8. While two secrets are valid: both, comma-separated, the newest first. */
                "X-StatusPulse-Signature": string;
                /** @description Unix seconds of this attempt. */
                "X-StatusPulse-Timestamp": string;
                /** @description The `event_id` (Standard Webhooks 1.0). */
                "webhook-id": string;
                /** @description Unix seconds of this attempt (Standard Webhooks 1.0). */
                "webhook-timestamp": string;
                /** @description `v1,` and base64 HMAC-SHA256 of `id.timestamp.body`; key: the base64 after `whsec_` (Standard Webhooks 1.0). Its libraries verify it and reject old timestamps. */
                "webhook-signature": string;
                "X-StatusPulse-Event-Id": string;
                "X-StatusPulse-Event-Type": "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
                "X-StatusPulse-Severity": "critical" | "warning" | "info";
                /** @description The same on every attempt of a delivery. */
                "X-StatusPulse-Delivery-Id": string;
                /** @description New on every attempt; also in the attempt log. */
                "X-StatusPulse-Request-Id": string;
                /** @description `0` on the first attempt, then `1` to `14`. */
                "Retry-Attempt": string;
                /** @description On test sends only. */
                "X-StatusPulse-Dry-Run"?: "true";
                /** @description `StatusPulse/<version>` */
                "User-Agent": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "event_id": "evt_7f3a9c2b1d",
                 *       "monitor_name": "checkout-service-redis",
                 *       "status": "degraded",
                 *       "timestamp": "2024-05-14T09:23:11Z",
                 *       "metadata": {
                 *         "region": "us-west-2",
                 *         "affected_endpoints": [
                 *           "/api/v1/cart",
                 *           "/api/v1/checkout"
                 *         ],
                 *         "response_time_ms": 1840,
                 *         "error_rate_pct": 12.4,
                 *         "event_type": "status.changed",
                 *         "severity": "warning",
                 *         "incident_id": "inc_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Payload"];
            };
        };
        responses: {
            /** @description Delivered; 201 too, and other 2xx where the endpoint says so. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again, as on 425, 429, 5xx and when no whole answer comes within 5 s. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Failed, and the endpoint is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Failed, not tried again. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again, up to 14 times over six hours; `Retry-After` is honoured. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onMetricBreached: {
        parameters: {
            query?: never;
            header: {
                /** @description Lower-case hex HMAC-SHA256 of the raw body; key: the whole secret, `whsec_` included, as UTF-8. While two secrets are valid: both, comma-separated, the newest first. */
                "X-StatusPulse-Signature": string;
                /** @description Unix seconds of this attempt. */
                "X-StatusPulse-Timestamp": string;
                /** @description The `event_id` (Standard Webhooks 1.0). */
                "webhook-id": string;
                /** @description Unix seconds of this attempt (Standard Webhooks 1.0). */
                "webhook-timestamp": string;
                /** @description `v1,` and base64 HMAC-SHA256 of `id.timestamp.body`; key: the base64 after `whsec_` (Standard Webhooks 1.0). Its libraries verify it and reject old timestamps. */
                "webhook-signature": string;
                "X-StatusPulse-Event-Id": string;
                "X-StatusPulse-Event-Type": "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
                "X-StatusPulse-Severity": "critical" | "warning" | "info";
                /** @description The same on every attempt of a delivery. */
                "X-StatusPulse-Delivery-Id": string;
                /** @description New on every attempt; also in the attempt log. */
                "X-StatusPulse-Request-Id": string;
                /** @description `0` on the first attempt, then `1` to `14`. */
                "Retry-Attempt": string;
                /** @description On test sends only. */
                "X-StatusPulse-Dry-Run"?: "true";
                /** @description `StatusPulse/<version>` */
                "User-Agent": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "event_id": "evt_7f3a9c2b1d",
                 *       "monitor_name": "checkout-service-redis",
                 *       "status": "degraded",
                 *       "timestamp": "2024-05-14T09:23:11Z",
                 *       "metadata": {
                 *         "region": "us-west-2",
                 *         "affected_endpoints": [
                 *           "/api/v1/cart",
                 *           "/api/v1/checkout"
                 *         ],
                 *         "response_time_ms": 1840,
                 *         "error_rate_pct": 12.4,
                 *         "event_type": "metric.breached",
                 *         "severity": "warning",
                 *         "incident_id": "inc_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Payload"];
            };
        };
        responses: {
            /** @description Delivered; 201 too, and other 2xx where the endpoint says so. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again, as on 425, 429, 5xx and when no whole answer comes within 5 s. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Failed, and the endpoint is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Failed, not tried again. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again, up to 14 times over six hours; `Retry-After` is honoured. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onMetricCleared: {
        parameters: {
            query?: never;
            header: {
                /** @description Lower-case hex HMAC-SHA256 of the raw body; key: the whole secret, `whsec_` included, as UTF-8. While two secrets are valid: both, comma-separated, the newest first. */
                "X-StatusPulse-Signature": string;
                /** @description Unix seconds of this attempt. */
                "X-StatusPulse-Timestamp": string;
                /** @description The `event_id` (Standard Webhooks 1.0). */
                "webhook-id": string;
                /** @description Unix seconds of this attempt (Standard Webhooks 1.0). */
                "webhook-timestamp": string;
                /** @description `v1,` and base64 HMAC-SHA256 of `id.timestamp.body`; key: the base64 after `whsec_` (Standard Webhooks 1.0). Its libraries verify it and reject old timestamps. */
                "webhook-signature": string;
                "X-StatusPulse-Event-Id": string;
                "X-StatusPulse-Event-Type": "incident.opened" | "incident.updated" | "incident.acknowledged" | "incident.resolved" | "status.changed" | "metric.breached" | "metric.cleared";
                "X-StatusPulse-Severity": "critical" | "warning" | "info";
                /** @description The same on every attempt of a delivery. */
                "X-StatusPulse-Delivery-Id": string;
                /** @description New on every attempt; also in the attempt log. */
                "X-StatusPulse-Request-Id": string;
                /** @description `0` on the first attempt, then `1` to `14`. */
                "Retry-Attempt": string;
                /** @description On test sends only. */
                "X-StatusPulse-Dry-Run"?: "true";
                /** @description `StatusPulse/<version>` */
                "User-Agent": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "event_id": "evt_7f3a9c2b1d",
                 *       "monitor_name": "checkout-service-redis",
                 *       "status": "degraded",
                 *       "timestamp": "2024-05-14T09:23:11Z",
                 *       "metadata": {
                 *         "region": "us-west-2",
                 *         "affected_endpoints": [
                 *           "/api/v1/cart",
                 *           "/api/v1/checkout"
                 *         ],
                 *         "response_time_ms": 1840,
                 *         "error_rate_pct": 12.4,
                 *         "event_type": "metric.cleared",
                 *         "severity": "warning",
                 *         "incident_id": "inc_01jz8m4x5c00k3v9q2w7d1a0b3"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Payload"];
            };
        };
        responses: {
            /** @description Delivered; 201 too, and other 2xx where the endpoint says so. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again, as on 425, 429, 5xx and when no whole answer comes within 5 s. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Failed, and the endpoint is disabled. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Failed, not tried again. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Tried again, up to 14 times over six hours; `Retry-After` is honoured. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
