"""One folder a target: ``lower.py`` spells a plan in its words, ``check.py`` holds the result to its own schema.

Back-ends never import each other. What targets share lives in ``emit`` (how text is written and escaped) and ``model``.
"""

from __future__ import annotations
