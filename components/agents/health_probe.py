"""Health probe of an agent's container, and its form in a Container App."""

from typing import NotRequired, TypedDict

from pulumi_azure_native import app

__all__ = ["ProbeArgs", "container_app_probe"]


class ProbeArgs(TypedDict):
    """Health probe of a container: an HTTP GET of a path, or without a path, a TCP connection to a port."""

    port: int
    """Port of the probe."""
    path: NotRequired[str | None]
    """Path of the HTTP request."""
    initial_delay_seconds: NotRequired[int | None]
    """Seconds before the first probe."""
    period_seconds: NotRequired[int | None]
    """Seconds between probes."""
    timeout_seconds: NotRequired[int | None]
    """Seconds without a response after which a probe has failed."""
    failure_threshold: NotRequired[int | None]
    """Number of failures in a row after which the container is unhealthy."""
    success_threshold: NotRequired[int | None]
    """Number of successes in a row after which the container is healthy."""


def container_app_probe(when: str, probe: ProbeArgs) -> "app.ContainerAppProbeArgs":
    """Return a probe of a Container App, which runs at a time: `liveness`, `readiness` or `startup`."""
    path, port = probe.get("path"), probe["port"]
    return app.ContainerAppProbeArgs(
        type=app.Type(when.capitalize()),
        http_get=app.ContainerAppProbeHttpGetArgs(path=path, port=port) if path else None,
        tcp_socket=None if path else app.ContainerAppProbeTcpSocketArgs(port=port),
        initial_delay_seconds=probe.get("initial_delay_seconds"),
        period_seconds=probe.get("period_seconds"),
        timeout_seconds=probe.get("timeout_seconds"),
        failure_threshold=probe.get("failure_threshold"),
        success_threshold=probe.get("success_threshold"),
    )
