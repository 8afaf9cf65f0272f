"""Kubernetes object types in an AKS cluster that an agent is deployed as.

Whatever makes an object also waits until it is ready, and reports why it is not: `watched` is what pulumi-kubernetes
reads for that. It waits without end for what it may not read.
"""

from access.azure.types.row import KubernetesType

OBJECTS = (
    KubernetesType(
        token="kubernetes:apps/v1:Deployment",
        objects="apps/deployments",
        watched=("apps/replicasets", "persistentvolumeclaims", "pods"),
    ),
    KubernetesType(token="kubernetes:core/v1:Namespace", objects="namespaces"),
    KubernetesType(token="kubernetes:core/v1:Service", objects="services", watched=("endpoints",)),
    KubernetesType(token="kubernetes:core/v1:ServiceAccount", objects="serviceaccounts"),
    KubernetesType(token="kubernetes:networking.k8s.io/v1:NetworkPolicy", objects="networking.k8s.io/networkpolicies"),
)
