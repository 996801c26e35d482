"""The files that `policy new` writes."""

from __future__ import annotations

from typing import Final

from tenant_compiler.model.record import NamedTuple


class Setting(NamedTuple):
    """What the rule of the template is about: a number that tenants may say."""

    path: tuple[str, ...]
    """Below ``spec``."""
    unit: str
    """In the plural."""
    least: int
    """The number from which on it passes."""
    low: int
    """One that does not pass."""


SETTINGS: Final = (
    Setting(("change_control", "approvals"), "people", 2, 1),
    Setting(("monitoring", "logging", "retention_days"), "days", 30, 7),
    Setting(("backup", "retention_days"), "days", 30, 7),
    Setting(("compliance", "retention", "backup_purge_days"), "days", 30, 7),
)
"""The first that is not set by the layers below the tenant is taken."""

RULE: Final = """\
# METADATA
# scope: package
# title: {title}
# description: >-
#   Where a tenant says `{dotted}`, it is at least {least}. Write here what the rule looks at, and why.
# custom:
#   id: {id}
#   subject: tenant            # the tenant's settings; or artifact: what is emitted for it
#   evidence: config           # or attested: a date, a contact, a contract; nothing that a configuration proves
#   severity: error
#   enforcement: report        # only the exit code is 1; with `block` a tenant that is denied is not written
#   remediation: raise `{dotted}`
#   parameters:                # frameworks and the workspace may set them; the strictest value holds
#     {name}_least:
#       unit: {unit}
#       default: {least}
#       stricter: higher
#       description: The least that passes
#   carried_by: []             # ids of rules about what is emitted that prove the setting; nothing: it is attested
#   needs: []
package {package}

import rego.v1

_path := {path}

_said := object.get(input.tenant, _path, null)

# What is wrong: a message, the path of the setting, and what to write instead.
deny contains {{"message": message, "path": _path, "fix": {{"path": _path, "value": least}}}} if {{
	is_number(_said)
	least := input.parameters.{name}_least
	_said < least
	message := sprintf("{dotted} is %d, but must be at least %d", [_said, least])
}}

# What was looked at. A tenant of whom nothing is looked at neither passes nor fails: the rule does not apply to it.
checked contains _path if is_number(_said)
"""

FIXTURE: Final = """\
# Cases of the rule {id}. `given` is merged into the tenant's `spec`; `null` removes. All findings and all that is
# checked must be expected. `tenant-compile policy test {name}` runs them.
rule: {name}
base: {base}
cases:
  - name: enough
    given: {enough}
    expect: {{findings: [], checked: [{dotted}]}}
  - name: too little
    given: {low}
    expect:
      findings:
        - path: {dotted}
          message: is {low_number}, but must be at least {least}
      checked: [{dotted}]
  - name: more where more is asked for
    parameters: {{{name}_least: {more}}}
    given: {enough}
    expect: {{findings: [{dotted}], checked: [{dotted}]}}
  - name: nothing is said
    given: {nothing}
    expect: {{findings: [], checked: []}}
"""
