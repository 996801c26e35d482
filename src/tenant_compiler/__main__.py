"""`python -m tenant_compiler` is `tenant-compile`."""

from __future__ import annotations

from tenant_compiler.cli import script

if __name__ == "__main__":
    script()
