"""Azure Resource Manager: reading lists page by page.

Owns following pages, and what to tell whoever may not read. A page that lies at another address is not asked: it would
be handed the token. What the answers mean is the business of the modules beside.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote, urlencode

from azure.core.credentials import TokenCredential

from access.model.errors import UnreadableSource
from access.model.json_values import Values, text
from access.readers.http_client import SIGN_IN, Service, is_loopback, origin_of, signed_in

PUBLIC = "https://management.azure.com"

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MOST_PAGES = 10_000


@dataclass(frozen=True)
class Listing:
    """What a list answered."""

    rows: tuple[Values, ...] = ()
    failure: str = ""
    """Why it is not whole; empty where it is."""


class ArmClient(Service):
    """One subscription, as whoever holds the credential may read it."""

    def __init__(self, subscription_id: str, credential: TokenCredential, endpoint: str = PUBLIC) -> None:
        if not _GUID.fullmatch(subscription_id):
            why = "is no subscription id; `az account list --output table` shows those that you may read"
            raise UnreadableSource(f"subscription {subscription_id!r}", why)
        self.subscription = f"/subscriptions/{subscription_id}"
        origin = endpoint.rstrip("/")
        # Endpoints of other clouds are their own audience; a loopback one stands in for the public cloud.
        super().__init__(origin, PUBLIC if is_loopback(origin) else origin, credential, self.subscription)

    def check(self) -> None:
        """Make sure that the subscription can be read at all.

        Raises:
            UnreadableSource: it cannot, with what to do.
        """
        failure = self.get(self._url(self.subscription, "2022-12-01"))[1]
        if failure:
            why = f"{failure}; {SIGN_IN} as someone with the role Reader there, and check the id and the tenant"
            raise UnreadableSource(self.subscription, why)

    def listed(self, path: str, api_version: str, **query: str) -> Listing:
        """All rows of a list; after a failure those that were read before it.

        Args:
            path: of the list, from the root.
            api_version: which form of the answer.
            query: more of the query; `filter` becomes `$filter`.

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
                return Listing(tuple(rows), "the answer is no list of objects")
        return Listing(tuple(rows))

    def _pages(self, url: str) -> Iterator[tuple[Values, str]]:
        seen: set[str] = set()
        while url:
            if url in seen or len(seen) >= _MOST_PAGES:
                yield {"value": []}, "its pages lead in a circle, or have no end"
                return
            if origin_of(url) != origin_of(self.origin):
                yield {"value": []}, "its next page lies at another address, which is not asked"
                return
            seen.add(url)
            page, failure = self.get(url)
            yield page, failure
            url = "" if failure else text(page, "nextLink")

    def _url(self, path: str, api_version: str, query: Mapping[str, str] | None = None) -> str:
        asked = {("$filter" if name == "filter" else name): value for name, value in (query or {}).items()}
        return f"{self.origin}{quote(path)}?{urlencode({**asked, 'api-version': api_version}, quote_via=quote)}"


__all__ = ["PUBLIC", "SIGN_IN", "ArmClient", "Listing", "signed_in"]
