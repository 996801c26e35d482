// The European Union: Frankfurt, the Netherlands, Frankfurt.
local region = import '../../lib/region.libsonnet';

function(cloud) region.market('EU', { aws: 'eu-central-1', azure: 'westeurope', gcp: 'europe-west3' }, cloud)
