"""Specification of an agent's pod in AKS, which the restricted Pod Security Standard admits.

Owns what the container may do: nothing as root, no privileges, and no file but those of a folder of the pod
("Pod Security Standards", kubernetes.io, 1.33).
"""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

import pulumi
from pulumi_kubernetes import core

from components.agents.health_probe import ProbeArgs

__all__ = ["PodArgs", "pod_spec"]


class PodArgs(TypedDict):
    """Arguments of a pod with one container."""

    app_name: str
    """Name of the agent's Kubernetes objects: service account, deployment and Service."""
    cpu: float
    """Cores of each pod, as request and as limit."""
    memory: str
    """Memory of each pod, such as `1Gi`, as request and as limit."""
    port: NotRequired[int | None]
    """Port on which the agent listens; without a port, nothing can reach the agent."""
    user_id: NotRequired[int | None]
    """Numeric user id of the container; by default the image's, which must be a number and not 0."""
    variables: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Environment variables; never secrets, since everybody who may see the pods can read them."""
    probes: NotRequired[Mapping[str, ProbeArgs]]
    """`liveness`, `readiness` or `startup` → the health probe."""


def pod_spec(
    args: PodArgs, image: pulumi.Input[str], variables: Mapping[str, pulumi.Input[str]]
) -> "core.v1.PodSpecArgs":
    """Return the specification of a pod.

    Args:
        args: names, sizes and probes.
        image: image of the container, with the host of its registry.
        variables: all environment variables of the container.
    """
    # Workload identity projects its own token, for Entra ID only; the pod gets no token for the cluster's API.
    return core.v1.PodSpecArgs(
        service_account_name=args["app_name"],
        automount_service_account_token=False,
        enable_service_links=False,
        security_context=core.v1.PodSecurityContextArgs(
            run_as_non_root=True,
            run_as_user=args.get("user_id"),
            seccomp_profile=core.v1.SeccompProfileArgs(type="RuntimeDefault"),
        ),
        containers=[_container(args, image, variables)],
        # The only directory that the container can write to; it is deleted with the pod.
        volumes=[core.v1.VolumeArgs(name="tmp", empty_dir=core.v1.EmptyDirVolumeSourceArgs(size_limit="256Mi"))],
    )


def _container(
    args: PodArgs, image: pulumi.Input[str], variables: Mapping[str, pulumi.Input[str]]
) -> "core.v1.ContainerArgs":
    port, limits = args.get("port"), {"cpu": f"{args['cpu']:g}", "memory": args["memory"]}
    probes = {when: _probe(probe) for when, probe in args.get("probes", {}).items()}
    return core.v1.ContainerArgs(
        name=args["app_name"],
        image=image,
        image_pull_policy="Always",
        env=[core.v1.EnvVarArgs(name=key, value=value) for key, value in sorted(variables.items())],
        ports=[core.v1.ContainerPortArgs(container_port=port, protocol="TCP")] if port else None,
        resources=core.v1.ResourceRequirementsArgs(requests=limits, limits=limits),
        security_context=core.v1.SecurityContextArgs(
            allow_privilege_escalation=False,
            privileged=False,
            read_only_root_filesystem=True,
            run_as_non_root=True,
            capabilities=core.v1.CapabilitiesArgs(drop=["ALL"]),
            seccomp_profile=core.v1.SeccompProfileArgs(type="RuntimeDefault"),
        ),
        volume_mounts=[core.v1.VolumeMountArgs(name="tmp", mount_path="/tmp")],  # noqa: S108 - a volume of the pod's
        liveness_probe=probes.get("liveness"),
        readiness_probe=probes.get("readiness"),
        startup_probe=probes.get("startup"),
    )


def _probe(probe: ProbeArgs) -> "core.v1.ProbeArgs":
    path, port = probe.get("path"), probe["port"]
    return core.v1.ProbeArgs(
        http_get=core.v1.HTTPGetActionArgs(path=path, port=port) if path else None,
        tcp_socket=None if path else core.v1.TCPSocketActionArgs(port=port),
        initial_delay_seconds=probe.get("initial_delay_seconds"),
        period_seconds=probe.get("period_seconds"),
        timeout_seconds=probe.get("timeout_seconds"),
        failure_threshold=probe.get("failure_threshold"),
        success_threshold=probe.get("success_threshold"),
    )
