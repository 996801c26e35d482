"""A plan in the words of Amazon Web Services: one key, buckets, PostgreSQL databases."""

from __future__ import annotations
