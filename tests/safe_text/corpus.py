"""Labelled corpus of credential detection: families of credentials and of public values, each drawn at run time.

No file of the project contains a text that looks like a credential; each family is a function of a random generator.
"""

import base64
import gzip
import json
import string
from collections.abc import Callable
from random import Random
from urllib.parse import quote

__all__ = ["CREDENTIALS", "PUBLIC", "Family"]

Family = Callable[[Random], tuple[str, str]]
"""Function that returns the name of a variable and a value."""

ALPHANUMERIC = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def drawn(random: Random, characters: str, count: int) -> str:
    return "".join(random.choices(characters, k=count))


def encoded(random: Random, count: int) -> str:
    return base64.b64encode(random.randbytes(count)).decode()


def guid(random: Random) -> str:
    return "-".join(drawn(random, HEX, count) for count in (8, 4, 4, 4, 12))


def pem(random: Random, kind: str, size: int = 600) -> str:
    body = encoded(random, size)
    lines = "\n".join(body[start : start + 64] for start in range(0, len(body), 64))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def der(inner: bytes) -> str:
    return base64.b64encode(b"\x30" + b"\x82" + len(inner).to_bytes(2, "big") + inner).decode()


def kubeconfig(random: Random) -> str:
    certificate, key = (in_base64(pem(random, kind)) for kind in ("CERTIFICATE", "RSA PRIVATE KEY"))
    return (
        "apiVersion: v1\nclusters:\n- cluster:\n    server: https://orders.hcp.westeurope.azmk8s.io\n  name: orders\n"
        f"users:\n- name: admin\n  user:\n    client-certificate-data: {certificate}\n    client-key-data: {key}\n"
    )


def kubeconfig_with_a_token(random: Random) -> str:
    return f"apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    token: {drawn(random, HEX, 128)}\n"


def entra_secret(random: Random) -> str:
    return f"{drawn(random, ALPHANUMERIC, 3)}8Q~{drawn(random, ALPHANUMERIC + '._~-', 34)}"


def slack_webhook(random: Random) -> str:
    team, channel = (drawn(random, string.ascii_uppercase + string.digits, 10) for _ in range(2))
    return f"https://hooks.slack.com/services/T{team}/B{channel}/{drawn(random, ALPHANUMERIC, 24)}"


def teams_webhook(random: Random) -> str:
    path = f"{guid(random)}@{guid(random)}/IncomingWebhook/{drawn(random, HEX, 32)}/{guid(random)}"
    return f"https://contoso.webhook.office.com/webhookb2/{path}"


def slack_token(random: Random) -> str:
    return (
        f"xoxb-{drawn(random, string.digits, 12)}-{drawn(random, string.digits, 13)}-{drawn(random, ALPHANUMERIC, 24)}"
    )


def login(random: Random, scheme: str, user: str) -> str:
    return f"{scheme}://{user}:{drawn(random, ALPHANUMERIC + '-_.~!', 16)}@contoso.example:6380/0"


def password(random: Random) -> str:
    return drawn(random, ALPHANUMERIC + "!#%*", random.randint(8, 20))


def strong(random: Random) -> str:
    """Return a password that a generator makes, with letters of both cases and digits."""
    return drawn(random, string.ascii_lowercase, 2) + drawn(random, ALPHANUMERIC, random.randint(8, 20)) + "7"


def storage(random: Random) -> str:
    return f"DefaultEndpointsProtocol=https;AccountName=contoso;AccountKey={encoded(random, 64)};EndpointSuffix=core"


def service_bus(random: Random) -> str:
    return (
        f"Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={encoded(random, 32)}"
    )


def sas(random: Random) -> str:
    signature = encoded(random, 32).replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    return f"https://contoso.blob.core.windows.net/box?sv=2025-01-05&se=2027-01-01&sp=r&sig={signature}"


def deployment_token(random: Random) -> str:
    return f"{drawn(random, HEX, 64)}{random.randint(1, 9)}-{guid(random)}{drawn(random, HEX, 8)}"


def function_url(random: Random) -> str:
    code = base64.urlsafe_b64encode(random.randbytes(40)).decode()
    return f"https://contoso.azurewebsites.net/api/orders?code={code}"


def jwt(random: Random) -> str:
    parts = (json.dumps({"alg": "HS256"}), json.dumps({"sub": drawn(random, string.digits, 10)}))
    head, body = (base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)
    return f"{head}.{body}.{drawn(random, ALPHANUMERIC + '_-', 43)}"


def private_der(random: Random) -> str:
    return der(b"\x02\x01\x00\x30\x0d" + random.randbytes(600))


