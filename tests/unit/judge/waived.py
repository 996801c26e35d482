"""A waiver for the tests."""

from __future__ import annotations

from datetime import date

from tenant_compiler.judge.waivers import Waiver


def waiver(name="old-analyser", **fields):
    """A waiver that holds."""
    record = Waiver(
        name=name,
        rule="TC404",
        framework="hipaa",
        control="",
        tenant="acme",
        environment="",
        path=(),
        owner="care-platform",
        reason="for a while",
        ticket="CARE-1234",
        approver="ciso@acme.example",
        created=date(2026, 11, 2),
        expires=date(2027, 3, 31),
        file="waivers/a.yaml",
        document=0,
    )
    return record._replace(**fields)
