"""Writing what back-ends make: YAML, JSON, the escapes of the languages inside them, and the output tree."""
