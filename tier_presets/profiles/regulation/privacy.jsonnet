// Privacy law: data stays where it is said to be, under a key that can be destroyed with the tenant.
{
  spec: {
    placement: { residency: { strict: true } },
    security: { encryption_level: 'enhanced' },
  },
}
