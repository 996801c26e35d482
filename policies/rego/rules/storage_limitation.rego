# METADATA
# scope: package
# title: Personal data is not kept for ever
# description: >-
#   Every store with data about persons says when it ends, or every such class of data in it has an end for the whole
#   tenant. With both, the store does not outlast all of its classes.
# custom:
#   id: TC426
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     write `retention_days` for the SQL store, `lifecycle_days` for the object store, or an end for each class under
#     `compliance.retention.by_class_days`
#   parameters: {}
#   carried_by: [TC472]
#   needs: []
package tenant_compiler.rules.storage_limitation

import rego.v1

import data.tenant_compiler.lib.classes
import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.stores
import data.tenant_compiler.lib.text

# The place of a store's own end.
_own_end(store) := array.concat(store.pointer, [field]) if {
	field := object.get({"object": "lifecycle_days"}, store.kind, "retention_days")
}

# The classes of persons' data in a store that have no end for the whole tenant.
_endless(store) := {class |
	some class in (store.classes & classes.personal)
	settings.value(["spec", "compliance", "retention", "by_class_days", class]) == null
}

deny contains finding if {
	some store in stores.personal
	settings.value(_own_end(store)) == null
	count(_endless(store)) > 0
	message := sprintf(
		"%s is missing: nothing says when the %s data in it ends",
		[text.path(_own_end(store)), text.list(sort(_endless(store)))],
	)
	finding := settings.finding(_own_end(store), message)
}

deny contains finding if {
	some store in stores.personal
	kept := settings.value(_own_end(store))
	is_number(kept)
	count(_endless(store)) == 0
	longest := max(_ends(store))
	kept > longest
	message := sprintf(
		"%s is %d, but compliance.retention.by_class_days ends all personal data in it after %s",
		[text.path(_own_end(store)), kept, text.amount(longest, "days")],
	)
	finding := settings.fixable(_own_end(store), longest, message)
}

# The ends of the classes of persons' data in a store.
_ends(store) := {days |
	some class in (store.classes & classes.personal)
	days := settings.value(["spec", "compliance", "retention", "by_class_days", class])
	is_number(days)
}

checked contains _own_end(store) if some store in stores.personal
