// Regions for the public sector of the United States.
local region = import '../../lib/region.libsonnet';

function(cloud) region.market('US', { aws: 'us-gov-west-1', azure: 'usgovvirginia' }, cloud)
