"""A small Sigstore on 127.0.0.1: certificate authority, certificate log and transparency log, with keys of its own.

It answers the real client as Fulcio and Rekor do: the identity in a certificate is that of the ID token, whose
signature is verified. Keys are made for each instance and are kept nowhere. Sources: sigstore/fulcio,
config/identity/config.yaml and docs/oid-info.md, 2026-08; RFC 6962, 2013; sigstore 4.5.1 for Python.
"""

import hashlib
import json
import struct
import time
from base64 import b64decode, b64encode
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from localazure.endpoints.signed_tokens import decoded, signing_key
from tests.loopback_server import loopback_server

SERVER = "https://github.com"
_RAW_ISSUER = "1.3.6.1.4.1.57264.1.1"
_TEXTS = {
    8: "{iss}",
    9: "{server}/{job_workflow_ref}",
    12: "{server}/{repository}",
    13: "{sha}",
    14: "{ref}",
    15: "{repository_id}",
    20: "{event_name}",
    21: "{server}/{repository}/actions/runs/{run_id}/attempts/{run_attempt}",
}
"""Number of each extension of a certificate → its text, as Fulcio makes it from the claims of GitHub's token."""


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _public(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _id(key: ec.EllipticCurvePrivateKey) -> bytes:
    return hashlib.sha256(_public(key)).digest()


def _text(data: bytes) -> str:
    return b64encode(data).decode()


@dataclass
class LocalSigstore:
    """Sigstore of a test; the test changes what it answers."""

    url: str = ""
    fulcio_status: int = 200
    rekor_status: int = 200
    authority: ec.EllipticCurvePrivateKey = field(default_factory=_key)
    certificate_log: ec.EllipticCurvePrivateKey = field(default_factory=_key)
    transparency_log: ec.EllipticCurvePrivateKey = field(default_factory=_key)
    entries: int = 0
    """Number of entries in the transparency log."""

    def __post_init__(self) -> None:
        name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "sigstore of a test")])
        now = datetime.now(UTC)
        self.root = (
            x509.CertificateBuilder(name, name, self.authority.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.authority.public_key()), critical=False)
            .sign(self.authority, SHA256())
        )

    def trust_config(self) -> str:
        """Return the addresses and public keys of this instance, in the form of Sigstore's clients."""
        valid = {"start": "2020-01-01T00:00:00Z"}

        def log(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
            public = {"rawBytes": _text(_public(key)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": valid}
            return {
                "baseUrl": self.url,
                "hashAlgorithm": "SHA2_256",
                "publicKey": public,
                "logId": {"keyId": _text(_id(key))},
            }

        service = {"url": self.url, "majorApiVersion": 1, "validFor": valid, "operator": "test"}
        certificate = {"rawBytes": _text(self.root.public_bytes(Encoding.DER))}
        return json.dumps(
            {
                "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
                "trustedRoot": {
                    "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                    "tlogs": [log(self.transparency_log)],
                    "certificateAuthorities": [
                        {
                            "subject": {"organization": "test", "commonName": "test"},
                            "uri": self.url,
                            "certChain": {"certificates": [certificate]},
                            "validFor": valid,
                        }
                    ],
                    "ctlogs": [log(self.certificate_log)],
                    "timestampAuthorities": [],
                },
                "signingConfig": {
                    "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
                    "caUrls": [service],
                    "oidcUrls": [],
                    "rekorTlogUrls": [service],
                    "tsaUrls": [],
                    "rekorTlogConfig": {"selector": "ANY"},
                    "tsaConfig": {"selector": "ANY"},
                },
            }
        )

    def certify(self, token: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return a certificate for the key of a request and the identity of an ID token, as Fulcio does.

        Raises:
            ValueError: nobody signed the token whose tokens are accepted, or its audience is another one.
        """
        claims = json.loads(decoded(token.split(".")[1]))
        if not signing_key("pipeline").verifies(token) or claims["aud"] != "sigstore":
            raise ValueError("the token is not accepted")
        key = x509.load_pem_x509_csr(b64decode(request["certificateSigningRequest"])).public_key()
        now, identity = datetime.now(UTC).replace(microsecond=0), {"server": SERVER, **claims}
        builder = (
            x509.CertificateBuilder(self.root.subject, x509.Name([]), key, x509.random_serial_number())  # pyright: ignore[reportArgumentType] (any public key)
            .not_valid_before(now)
            .not_valid_after(now + timedelta(minutes=10))
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.authority.public_key()), critical=False
            )
            .add_extension(
                x509.SubjectAlternativeName([x509.UniformResourceIdentifier(_TEXTS[9].format(**identity))]),
                critical=True,
            )
            .add_extension(
                x509.UnrecognizedExtension(ObjectIdentifier(_RAW_ISSUER), str(claims["iss"]).encode()), critical=False
            )
        )
        for number, form in _TEXTS.items():
            text = form.format(**identity).encode()
            value = b"\x0c" + (bytes([len(text)]) if len(text) < 128 else bytes([0x81, len(text)])) + text
            builder = builder.add_extension(
                x509.UnrecognizedExtension(ObjectIdentifier(f"1.3.6.1.4.1.57264.1.{number}"), value), critical=False
            )
        logged = builder.sign(self.authority, SHA256()).tbs_certificate_bytes
        stamped = builder.add_extension(
            x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2"), self._timestamps(logged)),
            critical=False,
        ).sign(self.authority, SHA256())
        chain = [each.public_bytes(Encoding.PEM).decode() for each in (stamped, self.root)]
        return {"signedCertificateEmbeddedSct": {"chain": {"certificates": chain}}}

    def log(self, proposed: Mapping[str, Any]) -> dict[str, Any]:
        """Return the entry of the transparency log for a signed envelope, as Rekor does: each is alone in its tree."""
        content = proposed["spec"]["proposedContent"]
        envelope = json.loads(content["envelope"])
        body = rfc8785.dumps(
            {
                "apiVersion": "0.0.1",
                "kind": "dsse",
                "spec": {
                    "envelopeHash": {
                        "algorithm": "sha256",
                        "value": hashlib.sha256(content["envelope"].encode()).hexdigest(),
                    },
                    "payloadHash": {
                        "algorithm": "sha256",
                        "value": hashlib.sha256(b64decode(envelope["payload"])).hexdigest(),
                    },
                    "signatures": [
                        {"signature": envelope["signatures"][0]["sig"], "verifier": content["verifiers"][0]}
                    ],
                },
            }
        )
        self.entries += 1
        entry = {
            "body": _text(body),
            "integratedTime": int(time.time()),
            "logID": _id(self.transparency_log).hex(),
            "logIndex": 0,
        }
        root = hashlib.sha256(b"\x00" + body).digest()
        note = f"sigstore of a test\n1\n{_text(root)}\n"
        signed_note = _text(_id(self.transparency_log)[:4] + self._sign(self.transparency_log, note.encode()))
        return {
            "uuid": {
                **entry,
                "verification": {
                    "signedEntryTimestamp": _text(self._sign(self.transparency_log, rfc8785.dumps(entry))),
                    "inclusionProof": {
                        "logIndex": 0,
                        "rootHash": root.hex(),
                        "treeSize": 1,
                        "hashes": [],
                        "checkpoint": f"{note}\n\u2014 test {signed_note}\n",
                    },
                },
            }
        }

    def _timestamps(self, certificate: bytes) -> bytes:
        """Return the extension in which the certificate log promises to have a certificate (RFC 6962, 3.2 and 3.3)."""
        moment = int(time.time() * 1000)
        issuer = hashlib.sha256(_public(self.authority)).digest()
        entry = issuer + len(certificate).to_bytes(3, "big") + certificate
        signature = self._sign(self.certificate_log, struct.pack("!BBQH", 0, 0, moment, 1) + entry + b"\0\0")
        stamp = b"\0" + _id(self.certificate_log) + struct.pack("!QH", moment, 0) + b"\4\3"
        stamp += struct.pack("!H", len(signature)) + signature
        listed = struct.pack("!HH", len(stamp) + 2, len(stamp)) + stamp
        return b"\x04" + (bytes([len(listed)]) if len(listed) < 128 else bytes([0x81, len(listed)])) + listed

    @staticmethod
    def _sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
        return key.sign(data, ec.ECDSA(SHA256()))


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


@contextmanager
def serving() -> Generator[LocalSigstore]:
    """Serve a Sigstore until the context ends."""
    sigstore = LocalSigstore()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(sigstore.fulcio_status if self.path == "/api/v2/trustBundle" else sigstore.rekor_status, {})

        def do_POST(self) -> None:
            document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/api/v1/log/entries":
                status = sigstore.rekor_status
                self._answer(status, sigstore.log(document) if status == 200 else {"code": status, "message": "no"})
                return
            try:
                chain = sigstore.certify(self.headers["Authorization"].removeprefix("Bearer "), document)
            except ValueError as error:
                self._answer(401, {"code": 16, "message": str(error)})
            else:
                self._answer(sigstore.fulcio_status, chain)

        def _answer(self, status: int, document: object) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with loopback_server(Handler) as address:
        sigstore.url = address
        yield sigstore
