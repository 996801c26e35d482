// A small team's production; the encryption level is free to rise.
local tier = import 'lib/tier.libsonnet';

(import 'free.jsonnet')
+ tier.quotas({
  cpu_cores: 2,
  memory_gb: 4,
  storage_gb: 100,
  network_bandwidth_mbps: 100,
  concurrent_connections: 1000,
  api_requests_per_minute: 3000,
  ml_model_instances: 1,
  ai_processing_units: 5,
  database_connections: 25,
  cache_size_mb: 256,
})
+ tier.ai({ model_training_quota_hours: 0, inference_requests_per_day: 10000, custom_models_allowed: 1 })
+ tier.locks([])
