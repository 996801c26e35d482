"""Engines that evaluate Rego, behind one protocol."""
