// Regulated customers: audit logs that nobody can switch off.
local tier = import 'lib/tier.libsonnet';

(import 'premium.jsonnet')
+ tier.quotas({
  cpu_cores: 32,
  memory_gb: 128,
  storage_gb: 5000,
  network_bandwidth_mbps: 2000,
  concurrent_connections: 50000,
  api_requests_per_minute: 50000,
  ml_model_instances: 20,
  ai_processing_units: 100,
  database_connections: 200,
  cache_size_mb: 4096,
})
+ tier.ai({ model_training_quota_hours: 100, inference_requests_per_day: 1000000, custom_models_allowed: 50 })
+ tier.security({ audit_logging: true })
+ tier.locks(['security.audit_logging'])
+ tier.requires(['owner.email'])
