"""Pages about rules and frameworks, made from what they say of themselves."""
