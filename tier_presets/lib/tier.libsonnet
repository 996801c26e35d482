// How a tier says what it adds to the one below.
//
// A tier is { defaults, limits, required, locked }:
//   defaults  settings that a tenant of the tier gets without saying anything
//   limits    numbers that no layer above may exceed (same shape as the settings)
//   required  paths that must be there once all layers are merged
//   locked    paths whose default no layer above may change
{
  // Quotas are default and limit at once: a tenant may take less, never more.
  quotas(quotas):: {
    defaults+: { quotas+: quotas },
    limits+: { quotas+: quotas },
  },

  // What of AI is counted is default and limit at once, too.
  ai(amounts):: {
    defaults+: { ai+: amounts },
    limits+: { ai+: amounts },
  },

  security(security):: { defaults+: { security+: security } },

  requires(paths):: { required+: paths },

  locks(paths):: { locked: paths },
}
