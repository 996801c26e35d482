// Merchants that take cards: `enterprise`, in a smaller size, with what the card brands demand locked in.
local tiers = import 'tiers.libsonnet';

local smaller = {
  cpu_cores: 24,
  memory_gb: 96,
  database_connections: 120,
};

tiers.enterprise {
  defaults+: {
    quotas+: smaller,
    security+: {
      encryption_level: 'maximum',
      images+: { digests_required: true },
    },
  },
  limits+: { quotas+: smaller },
  required+: ['owner.on_call'],
  locked+: ['security.encryption_level', 'security.images.digests_required'],
}
