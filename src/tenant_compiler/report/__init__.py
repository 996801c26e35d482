"""Reports: findings with their lines, as text for people and in the formats of other programs."""

from __future__ import annotations
