// A market: one region for each cloud, and the jurisdiction in which the data stays.
{
  market(jurisdiction, regions, cloud):: {
    spec: {
      placement: {
        residency: { jurisdictions: [jurisdiction] },
      } + (
        if cloud == 'on_premises' then {}  // the operator's own regions are the workspace's to name
        else if std.objectHas(regions, cloud) then { regions: { [regions[cloud]]: { role: 'primary' } } }
        else error 'this market has no region of cloud %s; it has: %s' % [cloud, std.join(', ', std.objectFields(regions))]
      ),
    },
  },
}
