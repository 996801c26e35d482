"""The vocabulary of a tenant, and the records that travel between the passes."""
