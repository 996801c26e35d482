"""Runs: which files, which passes, over one tenant at a time, and what is checked over the fleet."""
