// Growing customers: keys of their own.
local tier = import 'lib/tier.libsonnet';

(import 'standard.jsonnet')
+ tier.quotas({
  cpu_cores: 8,
  memory_gb: 16,
  storage_gb: 1000,
  network_bandwidth_mbps: 500,
  concurrent_connections: 10000,
  api_requests_per_minute: 12000,
  ml_model_instances: 5,
  ai_processing_units: 25,
  database_connections: 80,
  cache_size_mb: 1024,
})
+ tier.ai({ model_training_quota_hours: 10, inference_requests_per_day: 100000, custom_models_allowed: 5 })
+ tier.security({ encryption_level: 'enhanced' })
