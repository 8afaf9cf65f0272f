"""Detection of tokens in a vendor's format, such as Slack's, with the patterns of `detect-secrets`.

The plugins of that package can verify some tokens by a request to the vendor. Only their patterns are used here, and
nothing is sent.
"""

import re
from functools import cache
from importlib import import_module
from typing import cast

__all__ = ["vendor_token"]

# Module -> class of each plugin. Not used are the plugins for keywords, high entropy and addresses, whose questions
# this package answers with the name of the variable; those for IBM, Twilio, Artifactory and Cloudant, whose patterns
# match ordinary words; and those for URLs with passwords and signed tokens, for which `credentials` has stricter ones.
_PLUGINS = {
    "aws": "AWSKeyDetector",
    "discord": "DiscordBotTokenDetector",
    "github_token": "GitHubTokenDetector",
    "gitlab_token": "GitLabTokenDetector",
    "mailchimp": "MailchimpDetector",
    "npm": "NpmDetector",
    "openai": "OpenAIDetector",
    "private_key": "PrivateKeyDetector",
    "pypi_token": "PypiTokenDetector",
    "sendgrid": "SendGridDetector",
    "slack": "SlackDetector",
    "square_oauth": "SquareOAuthDetector",
    "stripe": "StripeDetector",
    "telegram_token": "TelegramBotTokenDetector",
}
# A long word with a digit, and with a capital, an underscore or the length of a key, but no GUID; or the words of
# a pattern without such a word. Ordinary names of resources are none, so that most commands load no pattern.
_CANDIDATE = re.compile(
    r"(?<![\w+=-])(?![0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-]))"
    r"(?=[A-Za-z_+=-]{0,64}[0-9])(?=[\w+=-]{32}|[a-z0-9+=-]{0,31}[A-Z_])[\w+=-]{20}"
    r"|PRIVATE KEY|PuTTY|hooks\.slack\.com|_authToken",
    re.ASCII,
)
# Tokens that the package does not know, and whose random part is hexadecimal or base32, so that only the prefix
# distinguishes them from a digest: Shopify, DigitalOcean, SonarQube, Supabase, Pulumi, Mailgun, New Relic, Postman,
# Docker, Airtable, age.
_MORE = re.compile(
    r"(?<![\w-])(?:(?:(?:shp(?:at|ca|pa|ss)|do[opr]_v1|sq[apu]|sbp)_|pul-|key-)[0-9a-f]{32,64}"
    r"|NRAK-[A-Z0-9]{27}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}|dckr_[po]at_[\w-]{20,}|pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"
    r"|AGE-SECRET-KEY-1[A-Z0-9]{50,})(?![\w-])"
)


def vendor_token(text: str) -> str:
    """Return the kind of vendor token that a text contains ("a Slack token"); empty if there is none."""
    if _CANDIDATE.search(text) is None:
        return ""
    if _MORE.search(text):
        return "an API key"
    return next((kind for kind, pattern in _patterns() if pattern.search(text)), "")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    # Loaded at the first candidate: the package loads an HTTP client, which most commands do not need.
    found: list[tuple[str, re.Pattern[str]]] = []
    for module, name in _PLUGINS.items():
        plugin = getattr(import_module(f"detect_secrets.plugins.{module}"), name)
        kind = str(plugin.secret_type)
        article = "an" if kind[0] in "AEIOU" else "a"
        patterns = cast("tuple[re.Pattern[str], ...]", tuple(plugin.denylist))
        found += [(f"{article} {kind}", pattern) for pattern in patterns]
    return tuple(found)
