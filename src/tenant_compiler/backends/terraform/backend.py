"""The back-end `terraform`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.terraform import root
from tenant_compiler.backends.terraform.aws import lower as aws
from tenant_compiler.backends.terraform.aws.backup import copy_region
from tenant_compiler.backends.terraform.aws.names import has_backup, has_fips
from tenant_compiler.backends.terraform.aws.providers import regions
from tenant_compiler.model.backend import Backend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tenant_compiler.backends.terraform.root import Block
    from tenant_compiler.model.artifact import Artifact
    from tenant_compiler.model.backend import Context, Support
    from tenant_compiler.model.diagnostic import Diagnostic
    from tenant_compiler.model.plan import Need, Plan
    from tenant_compiler.model.vocabulary.workspace import TerraformTarget

LOWER: Final[Mapping[str, Callable[[Plan, TerraformTarget], Iterator[Block]]]] = {"aws": aws.blocks}
"""What makes a root, by cloud."""

_FEATURES: Final = frozenset(
    {
        "store.sql",
        "store.object",
        "keys.customer_managed",
        "keys.hsm",
        "keys.fips",
        "audit",
        "audit.trail",
        "backup",
        "edge.firewall",
        "multi_region",
        "ai.permission",
    }
)


class TerraformBackend(Backend):
    """Keys and stores of a tenant, as one root module of Terraform for each environment."""

    name = "terraform"
    description = "Terraform JSON: keys, stores, backups, audit trail and firewall (AWS)"

    def supports(self, need: Need, plan: Plan, context: Context) -> Support:
        """Say what becomes of a need for keys, stores and what protects them; the rest is another target's business."""
        if need.feature not in _FEATURES:
            return "elsewhere"
        # Copies of stores in a second region are not made in any cloud yet, nor is what lets services use managed AI.
        if plan.cloud not in LOWER or need.feature in ("multi_region", "ai.permission"):
            return "later"
        if need.feature == "keys.hsm" and not _has_hsm(plan, context):
            return "cannot"
        if need.feature == "keys.fips" and not all(map(has_fips, regions(plan))):
            return "cannot"
        return "honoured"

    def lower(self, plan: Plan, context: Context) -> Sequence[Artifact]:
        """Make the root of a tenant and environment; no file when the plan needs nothing that Terraform makes."""
        lower = LOWER.get(plan.cloud)
        if lower is None:
            return ()
        blocks = list(lower(plan, context.config["targets"]["terraform"]))
        return (root.assemble(blocks),) if blocks else ()

    def check(self, artifacts: Sequence[Artifact], plan: Plan, context: Context) -> Iterable[Diagnostic]:
        """Hold roots to the provider's recorded schema, and say what AWS cannot do of what the plan asks."""
        if not artifacts:
            return
        from tenant_compiler.backends.terraform.aws.findings import findings  # noqa: PLC0415 - only with artifacts
        from tenant_compiler.backends.terraform.check import check_root  # noqa: PLC0415 - only with artifacts

        settings = context.config["targets"]["terraform"]
        for artifact in artifacts:
            yield from check_root(artifact, settings["aws"])
        yield from findings(plan, settings)

    def index(self, content: Any) -> dict[str, Any]:
        """Take a root apart: ``aws_kms_key.tenant``, ``variable.x``, ``output.x``, ``provider.aws``, ``terraform``."""
        return root.index(content)


def _has_hsm(plan: Plan, context: Context) -> bool:
    """Tell whether all keys can be in the HSM: there is a key store, and it is where all keys are."""
    elsewhere = {plan.audit.region} if plan.audit is not None else set()
    if plan.backup is not None and has_backup(plan):
        elsewhere.add(copy_region(plan, plan.backup) or plan.primary.region)
    return bool(context.config["targets"]["terraform"].get("key_store")) and elsewhere <= {plan.primary.region}
