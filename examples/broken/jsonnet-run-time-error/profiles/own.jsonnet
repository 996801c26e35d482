local sizes = { small: 1 };

{
  spec: { quotas: { cpu_cores: sizes.large } },
}
