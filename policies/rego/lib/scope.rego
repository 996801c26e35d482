# METADATA
# scope: package
# title: What there is to protect
# description: Most rules have nothing to judge where a tenant runs nothing, keeps nothing, or holds no such data.
package tenant_compiler.lib.scope

import rego.v1

import data.tenant_compiler.lib.classes
import data.tenant_compiler.lib.stores

# Names of services that clients reach.
exposed contains name if {
	some name, service in input.tenant.spec.services
	count(object.get(service, ["expose", "hosts"], [])) > 0
}

# Names of models that clients reach.
exposed_models contains name if {
	some name, model in object.get(input.tenant.spec, ["ai", "custom_models"], {})
	count(object.get(model, ["expose", "hosts"], [])) > 0
}

# The tenant runs something.
running if count(input.tenant.spec.services) > 0

running if count(object.get(input.tenant.spec, ["ai", "custom_models"], {})) > 0

# Clients reach something.
serving if count(exposed) > 0

serving if count(exposed_models) > 0

# The tenant keeps something.
storing if count(stores.all) > 0

# The tenant keeps something that a regulation protects.
storing_regulated if count(stores.regulated) > 0

# The tenant keeps data about persons.
storing_personal if count(stores.personal) > 0

# There is anything at all: a service or a store.
active if running

active if storing

# The tenant has to do with data that a regulation protects.
holding_regulated if {
	active
	count(classes.held & classes.regulated) > 0
}

# The tenant has to do with data about persons.
holding_personal if {
	active
	count(classes.held & classes.personal) > 0
}
