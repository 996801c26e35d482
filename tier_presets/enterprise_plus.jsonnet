// The largest customers: TLS 1.3 only, keys that rotate every quarter.
local tier = import 'lib/tier.libsonnet';

(import 'enterprise.jsonnet')
+ tier.quotas({
  cpu_cores: 128,
  memory_gb: 512,
  storage_gb: 20000,
  network_bandwidth_mbps: 10000,
  concurrent_connections: 200000,
  api_requests_per_minute: 200000,
  ml_model_instances: 80,
  ai_processing_units: 400,
  database_connections: 800,
  cache_size_mb: 16384,
})
+ tier.ai({ model_training_quota_hours: 500, inference_requests_per_day: 10000000, custom_models_allowed: 200 })
+ tier.security({ encryption_level: 'maximum' })
