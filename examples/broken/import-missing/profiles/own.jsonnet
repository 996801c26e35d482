import 'libary.libsonnet'
