"""A clinic under two frameworks, as a workspace that tests break, and commands run over it."""

from __future__ import annotations

import json
from typing import NamedTuple

from tenant_compiler.cli import main

DAY = "--judged-on=2026-11-01"
HEAD = """# METADATA
# scope: package
# title: Of our own
# description: It looks at something.
# custom:
#   id: {id}
#   subject: tenant
#   remediation: do something
package clinic.rules.{name}

import rego.v1

"""
TEAM = """deny contains {"message": "the team is closed", "path": ["spec", "owner", "team"]} if {
	input.tenant.spec.owner.team == "care"
}

checked contains ["spec", "owner", "team"]
"""
CHECKED = '\nchecked contains ["spec", "owner", "team"]\n'


class Ran(NamedTuple):
    """What a command did, and what it said in JSON."""

    code: int
    out: str
    err: str

    @property
    def report(self):
        """The report."""
        return json.loads(self.out)

    @property
    def told(self):
        """Codes and places of warnings and errors."""
        found = [each for each in self.report["diagnostics"] if each["severity"] != "info"]
        return {f"{each['code']} {each['file']}:{each['line']}:{each['column']}" for each in found}

    @property
    def statuses(self):
        """The status of every control by framework and identifier."""
        return {(row["framework"], row["control"]): row["status"] for row in self.report["verdicts"]}

    def said(self, code):
        """The message and help of the first finding of a code."""
        found = next(each for each in self.report["diagnostics"] if each["code"] == code)
        return found["message"], found["help"]


class Clinic:
    """A workspace with a tenant that satisfies GDPR and HIPAA, and a way to run commands over it."""

    def __init__(self, root, capsys):
        self.root = root
        self._capsys = capsys

    def write(self, path, text):
        """Write a file."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def rules(self, **codes):
        """Write rules by their names, `ACME1` and so on."""
        for number, (name, code) in enumerate(codes.items(), 1):
            self.write(f"policies/{name}.rego", HEAD.format(id=f"ACME{number}", name=name) + code)

    def change(self, old, new, file="tenants/clinic.yaml"):
        """Change a file in one place."""
        text = (self.root / file).read_text()
        assert text.count(old) == 1, old
        (self.root / file).write_text(text.replace(old, new))

    def line(self, text, file="tenants/clinic.yaml"):
        """The number of the line on which a text stands."""
        lines = (self.root / file).read_text().splitlines()
        (number,) = [number for number, line in enumerate(lines, 1) if text in line]
        return number

    def run(self, verb="check", *arguments):
        """Run a command that judges and reports in JSON."""
        return self.call(verb, DAY, "--output-format", "json", *arguments)

    def call(self, *arguments):
        """Run any command."""
        code = main([*arguments, "-C", str(self.root)])
        out, err = self._capsys.readouterr()
        assert "Traceback" not in out + err
        return Ran(code, out, err)

    @property
    def tree(self):
        """All files of the output, with their bytes."""
        return {file: file.read_bytes() for file in (self.root / "build").rglob("*") if file.is_file()}


def waiver(**spec):
    """A waiver of the clinic."""
    said = {
        "tenant": "clinic",
        "owner": "care",
        "reason": "Until the team is another one.",
        "ticket": "CARE-1",
        "approver": "ciso",
        "created": "2026-10-20",
        "expires": "2026-12-31",
        **spec,
    }
    lines = "".join(f"  {key}: {value}\n" for key, value in said.items())
    return f"apiVersion: tenant-compiler.dev/v1\nkind: Waiver\nmetadata: {{name: w}}\nspec:\n{lines}"
