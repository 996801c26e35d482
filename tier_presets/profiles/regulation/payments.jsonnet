// Payment cards: strong cryptography, numbers that nobody sees in full, a trail of every access, known changes. The
// numbers are those of PCI DSS v4.0.1 where it has some.
{
  spec: {
    compliance: {
      data_classes: ['personal', 'cardholder'],
      retention: { deletion: 'crypto_shred', deletion_deadline_days: 30, backup_purge_days: 35 },
      masking: { primary_account_number: 'first6_last4' },  // 3.4.1
    },
    change_control: { approvals: 1, ticket_required: true, tests_required: true, separate_environments: true },  // 6.5
    backup: { schedule: '0 2 * * *', retention_days: 35 },
    security: {
      encryption_level: 'maximum',
      audit_logging: true,
      audit: {
        events: ['authentication', 'authorization', 'data_access', 'configuration', 'privileged'],
        online_days: 90,  // 10.5.1
        retention_days: 365,
        immutable: true,
        review: { every_days: 1 },  // 10.4.1
      },
      mfa_required: true,  // 8.4
      identity: {
        mfa_methods: ['webauthn'],
        shared_accounts: false,  // 8.2.1
        session_idle_minutes: 15,  // 8.2.8
        privileged_session_idle_minutes: 15,
        inactive_account_days: 90,  // 8.2.6
        deprovision_hours: 24,
        password: { minimum_length: 12, alphanumeric: true, history: 4, lockout_attempts: 10, lockout_minutes: 30 },  // 8.3
      },
      network: { web_application_firewall: true },  // 6.4.2
      scanning: {
        interval_days: 30,  // 11.3.1 asks for every three months; a month leaves time to mend and scan again
        integrity_monitoring: true,  // 10.3.4
        patch_days: { critical: 30, high: 30, moderate: 90, low: 180 },  // 6.3.3
      },
      images: { digests_required: true },
    },
  },
}
