{
  spec: {
    quotas: { cpu_cores: 1, ,
  },
}
