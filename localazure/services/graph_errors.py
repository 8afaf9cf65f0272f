"""Errors of Microsoft Graph that several types of objects of Entra have in common.

Owns their codes and status. A message with capital letters is Graph's own.
"""

from localazure.errors import AzureError


def bad_request(message: str) -> AzureError:
    """Return Microsoft Graph's error for a request whose values are not valid."""
    return AzureError("Request_BadRequest", message)


def not_found(object_id: str) -> AzureError:
    """Return Microsoft Graph's error for an object that the tenant does not contain."""
    return AzureError(
        "Request_ResourceNotFound",
        f"Resource '{object_id}' does not exist or one of its queried reference-property objects are not present.",
        404,
    )


def already_taken(message: str) -> AzureError:
    """Return Microsoft Graph's error for an object with a key that another object has."""
    return AzureError("Request_MultipleObjectsWithSameKeyValue", message, 409)


def import_required(what: str) -> AzureError:
    """Return the error of the provider azuread for creating what exists in Entra already."""
    return AzureError("ImportRequired", f"{what} exists already; import it, or remove it from the program", 409)
