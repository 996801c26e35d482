"""The built-in checks of plans, registered as any plug-in's are."""

from __future__ import annotations

from tenant_compiler.model.backend import API_VERSION, PlanCheck
from tenant_compiler.plan import ai_checks, effects, entrance, isolation, mounts, outside, references, rollout_checks

TENANT_COMPILER_API = API_VERSION


def tenant_compiler_checks() -> list[PlanCheck]:
    """Give the checks of names, references, scaling, rollouts, hosts, images, secrets, placement, effects and AI."""
    return [
        PlanCheck("names", ("TC315",), references.check_names),
        PlanCheck("references", ("TC204", "TC310", "TC311"), references.check_references),
        PlanCheck("scaling", ("TC316",), references.check_scaling),
        PlanCheck("rollout names", ("TC339",), rollout_checks.check_rollout_names),
        PlanCheck("rollouts", ("TC340", "TC341"), rollout_checks.check_rollouts),
        PlanCheck("triggers", ("TC342",), rollout_checks.check_triggers),
        PlanCheck("hosts", ("TC312",), references.check_hosts),
        PlanCheck("images", ("TC313", "TC314"), references.check_images),
        PlanCheck("egress", ("TC211", "TC322"), references.check_egress),
        PlanCheck("outside", ("TC211",), outside.check_outside),
        PlanCheck("secrets", ("TC320",), references.check_secrets),
        PlanCheck("secret-references", ("TC343", "TC345"), mounts.check_secrets),
        PlanCheck("volumes", ("TC345", "TC346"), mounts.check_volumes),
        PlanCheck("dedication", ("TC344",), isolation.check_dedication),
        PlanCheck("placement", ("TC318", "TC319", "TC321"), references.check_placement),
        PlanCheck("effects", ("TC326",), effects.check_effects),
        PlanCheck("times", ("TC327",), effects.check_times),
        PlanCheck("recovery", ("TC328",), effects.check_recovery),
        PlanCheck("allow list", ("TC334", "TC335", "TC336"), entrance.check_allow_list),
        PlanCheck("geo fence", ("TC337",), entrance.check_geo_fence),
        PlanCheck("exposed calls", ("TC338",), entrance.check_exposed),
        PlanCheck("ai-names", ("TC351",), ai_checks.check_names),
        PlanCheck("ai-amounts", ("TC352",), ai_checks.check_amounts),
        PlanCheck("ai", ("TC326", "TC353"), ai_checks.check_ai),
    ]
