local f(n) = f(n + 1) tailstrict;

{ spec: { quotas: { cpu_cores: f(0) } } }
