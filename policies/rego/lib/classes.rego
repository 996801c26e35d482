# METADATA
# scope: package
# title: Classes of data
# description: What the classes mean to the law, and which of them a tenant holds.
package tenant_compiler.lib.classes

import rego.v1

# Data about persons; the three behind the first are of the special categories.
personal := {"personal", "special_category", "health", "biometric"}

special := {"special_category", "health", "biometric"}

cards := {"cardholder", "sensitive_authentication"}

# What some regulation protects: everything but `public` and `internal`.
regulated := (personal | cards) | {"financial_reporting", "federal"}

# What the tenant says that it holds.
declared := {class | some class in object.get(input.tenant.spec, ["compliance", "data_classes"], [])}

# What a store or service says that it holds; nothing, where it does not say.
said(node) := {class | some class in object.get(node, ["data_classes"], [])}

# What a store has to be taken to hold: one that does not say may hold all that the tenant holds.
of(node) := said(node) if {
	count(said(node)) > 0
} else := declared

# All that occurs anywhere in the tenant.
held := declared | {class |
	some section in [input.tenant.spec.services, input.tenant.spec.data.sql, input.tenant.spec.data.object]
	some node in section
	some class in said(node)
}
