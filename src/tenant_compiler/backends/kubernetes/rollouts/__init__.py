"""How a new version of a service comes, where not pod by pod."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenant_compiler.backends.kubernetes.rollouts.answers import automatic, split

if TYPE_CHECKING:
    from tenant_compiler.backends.kubernetes.support import Table

SUPPORT: Final[Table] = {
    "rollout.blue_green": split,
    "rollout.canary": split,
    "rollout.ab_test": split,
    "rollout.analysis": automatic,
}
