// For trying the product out: one core, the provider's keys.
local tier = import 'lib/tier.libsonnet';

{ defaults: {}, limits: {}, required: ['owner.team'], locked: [] }
+ tier.quotas({
  cpu_cores: 1,
  memory_gb: 1,
  storage_gb: 25,
  network_bandwidth_mbps: 10,
  concurrent_connections: 100,
  api_requests_per_minute: 600,
  ml_model_instances: 0,
  ai_processing_units: 0,
  database_connections: 10,
  cache_size_mb: 64,
})
+ tier.security({ encryption_level: 'basic', audit_logging: false })
+ tier.locks(['security.encryption_level'])
