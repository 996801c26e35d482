# METADATA
# scope: package
# title: What there is to protect
# description: Most rules have nothing to judge where a tenant runs nothing and keeps nothing.
package tenant_compiler.lib.scope

import rego.v1

import data.tenant_compiler.lib.stores

# Names of services that clients reach.
exposed contains name if {
	some name, service in input.tenant.spec.services
	count(object.get(service, ["expose", "hosts"], [])) > 0
}

# Whether the tenant runs anything.
running if count(input.tenant.spec.services) > 0

# Whether there is anything at all: a service or a store.
active if running

active if count(stores.all) > 0
