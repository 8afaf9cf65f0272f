"""The services that local Azure has, one module each; what is not listed here is refused by name."""

from functools import cache

from localazure.arm.resource_type import Function
from localazure.arm.type_catalogue import Catalogue
from localazure.errors import UnknownType
from localazure.services import (
    app,
    appconfiguration,
    authorization,
    cognitiveservices,
    containerregistry,
    containerservice,
    cosmosdb,
    foundry,
    keyvault,
    kubernetes,
    managedidentity,
    monitor,
    operationalinsights,
    resources,
    search,
    servicebus,
    storage,
)

_MODULES = (
    app,
    appconfiguration,
    authorization,
    cognitiveservices,
    containerregistry,
    containerservice,
    cosmosdb,
    foundry,
    keyvault,
    kubernetes,
    managedidentity,
    monitor,
    operationalinsights,
    resources,
    search,
    servicebus,
    storage,
)

_FUNCTIONS: dict[str, Function] = {**authorization.FUNCTIONS, **containerservice.FUNCTIONS}


@cache
def catalogue() -> Catalogue:
    """Every resource type of every service."""
    return Catalogue(kind for module in _MODULES for kind in module.TYPES)


def function(token: str) -> Function:
    """The provider function behind a token.

    Raises:
        UnknownType: local Azure does not have it.
    """
    found = _FUNCTIONS.get(token)
    if found is None:
        raise UnknownType(token)
    return found
