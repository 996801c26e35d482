// Public agencies of the United States: validated cryptography, pinned images, and the numbers of FedRAMP Moderate.
{
  spec: {
    compliance: { data_classes: ['federal'], breach_notification_hours: 1 },  // an hour: the federal guidelines
    placement: { residency: { strict: true } },
    change_control: { approvals: 1, ticket_required: true, tests_required: true, separate_environments: true },
    backup: { schedule: '0 2 * * *', retention_days: 35, immutable: true },
    security: {
      encryption_level: 'maximum',
      audit_logging: true,
      audit: {
        events: ['authentication', 'authorization', 'data_access', 'configuration', 'privileged'],
        online_days: 365,  // OMB M-21-31: a year active
        retention_days: 913,  // and 18 months cold
        immutable: true,
        separate_account: true,
        review: { every_days: 7 },  // AU-6
      },
      mfa_required: true,
      tls: { mutual: true },
      keys: { fips: true },
      identity: {
        mfa_methods: ['piv', 'webauthn'],  // what resists phishing
        shared_accounts: false,
        session_idle_minutes: 15,  // AC-11
        privileged_session_idle_minutes: 10,  // SC-10
        inactive_account_days: 90,  // AC-2(3)
        deprovision_hours: 24,
        password: { minimum_length: 15, alphanumeric: true, history: 24, lockout_attempts: 3, lockout_minutes: 180 },
      },
      network: { web_application_firewall: true, ddos_protection: true },  // SC-5
      scanning: {
        interval_days: 30,  // RA-5
        integrity_monitoring: true,
        patch_days: { critical: 30, high: 30, moderate: 90, low: 180 },
      },
      images: { digests_required: true },
    },
  },
}
