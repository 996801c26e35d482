// Asia and the Pacific: all three in Singapore.
local region = import '../../lib/region.libsonnet';

function(cloud) region.market('APAC', { aws: 'ap-southeast-1', azure: 'southeastasia', gcp: 'asia-southeast1' }, cloud)
