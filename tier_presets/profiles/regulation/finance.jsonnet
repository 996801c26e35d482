// Financial reporting: what changes the books is approved, tested, logged, and can be proved years later. The law sets no
// numbers; these are what auditors commonly meet.
{
  spec: {
    compliance: { data_classes: ['financial_reporting'] },
    change_control: { approvals: 2, ticket_required: true, tests_required: true, separate_environments: true },
    backup: { schedule: '0 2 * * *', retention_days: 35, immutable: true },
    security: {
      encryption_level: 'enhanced',
      audit_logging: true,
      audit: {
        events: ['authentication', 'authorization', 'data_access', 'configuration', 'privileged'],
        online_days: 365,  // a business year
        retention_days: 2557,  // seven of them
        immutable: true,
      },
      mfa_required: true,
      identity: {
        mfa_methods: ['webauthn', 'totp'],
        shared_accounts: false,
        inactive_account_days: 90,
        deprovision_hours: 24,
      },
      scanning: { interval_days: 30 },
      images: { digests_required: true },
    },
  },
}
