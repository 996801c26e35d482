// Outside of production a tenant gets a quarter of what its tier offers, rounded up.
//
// A profile in jsonnet is a function of any of tier, environment and cloud. It is evaluated once for each combination
// that occurs in the fleet, not once for each tenant.
local tiers = import 'tiers.libsonnet';

local quarter(amount) = if amount == 'unlimited' then amount else std.ceil(amount / 4);

function(tier, environment) {
  spec: if environment == 'production' then {} else {
    quotas: std.mapWithKey(
      function(name, amount) quarter(amount),
      // A tier of this workspace that is not built in shrinks like `enterprise`, which ours extend.
      std.get(tiers, tier, tiers.enterprise).defaults.quotas
    ),
  },
}
