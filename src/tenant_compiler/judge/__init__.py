"""Judging what was compiled: engines that evaluate Rego, the catalogue of rules, frameworks, and verdicts."""
