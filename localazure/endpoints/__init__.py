"""Local Azure's TLS endpoints on loopback, which real client libraries use: Entra's tenant, identities and APIs."""

from localazure.endpoints.entra.directory import Directory
from localazure.endpoints.serving import Endpoints, serve

__all__ = ["Directory", "Endpoints", "serve"]
