"""The target Grafana: a board for each tenant and environment, and one for each cluster's fleet.

============  ==================================================================
``backend``   the back-end's class: where its passes are
``panels``    the parts of Grafana's classic dashboard model, as plain dicts
``overview``  a plan to ``overview.json``
``quotas``    the panels that hold the tenant's use against its quotas
``fleet``     facts of all tenants to the board of a cluster
``check``     boards against the schema in ``schemas/grafana``
``lints``     the rules of dashboard-linter and ours, over anybody's boards
============  ==================================================================

A new panel is a function that returns `panels.Item`s, named in a section of `overview.sections`.
"""

from __future__ import annotations
