// Privacy law: data stays where it is said to be, under a key that can be destroyed with the tenant, and for no longer
// than it is needed.
{
  spec: {
    compliance: {
      data_classes: ['personal'],
      breach_notification_hours: 72,  // GDPR, Article 33
      retention: {
        deletion: 'crypto_shred',  // what the key is for
        deletion_deadline_days: 30,  // a month for what a person asks for: GDPR, Article 12
        backup_purge_days: 35,  // when the last backup with it is gone
        export: true,
      },
      masking: { personal: 'pseudonymised' },
    },
    placement: { residency: { strict: true } },
    backup: { schedule: '0 2 * * *', retention_days: 35 },
    security: { encryption_level: 'enhanced' },
    monitoring: { logging: { retention_days: 90 } },  // logs name persons, too
  },
}
