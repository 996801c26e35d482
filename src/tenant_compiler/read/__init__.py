"""Reading what users write: YAML with positions, jsonnet, files; everything that is read here is hostile."""
