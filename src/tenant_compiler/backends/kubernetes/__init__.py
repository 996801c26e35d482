"""The target Kubernetes: one stream of manifests for each cluster that runs a tenant.

===============  =====================================================================
``backend``      the back-end's class: what it honours, where its passes are
``lower``        a plan to the manifests of one cluster, in the order in which they apply
``namespace``    Namespace, ResourceQuota, LimitRange
``network``      NetworkPolicy
``access``       ServiceAccount, Role, RoleBinding: of services, operators, and groups with duties
``admission``    ValidatingAdmissionPolicy and its binding: which images may run
``edge``         Gateway, routes, certificates, and the policies of Envoy Gateway before exposed services
``pods``         the pod that Deployment and CronJob share
``workloads``    Deployment, CronJob, ConfigMap
``tracks``       the versions of a service that run beside each other
``backends``     the Services behind a service's routes, with weights and headers
``scaling``      Service, HorizontalPodAutoscaler, VerticalPodAutoscaler, PodDisruptionBudget
``keda``         ScaledObject, TriggerAuthentication
``rollouts``     Rollout and AnalysisTemplate of Argo Rollouts
``ai``           what accelerators need of a pod, and which needs of AI a cluster meets
``fleet``        PriorityClass, ClientTrafficPolicy: what belongs to a cluster and to no single tenant
``schemas``      the schemas of the cluster's version, compiled when first used
``check``        objects against those schemas, and what the platform does wider than declared
``lints``        what schemas cannot say, over the objects of anybody
===============  =====================================================================

A new kind gets a module of the right name (or a function in one of these), a line in `lower.manifests`, and its schema
in the table of ``scripts/make_kubernetes_bundle.py``.
"""

from __future__ import annotations
