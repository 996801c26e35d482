# METADATA
# scope: package
# title: One zone may fail
# description: >-
#   Services are spread over several zones of each region that serves, and databases have a standby in a second one.
# custom:
#   id: TC439
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: raise `zones` of the region, and write `high_availability` of the database as true
#   parameters:
#     zones: {unit: zones, default: 2, stricter: higher, description: The fewest zones of a region that serves}
#   carried_by: [TC483]
#   needs: []
package tenant_compiler.rules.redundancy

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.stores

# In a region for backups nothing runs.
_zones contains ["spec", "placement", "regions", site.region, "zones"] if {
	scope.running
	some site in input.sites
	site.role != "backup"
}

_standbys contains array.concat(store.pointer, ["high_availability"]) if {
	some store in stores.all
	store.kind == "sql"
}

deny contains finding if {
	some pointer in _zones
	some finding in settings.at_least(pointer, input.parameters.zones, "zones", "services must be spread over")
}

deny contains finding if {
	some pointer in _standbys
	some finding in settings.exactly(pointer, true, "a standby in a second zone must take over from a database")
}

checked contains pointer if some pointer in (_zones | _standbys)
