import 'linked.libsonnet'
