"""Which class of RDS instance a database needs.

Source of the figures: Amazon RDS User Guide, "Hardware specifications for DB instance classes", and Amazon EC2 User
Guide, "Key concepts for burstable performance instances" for the baseline of t4g.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from tenant_compiler.model.plan import Plan, SqlStore


class InstanceClass(NamedTuple):
    """A class of RDS instances."""

    name: str
    milli_vcpus: int
    """Thousandths of a vCPU that it has for good; of a burstable class, its baseline."""
    memory_mib: int


CLASSES: Final = (
    InstanceClass("db.t4g.micro", 200, 1 * 1024),
    InstanceClass("db.t4g.small", 400, 2 * 1024),
    InstanceClass("db.t4g.medium", 400, 4 * 1024),
    InstanceClass("db.m7g.large", 2_000, 8 * 1024),
    InstanceClass("db.r7g.large", 2_000, 16 * 1024),
    InstanceClass("db.m7g.xlarge", 4_000, 16 * 1024),
    InstanceClass("db.r7g.xlarge", 4_000, 32 * 1024),
    InstanceClass("db.m7g.2xlarge", 8_000, 32 * 1024),
    InstanceClass("db.r7g.2xlarge", 8_000, 64 * 1024),
    InstanceClass("db.m7g.4xlarge", 16_000, 64 * 1024),
    InstanceClass("db.r7g.4xlarge", 16_000, 128 * 1024),
    InstanceClass("db.m7g.8xlarge", 32_000, 128 * 1024),
    InstanceClass("db.r7g.8xlarge", 32_000, 256 * 1024),
    InstanceClass("db.m7g.12xlarge", 48_000, 192 * 1024),
    InstanceClass("db.m7g.16xlarge", 64_000, 256 * 1024),
    InstanceClass("db.r7g.12xlarge", 48_000, 384 * 1024),
    InstanceClass("db.r7g.16xlarge", 64_000, 512 * 1024),
)
"""Cheapest first: a vCPU of r7g costs about 1.4 times one of m7g."""

CONNECTION_BYTES: Final = 9_531_392
"""RDS' own formula for PostgreSQL: `max_connections` is the instance's memory divided by this."""
USABLE_PERCENT: Final = 90
"""The formula counts the memory of the instance without what RDS itself takes, which is not published: a tenth is
assumed."""
CPU_PERCENT: Final = 25
"""A database gets so much of the CPU of its applications; a rule of thumb for when no usage is known."""


class Demand(NamedTuple):
    """What a database asks of its instance; None: unlimited."""

    milli_vcpus: int | None
    memory_mib: int | None


def demand(plan: Plan, store: SqlStore) -> Demand:
    """Derive what a database asks: memory from its share of the connections, CPU from its share of the tenant's CPU."""
    cores = plan.quotas["cpu_cores"]
    cpu = None if cores is None else round(cores * 10 * CPU_PERCENT / len(plan.sql))
    if store.connections is None:
        return Demand(cpu, None)
    usable = 1024 * 1024 * USABLE_PERCENT
    return Demand(cpu, -(-store.connections * CONNECTION_BYTES * 100 // usable))


def fits(asked: Demand, instance: InstanceClass) -> bool:
    """Tell whether an instance is large enough; for something unlimited, none is."""
    if asked.milli_vcpus is None or asked.memory_mib is None:
        return False
    return asked.milli_vcpus <= instance.milli_vcpus and asked.memory_mib <= instance.memory_mib


def choose(asked: Demand) -> InstanceClass:
    """Choose the cheapest class that fits; the largest when none does."""
    return next((instance for instance in CLASSES if fits(asked, instance)), CLASSES[-1])
