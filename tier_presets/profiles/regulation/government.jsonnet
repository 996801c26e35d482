// Public agencies: validated cryptography, pinned images.
{
  spec: {
    placement: { residency: { strict: true } },
    security: {
      encryption_level: 'maximum',
      audit_logging: true,
      keys: { fips: true },
      images: { digests_required: true },
    },
  },
}
