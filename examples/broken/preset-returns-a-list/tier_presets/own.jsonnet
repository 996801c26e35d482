[import 'tiers.libsonnet']
