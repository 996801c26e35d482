// Resellers under a brand of their own, without limits.
local tier = import 'lib/tier.libsonnet';

(import 'enterprise_plus.jsonnet')
+ tier.quotas({
  cpu_cores: 'unlimited',
  memory_gb: 'unlimited',
  storage_gb: 'unlimited',
  network_bandwidth_mbps: 'unlimited',
  concurrent_connections: 'unlimited',
  api_requests_per_minute: 'unlimited',
  ml_model_instances: 'unlimited',
  ai_processing_units: 'unlimited',
  database_connections: 'unlimited',
  cache_size_mb: 'unlimited',
})
+ tier.ai({ model_training_quota_hours: 'unlimited', inference_requests_per_day: 'unlimited', custom_models_allowed: 'unlimited' })
+ tier.requires(['branding'])
