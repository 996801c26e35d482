// Health data: every access is logged, idle screens lock, backups cannot be tampered with, images are pinned.
{
  extends: ['regulation/privacy'],
  spec: {
    compliance: { data_classes: ['health'] },
    backup: { immutable: true },  // a copy that an intruder cannot encrypt
    security: {
      encryption_level: 'maximum',
      audit_logging: true,
      audit: {
        events: ['authentication', 'authorization', 'data_access', 'configuration', 'privileged'],
        online_days: 90,
        retention_days: 2190,  // six years, as HIPAA asks of documentation
        immutable: true,
      },
      mfa_required: true,
      identity: {
        mfa_methods: ['webauthn', 'piv'],
        shared_accounts: false,
        session_idle_minutes: 15,  // a screen in a ward that somebody walked away from
        privileged_session_idle_minutes: 10,
        inactive_account_days: 90,
        deprovision_hours: 24,
        password: { minimum_length: 12, alphanumeric: true, history: 12, lockout_attempts: 5, lockout_minutes: 30 },
      },
      scanning: {
        interval_days: 30,
        integrity_monitoring: true,
        patch_days: { critical: 14, high: 30, moderate: 90, low: 180 },
      },
      images: { digests_required: true },
    },
  },
}
