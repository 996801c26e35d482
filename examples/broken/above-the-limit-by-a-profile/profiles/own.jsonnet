{
  spec: {
    quotas: { memory_gb: 3 },
  },
}
