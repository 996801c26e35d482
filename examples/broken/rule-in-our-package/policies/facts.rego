package tenant_compiler.facts.eea

import rego.v1

# Everywhere is Europe.
members contains code if some code in ["US", "IN"]
