"""The files that `init` and `new` write."""

from __future__ import annotations

from typing import Final

CONFIG: Final = """\
#:schema .tenant-compile/workspace.schema.json
# The workspace of the fleet. Paths are relative to this file and lie below its folder.
# `tenant-compile config show --origin` prints all settings with their defaults.

[workspace]
name = "{fleet}"                        # a label on every object
tenants = ["tenants/**/*.yaml"]         # one file a tenant; folders below are for people
output = "build"                        # build/<tenant>/<environment>/<target>

# What a tenant need not say: settings above those of its tier and below those of its profiles.
[defaults.placement]
cloud = "aws"

[defaults.placement.regions.eu-central-1]

# Every tenant has the first environment; one that wants several names them under `environments:`.
[environments.production]
[environments.staging]

[targets]
enable = ["kubernetes", "terraform", "prometheus", "grafana"]

# Where Terraform keeps its state, by jurisdiction. Name a bucket of your own before the first `terraform init`.
[targets.terraform.state.EU]
bucket = "{fleet}-terraform-state-eu"
region = "eu-central-1"

# A cluster profile says what a cluster offers. A tenant's region finds its cluster by cloud and region.
[cluster.shared-eu]
kubernetes = "1.34"
cloud = "aws"
region = "eu-central-1"
network_policy = "kubernetes"           # what the cluster really enforces: none, kubernetes or cilium
gateway = {{ namespace = "gateway" }}     # where clients' requests come from
monitoring = {{ namespace = "monitoring" }}
data_cidrs = ["10.20.0.0/16"]           # addresses of databases, as seen from pods
operators = ["platform-operators"]      # the group that may look into tenants' namespaces
"""

EXAMPLE: Final = """\
{modeline}
apiVersion: tenant-compiler.dev/v1
kind: Tenant
metadata:
  name: {name}                    # unique in the fleet; objects are named after it
  labels:
    segment: example             # `tenant-compile build -l segment=example` selects by it
spec:
  tier: standard                 # free, standard, premium, enterprise, enterprise_plus, white_label
  profiles: [region/eu]          # mix-ins: region/…, regulation/…, or your own from profiles/
  owner:
    team: platform               # on every object, tag and alert
  domains: [{name}.example]      # hosts of services must lie below one of these

  # Quotas, encryption and much more come from the tier; what stands here wins. Try
  # `tenant-compile explain quotas.cpu_cores -t {name}` and `tenant-compile show {name} --origin`.
  quotas:
    cpu_cores: 1.5

  services:
    web:
      image: registry.example/web:1.0.0@sha256:{digest}
      port: 8080
      probes: {{readiness: /ready}}
      uses: [records]            # a store below: opens the way to it, and nothing else
      scaling: {{minimum: 2, maximum: 4, cpu_percent: 70}}
      resources:
        requests: {{cpu_cores: 0.1, memory_gb: 0.25}}

  data:
    sql:
      records: {{engine: postgres}}

  monitoring:
    slos:
      web-available: {{service: web, objective_percent: 99.5}}
"""

DIGEST: Final = "5d3c1f7b" * 8
"""Of no image that exists: the example builds, and shows what a pinned image looks like."""

IGNORED: Final = """\
# The editor's schema; `tenant-compile schema` prints it again.
.tenant-compile/
# What is compiled. Remove the next line to commit it, as GitOps tools want; `build --check` then keeps it honest.
build/
"""

TENANT: Final = """\
{modeline}
apiVersion: tenant-compiler.dev/v1
kind: Tenant
metadata:
  name: {name}
spec:
  tier: {tier}
  owner:
    team: {team}  # who answers for the tenant
{email}{placement}{branding}
  # services, data, monitoring: see the schema, or `tenant-compile show {name} --origin` for what the tier has set.
"""

EMAIL: Final = "    email: owner@{name}.example\n"
BRANDING: Final = """\
  branding:  # the tier requires a brand of its own
    name: {name}
    domains: [{name}.example]
"""
PLACEMENT: Final = """\
  placement:
    cloud: {cloud}
    regions:
      {region}: {{}}
"""


def modeline(schema: str) -> str:
    """The line that tells editors which schema a YAML file has; it must be the first.

    Args:
        schema: the schema's path as seen from the file.
    """
    return f"# yaml-language-server: $schema={schema}"
