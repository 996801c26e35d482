// For trying the product out: one core, the provider's keys, no AI.
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
+ tier.ai({ model_training_quota_hours: 0, inference_requests_per_day: 0, custom_models_allowed: 0 })
+ { defaults+: { ai+: {
  recommendation_engine_enabled: false,
  sentiment_analysis_enabled: false,
  nlp_processing_enabled: false,
  computer_vision_enabled: false,
  auto_ml_enabled: false,
  gpu_acceleration: false,
  federated_learning: false,
} } }
+ tier.locks(['security.encryption_level', 'ai'])
