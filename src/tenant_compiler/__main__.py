"""``python -m tenant_compiler`` is ``tenant-compile``."""

from __future__ import annotations

import sys

from tenant_compiler.cli import main

if __name__ == "__main__":
    sys.exit(main())
