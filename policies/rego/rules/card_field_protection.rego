# METADATA
# scope: package
# title: Card numbers are protected one by one
# description: >-
#   Encrypting whole disks or buckets is not enough for payment card numbers: they stand in columns of an SQL store
#   that the application protects, and in no other store.
# custom:
#   id: TC444
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: >-
#     name the column that holds them: `data.sql.orders.field_encryption: {card_number: {class: cardholder, method:
#     tokenize}}`; move them out of object stores
#   parameters: {}
#   carried_by: []
#   needs: []
package tenant_compiler.rules.card_field_protection

import rego.v1

import data.tenant_compiler.lib.settings
import data.tenant_compiler.lib.stores
import data.tenant_compiler.lib.text

_with_cards := stores.holding({"cardholder"})

_columns(store) := array.concat(store.pointer, ["field_encryption"])

_classes(store) := array.concat(store.pointer, ["data_classes"])

_protected(store) if {
	some column in object.get(input.tenant, _columns(store), {})
	object.get(column, "class", "") == "cardholder"
	object.get(column, "method", "") in {"tokenize", "encrypt", "hash"}
}

deny contains finding if {
	some store in _with_cards
	store.kind == "sql"
	not _protected(store)
	message := sprintf(
		"%s names no column of class cardholder with a method: card numbers in %s must be protected one by one",
		[text.path(_columns(store)), text.path(store.pointer)],
	)
	finding := settings.finding(_columns(store), message)
}

deny contains finding if {
	some store in _with_cards
	store.kind != "sql"
	message := sprintf(
		"%s holds cardholder data, but card numbers can be protected one by one only in columns of an SQL store",
		[text.path(store.pointer)],
	)
	finding := settings.finding(_classes(store), message)
}

checked contains _columns(store) if {
	some store in _with_cards
	store.kind == "sql"
}

checked contains _classes(store) if {
	some store in _with_cards
	store.kind != "sql"
}
