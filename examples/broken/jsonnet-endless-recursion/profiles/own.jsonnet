local f(n) = 1 + f(n + 1);

{ spec: { quotas: { cpu_cores: f(0) } } }
