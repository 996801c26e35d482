"""The neutral resource graph of one tenant in one environment.

What a field of the vocabulary *means* is decided once, in ``plan/``; back-ends only spell it in their target's words.
Sizes are integers in the smallest unit that a target knows (millicores, MiB), and ``None`` is *unlimited*. Every node
carries ``made_from``: pointers into the resolved tenant, from which findings find their way back to a line of YAML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from tenant_compiler.model.plan_data import SHARED, Isolation
from tenant_compiler.model.plan_edge import EdgeTls
from tenant_compiler.model.plan_trust import NO_TRUST, Trust
from tenant_compiler.model.record import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenant_compiler.model.plan_ai import Ai
    from tenant_compiler.model.plan_data import BreakGlass, CloudIdentity, SecretUse, Vault, Volume
    from tenant_compiler.model.plan_edge import AllowList, GeoFence
    from tenant_compiler.model.plan_operations import Scans, Tracing, Window
    from tenant_compiler.model.pointer import Pointer
    from tenant_compiler.model.rollout import Rollout, Triggers

Lineage: TypeAlias = "tuple[Pointer, ...]"
"""Nodes of the resolved tenant that a plan node or an object was made from; never empty."""


class Owner(NamedTuple):
    """Who answers for the tenant; an absent field is empty."""

    team: str
    email: str
    cost_center: str
    on_call: str


class Site(NamedTuple):
    """One region of the tenant."""

    region: str
    cloud: Literal["aws", "azure", "gcp", "on_premises"]
    role: Literal["primary", "active", "standby", "backup"]
    zones: int
    jurisdiction: str
    """``EU``, ``US`` …; empty when nobody says."""
    cluster: str
    """The cluster profile that runs workloads there; empty when none is named."""
    made_from: Lineage


class Amounts(NamedTuple):
    """Resources of one container."""

    millicores: int
    memory_mib: int
    ephemeral_mib: int | None
    """None: nothing said."""


class Replicas(NamedTuple):
    """How many run. A fixed number has ``minimum == maximum`` and no ``cpu_percent``."""

    minimum: int
    """0 only where something wakes the service up again."""
    maximum: int
    cpu_percent: int | None


class Workload(NamedTuple):
    """One service of the tenant."""

    name: str
    kind: Literal["web", "worker", "cron"]
    image: str
    command: tuple[str, ...]
    protocol: Literal["http", "grpc", "tcp"]
    port: int | None
    """None for what nobody calls (worker, cron)."""
    schedule: str
    """Five cron fields in UTC for kind ``cron``, else empty."""
    calls: tuple[str, ...]
    callers: tuple[str, ...]
    """The services whose ``calls`` name this one, in order of their names."""
    uses: tuple[str, ...]
    requests: Amounts
    limits: Amounts
    replicas: Replicas
    readiness: str
    """An HTTP path, or empty: the port alone."""
    liveness: str
    startup_seconds: int | None
    hosts: tuple[str, ...]
    """Exposed to clients under these names; empty: not exposed."""
    env: Mapping[str, str]
    maximum_unavailable: int
    bandwidth_mbps: int | None
    """This pod's share of the tenant's bandwidth at full scale, at least 1; None: unlimited."""
    unused: Lineage
    """What the service says that has no effect beside the rest, such as a range beside a fixed number."""
    made_from: Lineage
    paths: tuple[str, ...] = ("/",)
    """Exposed below these only."""
    cors_origins: tuple[str, ...] = ()
    """Other sites whose pages may call it from a browser."""
    tls: bool = False
    """It speaks TLS itself, with a certificate that it is given."""
    rollout: Rollout | None = None
    """None: a new version comes pod by pod."""
    triggers: Triggers | None = None
    """None: replicas follow CPU use only, or nothing."""
    part: Literal["service", "ai"] = "service"
    """``ai``: a model server or the client of federated learning, beside the declared services."""
    accelerators: int = 0
    """Of each replica."""
    own_egress: bool = False
    """The tenant's destinations are not for it: it reaches only those whose `Egress.only_for` names it."""
    secrets: tuple[SecretUse, ...] = ()
    volumes: tuple[Volume, ...] = ()
    trusted: bool = True
    """False: it runs in a sandbox."""

    def line(self, *path: str | int) -> Pointer:
        """Say where something about the workload stands; what the platform adds leads back to what asked for it."""
        base = self.made_from[0]
        written = base[1] == "services" or (len(base) == 4 and path[0] in MODEL_FIELDS)  # noqa: PLR2004
        return (*base, *path) if written or (base[-1] == "federation" and path[0] == "uses") else base


