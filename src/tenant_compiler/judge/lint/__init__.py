"""Looking through rules without an engine: what no engine would say, or only for some tenant."""
