"""Azure services that local Azure simulates, one module each; requests to other services are refused by name.

What no service has is refused by name.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from localazure.arm.permissions import RequestedOperation
from localazure.arm.resource_type import InvokeFunction
from localazure.arm.type_catalogue import Catalogue
from localazure.arm.world import Values, World
from localazure.errors import UnknownType


@cache
def catalogue() -> Catalogue:
    """Return the catalogue of all resource types of all simulated services."""
    return Catalogue(kind for module in _modules() for kind in getattr(module, "TYPES", ()))


def function(token: str) -> InvokeFunction:
    """Return the simulated provider function of a function token; raise UnknownType if there is none.

    Raises:
        UnknownType: local Azure does not have it.
    """
    found = _functions().get(token)
    if found is None:
        raise UnknownType(token)
    return found


def function_operations(token: str, world: World, args: Values) -> tuple[RequestedOperation, ...]:
    """Return the operations that calling a simulated provider function requires; none if it sends no request."""
    for module in _modules():
        required = getattr(module, "FUNCTION_OPERATIONS", {}).get(token)
        if required is not None:
            return tuple(required(world, args))
    return ()


@cache
def _modules() -> tuple[ModuleType, ...]:
    folder = str(Path(__file__).parent)
    return tuple(import_module(f"{__name__}.{found.name}") for found in iter_modules([folder]))


@cache
def _functions() -> dict[str, InvokeFunction]:
    return {token: call for module in _modules() for token, call in getattr(module, "FUNCTIONS", {}).items()}
