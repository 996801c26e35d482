// The United States: all three in Virginia.
local region = import '../../lib/region.libsonnet';

function(cloud) region.market('US', { aws: 'us-east-1', azure: 'eastus2', gcp: 'us-east4' }, cloud)