def public_der(random: Random) -> str:
    return der(b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00" + random.randbytes(280))


def ed25519(random: Random) -> str:
    return base64.b64encode(bytes.fromhex("302a300506032b6570032100") + random.randbytes(32)).decode()


def jwk_part(random: Random, count: int = 32) -> str:
    return base64.urlsafe_b64encode(random.randbytes(count)).decode().rstrip("=")


def words(random: Random, separator: str) -> str:
    known = [
        "tenant",
        "customer",
        "order",
        "created",
        "at",
        "index",
        "invoice",
        "region",
        "page",
        "user",
        "profile",
        "item",
        "type",
        "status",
    ]
    return separator.join(random.choices(known, k=3)) + random.choice(("", "1", f"{separator}v2", f"{separator}2027"))


# The names in the findings of users and of public programs, and others of the same kinds.
CREDENTIALS: dict[str, Family] = {
    "Azure OpenAI key of 32 hexadecimal digits": lambda r: ("AZURE_OPENAI_KEY", drawn(r, HEX, 32)),
    "Bing key": lambda r: ("BING_SEARCH_V7_SUBSCRIPTION_KEY", drawn(r, HEX, 32)),
    "Document Intelligence key": lambda r: ("FORM_RECOGNIZER_KEY", drawn(r, HEX, 32)),
    "Speech key in capitals": lambda r: ("SPEECH_KEY", drawn(r, HEX.upper(), 32)),
    "hexadecimal key under a name of no meaning": lambda r: ("OPENAI", drawn(r, HEX, 32)),
    "long hexadecimal key under a name of no meaning": lambda r: ("SETTING", drawn(r, HEX, 64)),
    "numbered key": lambda r: ("COGNITIVE_KEY_2", drawn(r, HEX, 32)),
    "Azure AI key of 84 characters": lambda r: (
        "SETTING",
        f"{drawn(r, ALPHANUMERIC, 52)}JQQJ9{drawn(r, ALPHANUMERIC, 27)}",
    ),
    "Search admin key": lambda r: ("SETTING", f"{drawn(r, ALPHANUMERIC, 42)}AzSeA{drawn(r, ALPHANUMERIC, 5)}"),
    "Cosmos key": lambda r: ("COSMOS", encoded(r, 64)),
    "32-byte key": lambda r: ("BUS", encoded(r, 32)),
    "Entra client secret": lambda r: ("CLIENT", entra_secret(r)),
    "Entra client secret in a text": lambda r: ("ARGS", f"--id {guid(r)} --with {entra_secret(r)} --verbose"),
    "Tavily key": lambda r: ("TAVILY", f"tvly-{drawn(r, ALPHANUMERIC, 32)}"),
    "Tavily development key": lambda r: ("TAVILY_API_KEY", f"tvly-dev-{drawn(r, ALPHANUMERIC, 32)}"),
    "LangSmith key": lambda r: ("LANGSMITH", f"lsv2_pt_{drawn(r, HEX, 32)}_{drawn(r, HEX, 10)}"),
    "LangSmith service key": lambda r: ("LANGCHAIN_API_KEY", f"lsv2_sk_{drawn(r, HEX, 32)}_{drawn(r, HEX, 10)}"),
    "Slack webhook": lambda r: ("NOTIFY_URL", slack_webhook(r)),
    "Teams webhook": lambda r: ("NOTIFY_URL", teams_webhook(r)),
    "Slack token": lambda r: ("SLACK", slack_token(r)),
    "Slack app token": lambda r: ("SLACK", f"xapp-1-{drawn(r, ALPHANUMERIC, 11)}-{drawn(r, HEX, 64)}"),
    "redis URL with a password and no user": lambda r: ("CACHE", login(r, "redis", "")),
    "rediss URL with a password and no user": lambda r: ("REDIS_URL", login(r, "rediss", "")),
    "amqp URL with user and password": lambda r: ("BROKER", login(r, "amqps", "app")),
    "postgres URL with user and password": lambda r: ("DATABASE_URL", login(r, "postgresql+psycopg", "app")),
    "mongodb URL in a text": lambda r: ("ARGS", f"--verbose --db {login(r, 'mongodb+srv', 'app')} --fast"),
    "DB_PASS": lambda r: ("DB_PASS", password(r)),
    "DB_PASSWORD": lambda r: ("DB_PASSWORD", password(r)),
    "dbPassword": lambda r: ("dbPassword", password(r)),
    "ADMIN_PWD": lambda r: ("ADMIN_PWD", password(r)),
    "client secret by its name": lambda r: ("OAUTH_CLIENT_SECRET", password(r)),
    "kubeconfig": lambda r: ("SETTING", kubeconfig(r)),
    "kubeconfig in base64": lambda r: ("SETTING", in_base64(kubeconfig(r))),
    "kubeconfig with a token": lambda r: ("KUBECONFIG_DATA", kubeconfig_with_a_token(r)),
    "kubeconfig with a token in base64": lambda r: ("KUBECONFIG_DATA", in_base64(kubeconfig_with_a_token(r))),
    "kubeconfig in JSON": lambda r: (
        "SETTING",
        json.dumps({"users": [{"user": {"client-key-data": in_base64(pem(r, "RSA PRIVATE KEY"))}}]}),
    ),
    "deployment token": lambda r: ("deployToken", deployment_token(r)),
    "deployment token under a name of no meaning": lambda r: ("SITE", deployment_token(r)),
    "URL of a function with its key": lambda r: ("ORDERS", function_url(r)),
    "key of a function": lambda r: ("hostKey", base64.urlsafe_b64encode(r.randbytes(40)).decode()),
    "primaryKey": lambda r: ("primaryKey", drawn(r, HEX, 32)),
    "secondaryKey": lambda r: ("secondaryKey", encoded(r, 32)),
    "apimSubscriptionKey": lambda r: ("apimSubscriptionKey", drawn(r, HEX, 32)),
    "accessToken": lambda r: ("accessToken", drawn(r, ALPHANUMERIC, 40)),
    "authToken of base32": lambda r: ("authToken", drawn(r, string.ascii_lowercase + "234567", 52)),
    "JSON with apikey": lambda r: ("X", json.dumps({"apikey": drawn(r, HEX, 32)}, separators=(",", ":"))),
    "JSON with a nested key": lambda r: ("X", json.dumps({"a": [{"searchKey": drawn(r, ALPHANUMERIC, 40)}]}, indent=1)),
    "YAML with a token": lambda r: ("CONFIG", f"endpoint: https://contoso.example\nmodel-token: {drawn(r, HEX, 40)}\n"),
    "dotenv with a key": lambda r: ("CONFIG", f"MODEL=gpt-4o\nMODEL_KEY={drawn(r, HEX, 32)}\n"),
    "storage connection string": lambda r: ("STORE", storage(r)),
    "storage connection string in base64": lambda r: ("CFG", in_base64(storage(r))),
    "account key alone in base64": lambda r: ("CFG", in_base64(f"AccountKey={encoded(r, 64)}")),
    "Service Bus connection string": lambda r: ("BUS", service_bus(r)),
    "Service Bus connection string in base64": lambda r: ("BUS", in_base64(service_bus(r))),
    "database connection string": lambda r: ("DB", f"Server=tcp:contoso.example;Uid=app;Pwd={password(r)};"),
    "shared access signature": lambda r: ("DOWNLOAD", sas(r)),
    "restricted Stripe key": lambda r: ("STRIPE", f"rk_live_{drawn(r, ALPHANUMERIC, 24)}"),
    "short restricted Stripe key": lambda r: ("STRIPE", f"rk_live_{drawn(r, ALPHANUMERIC, 20)}"),
    "secret Stripe key": lambda r: ("STRIPE", f"sk_live_{drawn(r, ALPHANUMERIC, 24)}"),
    "OpenAI key": lambda r: ("MODEL", f"sk-proj-{drawn(r, ALPHANUMERIC, 48)}"),
    "Anthropic key": lambda r: ("MODEL", f"sk-ant-api03-{drawn(r, ALPHANUMERIC + '_-', 93)}"),
    "GitHub token": lambda r: ("GIT", f"ghp_{drawn(r, ALPHANUMERIC, 36)}"),
    "GitLab token": lambda r: ("GIT", f"glpat-{drawn(r, ALPHANUMERIC, 20)}"),
    "AWS key id": lambda r: ("CLOUD", f"AKIA{drawn(r, string.ascii_uppercase + string.digits, 16)}"),
    "SendGrid key": lambda r: (
        "MAIL",
        f"SG.{drawn(r, ALPHANUMERIC + '_-', 22)}.{drawn(r, ALPHANUMERIC + '_-', 43)}",
    ),
    "Hugging Face token": lambda r: ("HUB", f"hf_{drawn(r, ALPHANUMERIC, 34)}"),
    "signed token": lambda r: ("SETTING", jwt(r)),
    "bearer header": lambda r: ("HEADER", f"Authorization: Bearer {drawn(r, ALPHANUMERIC, 32)}"),
    "basic authorization": lambda r: ("HEADER", f"Authorization: Basic {in_base64('app:' + password(r))}"),
    "personal access token of Azure DevOps": lambda r: (
        "AZURE_DEVOPS_PAT",
        drawn(r, string.ascii_lowercase + "234567", 52),
    ),
    "option of a command line": lambda r: ("ARGS", f"serve --port 8080 --api-key={drawn(r, ALPHANUMERIC, 24)} --fast"),
    "option and value of a command line": lambda r: ("ARGS", f"serve --api-key {drawn(r, ALPHANUMERIC, 24)} --fast"),
    "password after an escaped quote": lambda r: ("X", json.dumps(json.dumps({"password": password(r)}))),
    "password as an element of XML": lambda r: ("X", f"<settings><password>{password(r)}</password></settings>"),
    "password with a slash in a URL": lambda r: ("X", f"redis://:{drawn(r, ALPHANUMERIC, 6)}/{password(r)}@cache/0"),
    "percent-encoded connection string": lambda r: ("X", quote(f"Server=db;Uid=app;Pwd={password(r)}", safe="")),
    "command of PowerShell in base64": lambda r: (
        "X",
        base64.b64encode(f"$env:DB_PASSWORD = '{password(r)}'".encode("utf-16-le")).decode(),
    ),
    "Shopify token": lambda r: ("SHOP", f"shpat_{drawn(r, HEX, 32)}"),
    "DigitalOcean token": lambda r: ("CLOUD", f"dop_v1_{drawn(r, HEX, 64)}"),
    "Pulumi token": lambda r: ("CLOUD", f"pul-{drawn(r, HEX, 40)}"),
    "SonarQube token": lambda r: ("SCAN", f"sqp_{drawn(r, HEX, 40)}"),
    "Supabase token": lambda r: ("DB", f"sbp_{drawn(r, HEX, 40)}"),
    "Mailgun key": lambda r: ("MAIL", f"key-{drawn(r, HEX, 32)}"),
    "New Relic key": lambda r: ("TRACES", f"NRAK-{drawn(r, string.ascii_uppercase + string.digits, 27)}"),
    "Postman key": lambda r: ("API", f"PMAK-{drawn(r, HEX, 24)}-{drawn(r, HEX, 34)}"),
    "Airtable token": lambda r: ("TABLE", f"pat{drawn(r, ALPHANUMERIC, 14)}.{drawn(r, HEX, 64)}"),
    "Docker access token": lambda r: ("HUB", f"dckr_pat_{drawn(r, ALPHANUMERIC + '_-', 27)}"),
    "age private key": lambda r: ("SETTING", f"AGE-SECRET-KEY-1{drawn(r, 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58)}"),
    "one-time password secret": lambda r: (
        "SETTING",
        f"otpauth://totp/app?secret={drawn(r, string.ascii_uppercase + '234567', 32)}",
    ),
    "header with a key": lambda r: ("HEADERS", json.dumps({"x-api-key": drawn(r, HEX, 40)})),
    "private JSON Web Key": lambda r: ("SETTING", json.dumps({"kty": "EC", "x": jwk_part(r), "d": jwk_part(r)})),
    "private key as PEM": lambda r: ("SETTING", pem(r, "PRIVATE KEY")),
    "private key as PEM in base64": lambda r: ("SETTING", in_base64(pem(r, "EC PRIVATE KEY"))),
    "private key as DER in base64": lambda r: ("SETTING", private_der(r)),
    "private key under the name of a public one": lambda r: ("PUBLIC_KEY", pem(r, "OPENSSH PRIVATE KEY")),
    "signing key of lower-case letters": lambda r: ("JWT_SIGNING_KEY", drawn(r, string.ascii_lowercase, 32)),
    "short signing key of letters": lambda r: ("TOKEN_SIGNING_KEY", drawn(r, string.ascii_lowercase, 16)),
    "encryption key of capitals": lambda r: ("ENCRYPTION_KEY", drawn(r, string.ascii_uppercase, 24)),
    "session key of letters and digits": lambda r: ("SESSION_KEY", drawn(r, string.ascii_lowercase + "0123456789", 20)),
    "user and password of Git": lambda r: ("GIT_CREDENTIAL", f"build:{strong(r)}"),
    "user and password of a proxy": lambda r: ("PROXY_AUTH", f"svc-proxy:{strong(r)}"),
    "user and password in base64": lambda r: ("REGISTRY_AUTH", in_base64(f"reader:{strong(r)}")),
    "login of a Docker configuration": lambda r: (
        "DOCKER_CONFIG_JSON",
        json.dumps({"auths": {"contoso.azurecr.io": {"auth": in_base64(f"push:{strong(r)}")}}}),
    ),
    "netrc": lambda r: ("NETRC", f"machine pkgs.contoso.example login build password {password(r)}\n"),
    "netrc on several lines": lambda r: ("SETTING", f"machine a.example\n  login x\n  password {password(r)}\n"),
    "default entry of netrc": lambda r: ("SETTING", f"default login anonymous password {password(r)}"),
    "password file of PostgreSQL": lambda r: ("PGPASS", f"db.contoso.example:5432:orders:app:{strong(r)}"),
    "password file of PostgreSQL with wildcards": lambda r: (
        "SETTING",
        f"# hostname:port:database:username:password\nlocalhost:*:*:postgres:{strong(r)}\n",
    ),
    "users of a mail relay": lambda r: ("RELAY", f"[smtp.contoso.example]:587 mailer:{strong(r)}"),
    "mysql with -p": lambda r: ("COMMAND", f"mysql -h db -u root -p{strong(r)} orders"),
    "mysqldump with -p in a list": lambda r: ("COMMAND", json.dumps(["mysqldump", "-uroot", f"-p{strong(r)}", "db"])),
    "mariadb with -p in quotes": lambda r: ("COMMAND", f"sh -c \"mariadb-admin -p'{strong(r)}' ping\""),
    "curl with -u": lambda r: ("COMMAND", f"curl -sSf -u deploy:{strong(r)} https://contoso.example/health"),
    "curl with --user": lambda r: ("COMMAND", f"curl --silent --user 'deploy:{strong(r)}' https://contoso.example"),
    "curl with -u and no user": lambda r: ("COMMAND", f"curl -u :{strong(r)} https://dev.azure.example"),
    "curl with options in one word": lambda r: ("COMMAND", f"/usr/bin/curl -fsu deploy:{strong(r)} https://a.example"),
    "curl in a list": lambda r: ("COMMAND", json.dumps(["curl", "-u", f"deploy:{strong(r)}", "https://a.example"])),
    "docker login with -p": lambda r: ("COMMAND", f"docker login contoso.azurecr.io -u push -p {strong(r)}"),
    "az login with -p": lambda r: ("COMMAND", f"az login --service-principal -u {guid(r)} -p {entra_secret(r)}"),
    "sshpass": lambda r: ("COMMAND", f"sshpass -p {strong(r)} ssh admin@contoso.example"),
    "redis-cli with -a": lambda r: ("COMMAND", f"redis-cli -h cache -a {strong(r)} ping"),
    "mongosh with -p": lambda r: ("COMMAND", f"mongosh --host db -u admin -p {strong(r)}"),
    "sqlcmd with -P": lambda r: ("COMMAND", f"sqlcmd -S db -U sa -P '{strong(r)}' -Q 'select 1'"),
    "ldapsearch with -w": lambda r: ("COMMAND", f"ldapsearch -D cn=admin -w {strong(r)} -b dc=contoso"),
    "smbclient with -U": lambda r: ("COMMAND", f"smbclient //files/share -U svc%{strong(r)}"),
    "openssl with a password": lambda r: ("COMMAND", f"openssl pkcs12 -in a.pfx -passin pass:{strong(r)} -nodes"),
    "password of Redis in its configuration": lambda r: ("REDIS_CONF", f"port 6379\nrequirepass {strong(r)}\n"),
    "password of an LDAP client": lambda r: ("NSLCD", f"uri ldaps://dc\nbindpw {strong(r)}\n"),
    "SQL that creates a user": lambda r: ("INIT", f"CREATE USER 'app'@'%' IDENTIFIED BY '{strong(r)}';"),
    "SQL that changes a role": lambda r: ("INIT", f"ALTER ROLE app WITH LOGIN PASSWORD '{strong(r)}';"),
    "Oracle URL": lambda r: ("DB", f"jdbc:oracle:thin:app/{drawn(r, ALPHANUMERIC, 12)}@//db:1521/orders"),
    "signing key of groups of letters": lambda r: (
        "LICENSE_KEY",
        "-".join(drawn(r, string.ascii_lowercase, 8) for _ in range(4)),
    ),
    "user and password of mail": lambda r: ("SMTP_CREDS", f"mailer@contoso.example:{strong(r)}"),
    "attributes of XML next to each other": lambda r: ("X", f'<add key="ClearTextPassword" value="{password(r)}" />'),
    "name and value in JSON": lambda r: ("X", json.dumps([{"name": "DB_PASSWORD", "value": password(r)}])),
    "name and value in YAML": lambda r: ("X", f"env:\n  - name: DB_PASSWORD\n    value: {strong(r)}\n"),
    "token of npm": lambda r: ("X", f"//registry.contoso.example/:_authToken={drawn(r, ALPHANUMERIC, 36)}"),
    "htpasswd": lambda r: ("COMMAND", f"htpasswd -bc /etc/users app {strong(r)}"),
    "chpasswd": lambda r: ("COMMAND", f"echo 'app:{strong(r)}' | chpasswd"),
    "password in a pipe": lambda r: ("COMMAND", f"echo {strong(r)} | docker login --password-stdin -u push"),
    "mysqladmin": lambda r: ("COMMAND", f"mysqladmin -u root password '{strong(r)}'"),
    "rabbitmqctl": lambda r: ("COMMAND", f"rabbitmqctl add_user app {strong(r)}"),
    "setx": lambda r: ("COMMAND", f"setx DB_PASSWORD {strong(r)}"),
    "variable of a container image": lambda r: ("BUILD", f"FROM contoso/base\nENV API_TOKEN {drawn(r, HEX, 40)}\n"),
    "hexadecimal bytes with colons": lambda r: ("CFG", storage(r).encode().hex(":")),
    "hexadecimal connection string": lambda r: ("CFG", storage(r).encode().hex()),
    "hexadecimal password": lambda r: ("CFG", f"password={password(r)}".encode().hex().upper()),
    "base32 of a connection string": lambda r: ("CFG", base64.b32encode(storage(r).encode()).decode()),
    "gzip in base64": lambda r: ("CFG", base64.b64encode(gzip.compress(service_bus(r).encode())).decode()),
    "base64 over several lines": lambda r: ("CFG", base64.encodebytes(storage(r).encode()).decode()),
    "JSON with escaped signs": lambda r: ("X", json.dumps({"c": service_bus(r)}).replace("=", "\\u003d")),
    "XML with entities": lambda r: ("X", f'<add value="Server=db;Pwd=&quot;{password(r)}&quot;"/>'),
}

CREDENTIAL_TYPE = "azure-native:managedidentity:FederatedIdentityCredential"
ROLE_TYPE = "shop:index:Agent$azure-native:authorization:RoleAssignment"
PUBLIC: dict[str, Family] = {
    "partition key": lambda r: ("PARTITION_KEY", words(r, "_")),
    "random partition key": lambda r: ("PARTITION_KEY", drawn(r, HEX, 32)),
    "partitionKey": lambda r: ("partitionKey", f"tenant{r.randint(1, 99)}_{words(r, '_')}"),
    "sort key": lambda r: ("SORT_KEY", f"created_at_v{r.randint(1, 9)}_index"),
    "row key": lambda r: ("ROW_KEY", guid(r)),
    "path of a partition key": lambda r: ("PARTITION_KEY", f"/{words(r, '/')}"),
    "Ed25519 public key": lambda r: ("PUBLIC_KEY", ed25519(r)),
    "Ed25519 public key without padding": lambda r: ("JWT_PUBLIC_KEY", ed25519(r).rstrip("=")),
    "RSA public key": lambda r: ("SIGNED_BY", public_der(r)),
    "public key as PEM": lambda r: ("VERIFY_WITH", pem(r, "PUBLIC KEY")),
    "line of YAML with a quoted public key": lambda r: (
        "Pulumi.dev.yaml:11",
        f'  "reviewer": {json.dumps(pem(r, "PUBLIC KEY", 44)).partition("-----END")[0]}\\',
    ),
    "certificate as PEM": lambda r: ("CA_BUNDLE", pem(r, "CERTIFICATE")),
    "certificate in base64": lambda r: ("CA_BUNDLE", in_base64(pem(r, "CERTIFICATE"))),
    "SSH public key": lambda r: ("SSH_PUBLIC_KEY", f"ssh-rsa {encoded(r, 279)} admin@contoso"),
    "SSH public key under a name of no meaning": lambda r: ("LOGIN", f"ssh-ed25519 {encoded(r, 51)} admin"),
    "public JSON Web Key": lambda r: ("SETTING", json.dumps({"kty": "RSA", "n": jwk_part(r, 256), "e": "AQAB"})),
    "public JSON Web Keys": lambda r: ("SETTING", json.dumps({"keys": [{"kty": "RSA", "n": jwk_part(r, 256)}] * 2})),
    "public PGP key": lambda r: ("SETTING", pem(r, "PGP PUBLIC KEY BLOCK")),
    "publishable Stripe key": lambda r: ("STRIPE_PUBLISHABLE_KEY", f"pk_live_{drawn(r, ALPHANUMERIC, 24)}"),
    "SHA-256 sum": lambda r: ("sha256sum", drawn(r, HEX, 64)),
    "working folder": lambda r: ("PWD", f"/srv/app{r.randint(1, 9)}"),
    "URN of a Pulumi resource": lambda r: ("resource", f"urn:pulumi:dev::shop::{CREDENTIAL_TYPE}::{drawn(r, HEX, 11)}"),
    "URN of a role assignment": lambda r: ("resource", f"urn:pulumi:dev::shop::{ROLE_TYPE}::{drawn(r, HEX, 11)}-reads"),
    "number of a pass": lambda r: ("FIRST_PASS", str(r.randint(1, 999))),
    "SHA-256 digest in base64": lambda r: ("IMAGE_DIGEST", encoded(r, 32)),
    "SHA-256 digest of a file": lambda r: ("CONTENT_SHA256", encoded(r, 32)),
    "SHA-512 checksum in base64": lambda r: ("modelChecksum", encoded(r, 64)),
    "integrity of a script": lambda r: ("INTEGRITY", f"sha256-{encoded(r, 32)}"),
    "integrity under a name of no meaning": lambda r: ("SCRIPT", f"sha384-{encoded(r, 48)}"),
    "digest of an image": lambda r: ("IMAGE", f"contoso.azurecr.io/report@sha256:{drawn(r, HEX, 64)}"),
    "SHA-256 digest in hexadecimal": lambda r: ("ARTIFACT_HASH", drawn(r, HEX, 64)),
    "MD5 digest": lambda r: ("MD5", drawn(r, HEX, 32)),
    "git commit": lambda r: ("SOURCE", drawn(r, HEX, 40)),
    "git commit of SHA-256": lambda r: ("GIT_COMMIT", drawn(r, HEX, 64)),
    "thumbprint": lambda r: ("CERTIFICATE_THUMBPRINT", drawn(r, HEX.upper(), 40)),
    "GUID": lambda r: ("SETTING", guid(r)),
    "GUID under a name for a key": lambda r: ("APPINSIGHTS_INSTRUMENTATIONKEY", guid(r)),
    "GUID without hyphens": lambda r: ("TENANT_ID", drawn(r, HEX, 32)),
    "verification id of a domain": lambda r: ("customDomainVerificationId", drawn(r, HEX.upper(), 64)),
    "resource id": lambda r: (
        "SCOPE",
        f"/subscriptions/{guid(r)}/resourceGroups/rg-Agents-01/providers/Microsoft.Authorization/roleAssignments/{guid(r)}",
    ),
    "connection string of a keyless Application Insights": lambda r: (
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        f"InstrumentationKey={guid(r)};IngestionEndpoint=https://westeurope-5.in.example/;ApplicationId={guid(r)}",
    ),
    "connection string without a password": lambda r: (
        "SQL_CONNECTION_STRING",
        f"Server=tcp:db{r.randint(1, 99)}.database.windows.net,1433;Authentication=Active Directory Managed Identity;",
    ),
    "URL of a secret": lambda r: (
        "SIGNING_KEY",
        f"https://vault{r.randint(1, 99)}.vault.azure.net/secrets/signing-key",
    ),
    "reference to a key vault": lambda r: (
        "API_KEY",
        f"@Microsoft.KeyVault(SecretUri=https://v{r.randint(1, 9)}.vault.azure.net/secrets/k)",
    ),
    "reference in a URL": lambda r: ("REDIS_URL", f"redis://:$(REDIS_PASSWORD)@cache{r.randint(1, 9)}:6379/0"),
    "URL with a port": lambda r: ("BASE", f"http://localhost:{r.randint(1024, 65535)}/users/@me"),
    "secret that the engine masks": lambda r: (r.choice(("DB_PASSWORD", "API_KEY", "loginPassword")), "[secret]"),
    "annotation of a Kubernetes object": lambda r: ("checksum/config", drawn(r, HEX, 64)),
    "key data of a public SSH key": lambda r: ("keyData", f"ssh-rsa {encoded(r, 279)} azureuser"),
    "version of a secret": lambda r: (
        "secretUriWithVersion",
        f"https://contoso.vault.azure.net/secrets/signing/{drawn(r, HEX, 32)}",
    ),
    "user data of a machine": lambda r: (
        "customData",
        in_base64(f"#cloud-config\npackage_update: true\nruncmd:\n- echo {words(r, '-')}\n"),
    ),
    "roles in a condition": lambda r: (
        "condition",
        f"@Request[a:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{drawn(r, HEX, 32)}}}",
    ),
    "picture in a data URL": lambda r: ("LOGO", f"data:image/png;base64,iVBORw0KGgo{encoded(r, 150)}"),
    "options of a command without a credential": lambda r: (
        "ARGS",
        f"serve --token-file /run/secrets/token --secret-name {words(r, '-')} --key-type rsa-2048",
    ),
    "digest after a name": lambda r: ("FILE", f"app-{drawn(r, HEX, 40)}.js"),
    "percent-encoded path": lambda r: ("PATH_PREFIX", quote(f"incoming/{words(r, ' ')}: drafts", safe="")),
    "name of a key": lambda r: ("KEY_NAME", words(r, "-")),
    "plain name under a name for a key": lambda r: ("LOCALIZED_KEY", words(r, "_")),
    "name of a secret": lambda r: ("secret", words(r, "-")),
    "type token of Pulumi": lambda r: (
        "token",
        r.choice(("azure-native:cosmosdb:SqlResourceSqlRoleAssignment", "a:B")),
    ),
    "name of the group of a cluster's nodes": lambda r: (
        "nodeResourceGroup",
        f"MC_fabrikam-agents-production_fabrikam-fleet-prd{r.randint(1, 9)}_westeurope",
    ),
    "model": lambda r: ("MODEL", r.choice(("text-embedding-3-large", "gpt-4o-mini-2024-07-18", "o3-deep-research"))),
    "number of tokens": lambda r: ("MAX_TOKENS", str(r.randint(1, 200_000))),
    "date": lambda r: ("SINCE", f"2027-0{r.randint(1, 9)}-1{r.randint(0, 9)}T00:00:00Z"),
    "sentence": lambda r: (
        "PROMPT",
        f"Summarise {words(r, ' ')}; the password is never in a text: ask for the token instead.",
    ),
    "commands without a password": lambda r: (
        "COMMAND",
        r.choice(
            (
                "mysql -h db -u root -p orders",
                "mysqladmin -u root --protocol=tcp ping",
                f"docker run -p {r.randint(1024, 9999)}:80 -u 1000:1000 contoso/web",
                "docker login contoso.azurecr.io --password-stdin -u push",
                f"ssh -p {r.randint(1024, 9999)} admin@contoso.example",
                "mkdir -p /srv/app/data && cp -a /src /srv",
                "redis-server --appendonly yes",
                "uvicorn main:app --port 8080 -u now",
                f"curl -fsS http://localhost:{r.randint(1024, 9999)}/health",
                "az aks get-credentials -g contoso -n fleet",
                "htpasswd -c /etc/users app",
                "echo ready | tee /tmp/state && docker login -u push",
                "setx REGION westeurope",
                "net use z: \\\\files\\share",
            )
        ),
    ),
    "commands that refer to a password": lambda r: (
        "COMMAND",
        r.choice(
            (
                "mysql -u root -p$MYSQL_PASSWORD orders",
                'mysqldump -uroot -p"${MYSQL_PASSWORD}" orders',
                "curl -u deploy:$(TOKEN) https://contoso.example",
                'curl --user "$USER:$PASSWORD" https://contoso.example',
                "docker login -u push -p $(REGISTRY_PASSWORD)",
                "sshpass -p {{ password }} ssh admin@contoso.example",
                "redis-cli -a %REDIS_PASSWORD% ping",
                "openssl pkcs12 -passin pass:$PFX_PASSWORD -nodes",
                "machine a.example login build password $TOKEN",
                "localhost:5432:orders:app:$PGPASSWORD",
                "echo $REGISTRY_PASSWORD | docker login --password-stdin -u push",
                '<add key="DbPassword" value="$(DB_PASSWORD)" />',
                "- name: DB_PASSWORD\n  valueFrom: { secretKeyRef: { name: db, key: password } }",
                "ALTER ROLE app PASSWORD '$(NEW_PASSWORD)'",
            )
        ),
    ),
    "hexadecimal text": lambda r: ("GREETING", f"Good morning, {words(r, ' ')}, and welcome".encode().hex()),
    "gzip in base64 without a credential": lambda r: (
        "customData",
        base64.b64encode(gzip.compress(f"#cloud-config\npackages: [{words(r, '-')}]\n".encode())).decode(),
    ),
    "fingerprint of a certificate": lambda r: ("CERTIFICATE", r.randbytes(20).hex(":")),
    "serial number with colons": lambda r: ("CERTIFICATE", r.randbytes(32).hex(":").upper()),
    "short words under a name for a key": lambda r: (
        "ACCESS_KEY",
        "-".join(r.sample(("kv", "contoso", "fabrikam", "prod", "weu", "orders", "agents", "input"), 4)),
    ),
    "times and addresses with colons": lambda r: (
        "SETTING",
        r.choice(
            (
                f"broker-{r.randint(0, 9)}.contoso.example:9093",
                ":".join(drawn(r, HEX, 2) for _ in range(6)),
                f"2027:11:28:12:{r.randint(10, 59)}",
                f"fe80:{r.randint(100, 999)}:1:2:{r.randint(1, 9)}",
                f"contoso.azurecr.io:443/team/app:1.{r.randint(0, 99)}",
                f"arn:aws:iam:{r.randint(100, 999)}:role/reader",
                f"system:serviceaccount:{words(r, '-')}:runner",
            )
        ),
    ),
    "kind of a login": lambda r: (
        r.choice(("KAFKA_AUTH", "AZURE_CREDENTIAL", "LOGIN")),
        r.choice(("sasl:plain", "env:AZURE_CLIENT", "managed-identity", "oauth2:enabled", "anonymous", "none:0000")),
    ),
    "name in one word under a name for a key": lambda r: (
        "SIGNING_KEY",
        "".join(r.sample(("invoice", "signing", "customer", "orders", "payment", "report", "external"), 3)),
    ),
    "sentence about a password": lambda r: (
        "HELP",
        f"Create user accounts for {words(r, ' ')}, then reset the password. Default login pages have a name.",
    ),
    "text in base64": lambda r: ("GREETING", in_base64(f"Good morning, {words(r, ' ')}, and welcome to Contoso")),
}
