# METADATA
# scope: package
# title: The tenant's stores
# description: All of them, whatever their kind, and those that hold some class of data.
package tenant_compiler.lib.stores

import rego.v1

import data.tenant_compiler.lib.classes
import data.tenant_compiler.lib.text

# Every store: {"kind": "sql", "name", "pointer", "classes"}.
all := [store |
	some kind, named in input.tenant.spec.data
	some name, value in named
	store := {
		"kind": kind,
		"name": name,
		"pointer": ["spec", "data", kind, name],
		"classes": classes.of(value),
	}
]

# Those that hold any of some classes.
holding(wanted) := [store | some store in all; count(store.classes & wanted) > 0]

regulated := holding(classes.regulated)

# Every volume of a service, which holds what the service has to do with: the same shape.
volumes := [volume |
	some service, value in input.tenant.spec.services
	some name, _ in object.get(value, "storage", {})
	volume := {
		"kind": "volume",
		"name": name,
		"pointer": ["spec", "services", service, "storage", name],
		"classes": classes.of(value),
	}
]

regulated_volumes := [volume | some volume in volumes; count(volume.classes & classes.regulated) > 0]

# All that is to be backed up.
keeping := array.concat(all, volumes)

personal := holding(classes.personal)

# Stores in a sentence: "data.sql.records and data.object.scans".
names(some_stores) := text.paths([store.pointer | some store in some_stores])
