local tiers = import 'tiers.libsonnet';

tiers.standard { default: { quotas: { cpu_cores: 1 } } }
