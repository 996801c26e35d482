{
  apiVersion: 'tenant-compiler.dev/v1',
  kind: 'Profile',
  spec: {
    security: {
      network: {
        egress: {
          ['edge-' + index]: {
            cidr: '203.0.' + std.floor(index / 250) + '.' + index % 250 + '/32',
            ports: std.range(8000, 8015),
            reason: 'deliveries',
          }
          for index in std.range(0, 1099)
        },
      },
    },
  },
}
