"""A policy-driven compiler and validator for multi-tenant SaaS configuration."""

from __future__ import annotations

__version__ = "0.1.0"
