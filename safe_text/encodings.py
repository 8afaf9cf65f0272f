"""Readable texts inside encoded ones: base64, base32, hexadecimal, gzip, percent signs, escapes of JSON and XML.

Owns the decoding, and which base64 texts are keys in DER form. Nothing here decides what a credential is; every result
is limited in size, since a compressed text may be small and its content huge.
"""

import base64
import binascii
import html
import re
import zlib
from collections.abc import Iterator
from urllib.parse import unquote

__all__ = ["encoded_parts", "is_der_private", "is_der_public", "readable_inside", "unescaped"]

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/]{24,}|[A-Za-z0-9_-]{24,})={0,2}(?![A-Za-z0-9+/_=-])")
_LINES = re.compile(r"(?<=[A-Za-z0-9+/]{60})\r?\n(?=[A-Za-z0-9+/=])")
"""Line breaks inside base64, as the command `base64` writes them after 64 or 76 characters."""
_HEXADECIMAL = re.compile(r"(?:0[xX])?((?:[0-9a-f]{2}){10,}|(?:[0-9A-F]{2}){10,})")
_SEPARATED = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-f]{2}[:, -]){10,}[0-9a-f]{2}(?![0-9A-Za-z])", re.IGNORECASE)
"""Hexadecimal digits of bytes with signs between them, as commands print them."""
_BASE32 = re.compile(r"[A-Z2-7]{24,}={0,6}")
_ESCAPED_SIGN = re.compile("%(?:3[ABD]|2[267BF]|20|40)", re.IGNORECASE)
"""The percent-encoded form of a sign that separates names and values."""
_ESCAPED_CHARACTER = re.compile(r"\\(?:u00|x)([0-9A-Fa-f]{2})")
"""A character of JSON or of a shell by its number, such as `\\u003d`, which some writers put for `=`."""
_ENTITY = re.compile(r"&(?:#[0-9]{2,3}|#x[0-9A-Fa-f]{2}|quot|apos|amp|lt|gt);")
_GZIP = b"\x1f\x8b"
_LARGEST = 1 << 16
_DER_SEQUENCE, _DER_VERSION = 0x30, b"\x02\x01"


def unescaped(text: str) -> str:
    """Return a text with its percent-encoded signs, escapes of JSON and entities of XML replaced by what they mean."""
    if "%" in text and _ESCAPED_SIGN.search(text):
        text = unquote(text)
    if "\\" in text:
        text = _ESCAPED_CHARACTER.sub(lambda found: chr(int(found[1], 16)), text)
    return html.unescape(text) if "&" in text and _ENTITY.search(text) else text


def encoded_parts(text: str) -> Iterator[str]:
    """Yield the parts of a text that may be base64 or hexadecimal bytes, joined over line breaks and separators."""
    joined = _LINES.sub("", text) if "\n" in text else text
    yield from (each[0] for each in _BASE64.finditer(joined))
    yield from (re.sub("[^0-9A-Fa-f]", "", each[0]) for each in _SEPARATED.finditer(text))


def readable_inside(encoded: str) -> str:
    """Return the readable text that base64, base32 or hexadecimal digits encode; empty if there is none."""
    if found := _HEXADECIMAL.fullmatch(encoded):
        return _readable(bytes.fromhex(found[1])) or _readable(_bytes(encoded))
    if inside := _readable(_bytes(encoded)):
        return inside
    return _readable(_base32_bytes(encoded)) if _BASE32.fullmatch(encoded) else ""


def _readable(raw: bytes) -> str:
    if raw.startswith(_GZIP):
        raw = _decompressed(raw)
    try:
        # The commands of PowerShell (`-EncodedCommand`) are UTF-16.
        inner = raw.decode("utf-16-le" if b"\0" in raw else "utf-8")
    except UnicodeDecodeError:
        return ""
    return inner if inner.replace("\n", "").replace("\r", "").replace("\t", "").isprintable() else ""


def _decompressed(raw: bytes) -> bytes:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(raw, _LARGEST)
    except zlib.error:
        return b""


def _base32_bytes(encoded: str) -> bytes:
    stripped = encoded.rstrip("=")
    try:
        return base64.b32decode(stripped + "=" * (-len(stripped) % 8))
    except (binascii.Error, ValueError):
        return b""


def _bytes(encoded: str) -> bytes:
    stripped = encoded.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(stripped + "=" * (-len(stripped) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _der_content(encoded: str) -> bytes:
    """Return the bytes inside a complete base64 DER sequence; empty if the text is none."""
    raw = _bytes(encoded) if encoded.startswith("M") else b""
    if len(raw) < 16 or raw[0] != _DER_SEQUENCE:  # noqa: PLR2004 - shorter than any key
        return b""
    size = raw[1]
    start = 2 + (size & 0x7F if size & 0x80 else 0)
    length = int.from_bytes(raw[2:start], "big") if size & 0x80 else size
    return raw[start:] if len(raw) == start + length else b""


def is_der_public(encoded: str) -> bool:
    """Return True if a base64 text is a public key or a certificate in DER form."""
    content = _der_content(encoded)
    return bool(content) and not content.startswith(_DER_VERSION)


def is_der_private(encoded: str) -> bool:
    """Return True if a base64 text is a private key or a PFX file in DER form."""
    return _der_content(encoded).startswith(_DER_VERSION)
