"""Who a tenant's services are in AWS: a role each, with the rights to its own stores and secrets, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tenant_compiler.backends.terraform.aws.keys import key_arn
from tenant_compiler.backends.terraform.aws.names import alias, provider_of
from tenant_compiler.backends.terraform.expression import identifier, join, policy, refer
from tenant_compiler.backends.terraform.root import resource
from tenant_compiler.model.names import partition, role_name, secret_path
from tenant_compiler.model.plan_data import READER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenant_compiler.backends.terraform.expression import Expression
    from tenant_compiler.backends.terraform.root import Block
    from tenant_compiler.model.plan import Plan
    from tenant_compiler.model.plan_data import CloudHome, CloudIdentity

_READ: Final = ["kms:Decrypt", "kms:DescribeKey"]
_WRITE: Final = [*_READ, "kms:GenerateDataKey"]


def identity_blocks(plan: Plan, identity: CloudIdentity) -> Iterator[Block]:
    """Make a service account's role with its rights, and what gives it to the account's pods."""
    name = account_identifier(identity.name)
    role: dict[str, Any] = {
        "name": role_name(plan, identity.name),
        "description": f"The service account {identity.name} of {plan.tenant} in {plan.environment}",
        "assume_role_policy": _trust(plan, identity),
    }
    yield resource("aws_iam_role", name, role, identity.made_from)
    rights = {"name": "own", "role": refer("aws_iam_role", name, "id"), "policy": _rights(plan, identity)}
    yield resource("aws_iam_role_policy", name, rights, identity.made_from)
    for home in identity.homes:
        if home.kind == "pod-identity":
            association = {
                "cluster_name": home.cluster,
                "namespace": plan.name,
                "service_account": identity.name,
                "role_arn": refer("aws_iam_role", name, "arn"),
                **provider_of(plan, home.region),
            }
            # Regions as well as names: a cluster of one name may stand in two of them.
            address = f"{name}__{alias(home.region)}_{alias(home.cluster.lower())}"
            yield resource("aws_eks_pod_identity_association", address, association, identity.made_from)


def account_identifier(account: str) -> str:
    """Name what belongs to a service account in the addresses of a root; no service has an underscore in its name."""
    return "secrets_reader_" if account == READER else f"service_{identifier(account)}"


def _trust(plan: Plan, identity: CloudIdentity) -> Expression:
    """Let only this account of this namespace have the role, in the clusters that run the tenant."""
    statements = [_by_token(plan, identity, home) for home in dict.fromkeys(identity.homes) if home.kind == "irsa"]
    associated = [home for home in identity.homes if home.kind == "pod-identity"]
    if associated:
        clusters = [
            f"arn:{partition(home.region)}:eks:{home.region}:{home.account_id}:cluster/{home.cluster}"
            for home in associated
        ]
        statements.append(
            {
                "Sid": "PodIdentity",
                "Effect": "Allow",
                "Principal": {"Service": "pods.eks.amazonaws.com"},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
                "Condition": {
                    "StringEquals": {
                        "aws:RequestTag/eks-cluster-arn": clusters,
                        "aws:RequestTag/kubernetes-namespace": plan.name,
                        "aws:RequestTag/kubernetes-service-account": identity.name,
                    }
                },
            }
        )
    return policy({"Version": "2012-10-17", "Statement": statements})


def _by_token(plan: Plan, identity: CloudIdentity, home: CloudHome) -> dict[str, Any]:
    issuer = f"arn:{partition(home.region)}:iam::{home.account_id}:oidc-provider/{home.issuer}"
    claims = {f"{home.issuer}:aud": "sts.amazonaws.com"}
    claims[f"{home.issuer}:sub"] = f"system:serviceaccount:{plan.name}:{identity.name}"
    return {
        "Effect": "Allow",
        "Principal": {"Federated": issuer},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": claims},
    }


def _rights(plan: Plan, identity: CloudIdentity) -> Expression:
    statements: list[dict[str, Any]] = []
    region = plan.primary.region
    if identity.objects:
        buckets = [refer("aws_s3_bucket", identifier(store), "arn") for store in identity.objects]
        statements += [
            _allow("ListObjects", ["s3:GetBucketLocation", "s3:ListBucket"], buckets),
            _allow(
                "UseObjects",
                ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
                [join(bucket, "/*") for bucket in buckets],
            ),
        ]
    if identity.secrets:
        number = identity.homes[0].account_id
        own = secret_path(plan, "*")
        at = f"arn:{partition(region)}:secretsmanager:{region}:{number}:secret:{own}"
        statements.append(
            _allow("ReadSecrets", ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], [at])
        )
    key = key_arn(plan)
    if key is not None:
        services = [f"s3.{region}.amazonaws.com"] if identity.objects else []
        services += [f"secretsmanager.{region}.amazonaws.com"] if identity.secrets else []
        through = {"Condition": {"StringEquals": {"kms:ViaService": services}}}
        statements.append(_allow("UseKey", _WRITE if identity.objects else _READ, [key]) | through)
    return policy({"Version": "2012-10-17", "Statement": statements})


def _allow(sid: str, actions: list[str], resources: list[Any]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
