"""From a resolved tenant to the neutral resource graph that back-ends spell in their target's words."""