MODEL_FIELDS: Final = frozenset({"accelerators", "cpu_cores", "expose", "image", "memory_gb", "replicas", "uses"})
"""What a custom model says of its workload."""


class SqlStore(NamedTuple):
    """A relational database."""

    name: str
    engine: Literal["postgres"]
    version: str
    storage_gb: int
    maximum_storage_gb: int | None
    high_availability: bool
    connections: int | None
    """Its share of the quota, at least 1."""
    data_classes: tuple[str, ...]
    retention_days: int | None
    """The application deletes rows after so long; None: nothing said."""
    made_from: Lineage


class ObjectStore(NamedTuple):
    """A bucket of objects."""

    name: str
    versioning: bool
    lifecycle_days: int | None
    lock_days: int | None
    """Nobody can delete or overwrite an object before so long; None: no lock."""
    data_classes: tuple[str, ...]
    made_from: Lineage


class KeyPolicy(NamedTuple):
    """How data at rest is encrypted, and how clients of the stores connect."""

    custody: Literal["provider_managed", "customer_managed"]
    rotation_days: int
    hsm: bool
    fips: bool
    tls_minimum: Literal["1.2", "1.3"]
    made_from: Lineage


class Egress(NamedTuple):
    """A declared destination outside the platform: ``host`` or ``cidr``, the other one is empty."""

    name: str
    host: str
    cidr: str
    ports: tuple[int, ...]
    reason: str
    made_from: Lineage
    only_for: tuple[str, ...] = ()
    """The workloads that may go there; empty: all but those with `Workload.own_egress`."""


class Objective(NamedTuple):
    """A service level objective."""

    name: str
    service: str
    objective: str
    """The objective in percent as written, a decimal number in text (``99.95``): no binary fractions."""
    window_days: int
    indicator: Literal["availability"]
    made_from: Lineage


class ImagePolicy(NamedTuple):
    """Which images may run."""

    registries: tuple[str, ...]
    """Empty: any."""
    digests_required: bool
    signatures_required: bool
    made_from: Lineage


class Audit(NamedTuple):
    """The audit trail that is kept."""

    events: tuple[str, ...]
    """Of ``authentication authorization data_access configuration privileged system``."""
    online_days: int
    """Records can be searched at once for so long; at most `retention_days`."""
    retention_days: int
    immutable: bool
    separate_account: bool
    region: str
    """Of the tenant's cloud; the primary region when nobody says."""
    made_from: Lineage


class Backup(NamedTuple):
    """Backups of the stores."""

    schedule: str
    """Five cron fields in UTC."""
    copies: int
    """How many there are of each backup, the first included; at least 1."""
    region: str
    """Where the second copy is; empty: in no other region."""
    retention_days: int
    immutable: bool
    made_from: Lineage


class Identity(NamedTuple):
    """Single sign-on at the edge."""

    issuer: str
    client_id: str
    client_secret: str
    """``secret/NAME/KEY``: a secret of the cluster and its key."""
    keys_url: str
    """Where the provider publishes its keys."""
    mfa_required: bool
    mfa_methods: tuple[str, ...]
    """Of ``webauthn piv totp sms``; empty: nothing said."""
    idle_minutes: int | None
    privileged_idle_minutes: int | None
    made_from: Lineage
    groups_claim: str = ""
    """The claim with a user's groups; empty: nobody looks at groups."""
    groups: tuple[str, ...] = ()
    """The groups of all roles, each once: whoever has one gets in."""


class Duties(NamedTuple):
    """Groups of people by what they do to the tenant."""

    deployers: tuple[str, ...]
    approvers: tuple[str, ...]
    database_admins: tuple[str, ...]
    made_from: Lineage


class Edge(NamedTuple):
    """What protects exposed services before requests reach them."""

    firewall: bool
    denial_of_service: bool
    made_from: Lineage
    admin_from: Lineage = ()
    """Where it is said how administrators come in, which is never from the open internet; empty: nobody says."""


