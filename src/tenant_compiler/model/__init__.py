"""The vocabulary of a tenant and the records that travel between the passes; no behaviour beyond what a record needs."""
