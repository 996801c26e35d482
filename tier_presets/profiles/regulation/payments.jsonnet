// Payment cards: strong cryptography, every access is logged, images are pinned.
{
  spec: {
    security: {
      encryption_level: 'maximum',
      audit_logging: true,
      images: { digests_required: true },
    },
  },
}
