"""Prometheus: recordings and burn-rate alerts of service level objectives, with unit tests for `promtool`."""

from __future__ import annotations
