"""The target Prometheus: alerts on service level objectives, scans and backups, with their unit tests.

============  =====================================================================
``backend``   the back-end's class: what it honours, where its passes are
``burn``      error budget and alert thresholds, derived from objective and period
``lower``     a plan to ``slo.rules.yaml``
``cases``     a plan to ``slo.tests.yaml``, for ``promtool test rules``
``watch``     a plan to ``security.rules.yaml`` and ``security.tests.yaml``
``schedule``  how long it can be from one run of a schedule to the next
``check``     rules against what Prometheus 2.42 accepts, selectors against the tenant
``lints``     what Prometheus accepts and an operator regrets, over anybody's rules
============  =====================================================================

Another indicator gets its counter in `tenant_compiler.model.metrics` and its rates in `lower`; another
thing that must happen again and again a series there, too, and an entry in `watch.watches`.
"""

from __future__ import annotations
