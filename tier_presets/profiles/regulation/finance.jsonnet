// Financial reporting: what changes the books is logged.
{
  spec: {
    security: {
      encryption_level: 'enhanced',
      audit_logging: true,
    },
  },
}
