"""From a tenant's document to what the tenant is in one environment: layers, merge, limits, locks and origins."""
