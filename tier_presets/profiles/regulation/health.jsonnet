// Health data: every access is logged, images are pinned.
{
  extends: ['regulation/privacy'],
  spec: {
    security: {
      encryption_level: 'maximum',
      audit_logging: true,
      images: { digests_required: true },
    },
  },
}
