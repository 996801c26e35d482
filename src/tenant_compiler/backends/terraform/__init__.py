"""The target Terraform: one root of JSON syntax for each tenant and environment, checked against recorded schemas.

==============  ======================================================================
``backend``     the back-end's class: what it honours, where its passes are
``plugin``      how the compiler gets to know the back-end and its rules
``expression``  text that Terraform evaluates, apart from text that it must not
``root``        blocks put together to one file, and taken apart again
``language``    the blocks that belong to Terraform itself
``schemas``     the recorded schemas of a provider's major version, read when first used
``check``       resources against those schemas
``references``  references against what the root declares
``lints``       what schemas cannot say, over the roots of anybody
``aws``         the plan in the words of Amazon Web Services
==============  ======================================================================

Another cloud gets a folder beside ``aws`` with a ``lower.blocks`` of its own, a line in `backend.LOWER`, and its
recorded schemas in ``scripts/make_terraform_schemas.py``.
"""

from __future__ import annotations
