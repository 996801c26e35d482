"""Trying rules: fixtures and tests are run in a child process, and what they went through is counted."""
