# METADATA
# scope: package
# title: Passwords are hard to guess
# description: >-
#   Passwords are long, of letters and digits, and none of the last ones; after some wrong ones the account is locked
#   for a while.
# custom:
#   id: TC413
#   subject: tenant
#   evidence: config
#   severity: error
#   enforcement: block
#   remediation: write `security.identity.password` as the provider of the sign-on asks for it
#   parameters:
#     password_length:
#       unit: characters
#       default: 12
#       stricter: higher
#       description: The fewest characters of a password
#     password_history:
#       unit: passwords
#       default: 4
#       stricter: higher
#       description: So many old passwords at least are refused
#     lockout_attempts:
#       unit: attempts
#       default: 10
#       stricter: lower
#       description: The most wrong passwords before the lock
#     lockout_minutes:
#       unit: minutes
#       default: 30
#       stricter: higher
#       description: The fewest minutes that the lock holds
#   carried_by: []
#   needs: []
package tenant_compiler.rules.password_policy

import rego.v1

import data.tenant_compiler.lib.scope
import data.tenant_compiler.lib.settings

_length := ["spec", "security", "identity", "password", "minimum_length"]

_letters := ["spec", "security", "identity", "password", "alphanumeric"]

_history := ["spec", "security", "identity", "password", "history"]

_attempts := ["spec", "security", "identity", "password", "lockout_attempts"]

_lock := ["spec", "security", "identity", "password", "lockout_minutes"]

deny contains finding if {
	scope.active
	some finding in settings.at_least(_length, input.parameters.password_length, "characters", "a password needs")
}

deny contains finding if {
	scope.active
	some finding in settings.exactly(_letters, true, "a password needs letters and digits")
}

deny contains finding if {
	scope.active
	limit := input.parameters.password_history
	some finding in settings.at_least(_history, limit, "old passwords", "a new password must differ from")
}

deny contains finding if {
	scope.active
	limit := input.parameters.lockout_attempts
	some finding in settings.at_most(_attempts, limit, "attempts", "the account must be locked after")
}

deny contains finding if {
	scope.active
	limit := input.parameters.lockout_minutes
	some finding in settings.at_least(_lock, limit, "minutes", "an account must stay locked for")
}

checked contains pointer if {
	scope.active
	some pointer in [_length, _letters, _history, _attempts, _lock]
}
