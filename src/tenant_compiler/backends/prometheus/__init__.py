"""The target Prometheus: recordings and burn-rate alerts of service level objectives, with their unit tests.

===========  ====================================================================
``backend``  the back-end's class: what it honours, where its passes are
``burn``     error budget and alert thresholds, derived from objective and period
``lower``    a plan to ``slo.rules.yaml``
``cases``    a plan to ``slo.tests.yaml``, for ``promtool test rules``
``check``    rules against what Prometheus 2.42 accepts, selectors against the tenant
``lints``    what Prometheus accepts and an operator regrets, over anybody's rules
===========  ====================================================================

Another indicator gets its counter in `tenant_compiler.model.metrics` and its rates in `lower`.
"""

from __future__ import annotations
