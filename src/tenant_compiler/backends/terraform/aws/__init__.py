"""A plan in the words of Amazon Web Services: keys, buckets, PostgreSQL databases, and what protects them."""

from __future__ import annotations
