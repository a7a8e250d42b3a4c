/** What the audit log can be filtered by, grouped by what it was done to. */
export const AUDIT_OPERATIONS: readonly (readonly [
  thing: string,
  operations: readonly (readonly [id: string, text: string])[],
])[] = [
  [
    'Webhook',
    [
      ['createEndpoint', 'Webhook made'],
      ['updateEndpoint', 'Webhook changed'],
      ['deleteEndpoint', 'Webhook deleted'],
      ['disableEndpoint', 'Webhook disabled by StatusPulse'],
      ['rotateEndpointSecret', 'New secret of a webhook'],
      ['testEndpoint', 'Test event sent'],
      ['replayEndpoint', 'What failed replayed'],
      ['replayDelivery', 'One delivery replayed'],
    ],
  ],
  [
    'Monitor',
    [
      ['createMonitor', 'Monitor made'],
      ['updateMonitor', 'Monitor changed'],
      ['deleteMonitor', 'Monitor deleted'],
    ],
  ],
  [
    'Incident',
    [
      ['acknowledgeIncident', 'Incident acknowledged'],
      ['commentIncident', 'Incident commented on'],
      ['resolveIncident', 'Incident resolved'],
    ],
  ],
  [
    'Silence and maintenance',
    [
      ['createSilence', 'Silence made'],
      ['updateSilence', 'Silence changed'],
      ['deleteSilence', 'Silence deleted'],
      ['createMaintenanceWindow', 'Window made'],
      ['updateMaintenanceWindow', 'Window changed'],
      ['deleteMaintenanceWindow', 'Window deleted'],
    ],
  ],
  [
    'Queue',
    [
      ['createQueue', 'Queue made'],
      ['deleteQueue', 'Queue deleted'],
      ['deleteQueueConsumer', 'Consumer deleted'],
      ['createForwarder', 'Forwarder made'],
      ['updateForwarder', 'Forwarder changed'],
      ['deleteForwarder', 'Forwarder deleted'],
    ],
  ],
  [
    'Workspace',
    [
      ['createKey', 'API key made'],
      ['revokeKey', 'API key revoked'],
      ['updateWorkspace', 'Workspace changed'],
      ['updateWorkspaceById', 'Workspace changed by the operator'],
      ['createWorkspace', 'Workspace made'],
      ['replaceStatusPage', 'Status page set up'],
      ['applyCode', 'File applied'],
      ['putMappingRules', 'Mapping rules replaced'],
      ['putGrafanaSecret', 'Grafana’s secret set'],
    ],
  ],
  [
    'People',
    [
      ['setUp', 'Installation set up'],
      ['createInvitation', 'Somebody invited'],
      ['deleteInvitation', 'Invitation withdrawn'],
      ['redeemLink', 'Link used'],
      ['updateMember', 'Role changed'],
      ['removeMember', 'Member removed'],
      ['createOperator', 'Operator made'],
      ['deleteOperator', 'Operator removed'],
      ['createPasswordReset', 'Link for another password made'],
      ['updateUser', 'Own account changed'],
      ['changePassword', 'Own password changed'],
    ],
  ],
]
