// The built-in tiers by name, for a tier of your own that extends one of them:
//
//   local tiers = import 'tiers.libsonnet';
//   tiers.enterprise { defaults+: { quotas+: { cpu_cores: 48 } }, limits+: { quotas+: { cpu_cores: 48 } } }
{
  free: import '../free.jsonnet',
  standard: import '../standard.jsonnet',
  premium: import '../premium.jsonnet',
  enterprise: import '../enterprise.jsonnet',
  enterprise_plus: import '../enterprise_plus.jsonnet',
  white_label: import '../white_label.jsonnet',
}
