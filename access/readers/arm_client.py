"""HTTP client that lists resources of Azure Resource Manager, page by page.

Owns paging and the advice for callers who may not read. A next page at another host is never requested, since it would
receive the token. Other modules interpret the rows.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote, urlencode

from azure.core.credentials import TokenCredential

from access.model.errors import UnreadableSource
from access.model.json_values import Values, text
from access.readers.http_client import SIGN_IN, Service, is_loopback, other_host_refusal, signed_in

PUBLIC = "https://management.azure.com"

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MOST_PAGES = 10_000


@dataclass(frozen=True)
class Listing:
    """Rows of a list in Azure, and the failure that ended the listing, or an empty text."""

    rows: tuple[Values, ...] = ()
    failure: str = ""
    """Reason why rows are missing; empty if the listing is complete."""


class ArmClient(Service):
    """HTTP client of Azure Resource Manager for one subscription, with the caller's credential."""

    def __init__(self, subscription_id: str, credential: TokenCredential, endpoint: str = PUBLIC) -> None:
        if not _GUID.fullmatch(subscription_id):
            why = "is not a valid subscription id; `az account list --output table` shows those that you may read"
            raise UnreadableSource(f"subscription {subscription_id!r}", why)
        self.subscription = f"/subscriptions/{subscription_id}"
        origin = endpoint.rstrip("/")
        # Endpoints of other clouds are their own audience; a loopback endpoint represents the public cloud.
        super().__init__(origin, PUBLIC if is_loopback(origin) else origin, credential, self.subscription)

    def check(self) -> None:
        """Raise an error with the fix if the subscription cannot be read.

        Raises:
            UnreadableSource: it cannot be read; the message has the fix.
        """
        failure = self.get(self._url(self.subscription, "2022-12-01"))[1]
        if failure:
            why = f"{failure}; {SIGN_IN} as someone with the role Reader there, and check the id and the tenant"
            raise UnreadableSource(self.subscription, why)

    def listed(self, path: str, api_version: str, **query: str) -> Listing:
        """Return all rows of a list in Azure; after a failure, the rows before it and the failure.

        Args:
            path: path of the list, from the root.
            api_version: API version of the request.
            query: further query parameters; `filter` becomes `$filter`.

        Raises:
            UnreadableSource: nobody is signed in, or Azure cannot be reached.
        """
        rows: list[Values] = []
        for page, failure in self._pages(self._url(path, api_version, query)):
            found = page.get("value")
            items = cast("list[object]", found) if isinstance(found, list) else []
            rows.extend(cast("Values", item) for item in items if isinstance(item, Mapping))
            if failure:
                return Listing(tuple(rows), failure)
            if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in items):
                return Listing(tuple(rows), "the response is not a list of objects")
        return Listing(tuple(rows))

    def _pages(self, url: str) -> Iterator[tuple[Values, str]]:
        seen: set[str] = set()
        while url:
            if url in seen or len(seen) >= _MOST_PAGES:
                yield {"value": []}, "the next links of the list form a loop, or never end"
                return
            refusal = other_host_refusal(url, self.origin)
            if refusal:
                yield {"value": []}, refusal
                return
            seen.add(url)
            page, failure = self.get(url)
            yield page, failure
            url = "" if failure else text(page, "nextLink")

    def _url(self, path: str, api_version: str, query: Mapping[str, str] | None = None) -> str:
        parameters = {("$filter" if name == "filter" else name): value for name, value in (query or {}).items()}
        return f"{self.origin}{quote(path)}?{urlencode({**parameters, 'api-version': api_version}, quote_via=quote)}"


__all__ = ["PUBLIC", "SIGN_IN", "ArmClient", "Listing", "signed_in"]
