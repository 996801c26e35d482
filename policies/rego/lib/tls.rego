# METADATA
# scope: package
# title: Versions of TLS
# description: "As numbers in tenths: \"1.2\" is 12."
package tenant_compiler.lib.tls

import rego.v1

number(version) := to_number(replace(version, ".", ""))

version(number) := sprintf("%d.%d", [(number - (number % 10)) / 10, number % 10])