class Scanning(NamedTuple):
    """Scans for weaknesses."""

    interval_days: int
    made_from: Lineage


class OtherRegion(NamedTuple):
    """A region beside the sites that data is sent to: backups, the audit trail, logs, AI."""

    region: str
    jurisdiction: str
    """``EU``, ``US`` …; empty when nobody says."""
    made_from: Lineage
    cloud: str = ""
    """Whose region it is; empty: the tenant's cloud's."""


class Residency(NamedTuple):
    """Where data may be."""

    jurisdictions: tuple[str, ...]
    """Empty: anywhere."""
    strict: bool


class Setting(NamedTuple):
    """A public setting that every workload of the tenant sees."""

    name: str
    value: str
    made_from: Lineage


class Need(NamedTuple):
    """Something that the tenant asks of the platform. Each enabled target says whether it honours it."""

    feature: str
    """A name of the list in ``plan/needs.py``, such as ``store.sql`` or ``egress.host``."""
    what: str
    """In words, for the finding: "the SQL store `records`"."""
    pointer: Pointer


class Plan(NamedTuple):
    """All of one tenant in one environment."""

    tenant: str
    environment: str
    fleet: str
    """The workspace's name."""
    name: str
    """Prefix, tenant and environment, joined by dashes: what namespaces, buckets and roots are named with. A DNS label:
    the end of a longer one is replaced by a hash. No two of a fleet are the same (TC323)."""
    tier: str
    display_name: str
    labels: Mapping[str, str]
    """The tenant's own labels: never in selectors."""
    owner: Owner
    cloud: Literal["aws", "azure", "gcp", "on_premises"]
    domains: tuple[str, ...]
    """Hosts lie below one of these; the brand's own are among them."""
    residency: Residency
    sites: tuple[Site, ...]
    """The primary site first, the others in order of their names."""
    quotas: Mapping[str, float | int | None]
    """The ten quotas by their names in the vocabulary, in its units; None: unlimited."""
    workloads: tuple[Workload, ...]
    sql: tuple[SqlStore, ...]
    objects: tuple[ObjectStore, ...]
    keys: KeyPolicy
    audit_logging: bool
    audit: Audit | None
    """None: nobody says how long a trail is kept."""
    backup: Backup | None
    """None: no schedule."""
    identity: Identity | None
    """None: no single sign-on."""
    duties: Duties | None
    """None: no groups are named."""
    edge: Edge
    scanning: Scanning | None
    """None: nobody says how often."""
    other_regions: tuple[OtherRegion, ...]
    unused: tuple[tuple[Pointer, Pointer], ...]
    """Settings that have no effect, each with the one that it lacks."""
    images: ImagePolicy
    egress: tuple[Egress, ...]
    objectives: tuple[Objective, ...]
    settings: tuple[Setting, ...]
    extensions: Mapping[str, Any]
    """Sections of plug-ins, as resolved."""
    needs: tuple[Need, ...]
    apart_from: Lineage = ()
    """Where it is said that the tenant's environments are kept apart; empty: nobody says."""
    tracing: Tracing | None = None
    """None: nobody says anything of traces."""
    allow_list: AllowList | None = None
    """None: clients come from anywhere."""
    geo_fence: GeoFence | None = None
    """None: from any country."""
    edge_tls: EdgeTls = EdgeTls("1.2", 90, (("spec", "security", "tls"),))
    ai: Ai | None = None
    """None: no AI service, model or federated learning."""
    windows: tuple[Window, ...] = ()
    """When changes are applied; empty: at any time."""
    scans: Scans | None = None
    """None: none in the cluster."""
    isolation: Isolation = SHARED
    sealed: Mapping[str, Mapping[str, str]] = {}
    """Sealed secrets by name and key."""
    vault: Vault | None = None
    break_glass: BreakGlass | None = None
    """None: nobody may take it."""
    identities: tuple[CloudIdentity, ...] = ()
    trust: Trust = NO_TRUST
    recovery_point_minutes: int | None = None
    """Changes of so long may be lost; None: nobody says."""

    @property
    def primary(self) -> Site:
        """The site that holds the data that is written."""
        return self.sites[0]
