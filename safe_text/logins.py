"""Passwords in the places where programs take them without a name: short options, password files and directives.

Owns the commands that have a short option for a password, and the formats of password files. Each is a form of its own,
since `-p` is a port, a folder or a prompt in other commands. A password that only refers to a variable does not count.
"""

import re

from safe_text.random_values import has_random_letters

__all__ = ["is_login", "password_place"]

_REFERENCE = r"(?:\$|%\w+%|\{\{|\{\w+\}|<[\w -]*>|`|@Microsoft\.KeyVault|secretref:|-|\*{3})"
_VALUE = rf"[\"']?(?!{_REFERENCE})[^\s\"',]"
_PAIR = rf"[\"']?[^\s:\"',]{{0,127}}[\"']?:{_VALUE}"
_GAP, _GAP_OR_NONE = r"[\s\"',]{1,4}", r"[\s\"',=]{0,4}"
"""Characters between the words of a command: blanks, or quotes and commas of a JSON list."""
_START = rf"(?:^|[\s;&|(\"'/,\[])(?:%s)(?:\.exe)?(?={_GAP})[^\n;|&]{{0,2000}}?{_GAP}"
"""Name of a command, and its arguments up to the option for the password."""
_SHORT_OPTIONS = {
    # Attached only: the word after `mysql -p` is the database.
    r"mysql\w*|mariadb[\w-]*|mycli|7za?": rf"-p{_VALUE}",
    rf"(?:az|docker|podman|nerdctl|oc|buildah|skopeo|oras|helm{_GAP}registry){_GAP}login"
    r"|sshpass|mongo\w*|cqlsh|cypher-shell": rf"-p{_GAP_OR_NONE}{_VALUE}",
    r"sqlcmd|bcp|isql|tsql|zip|unzip|mosquitto_\w+|ipmitool": rf"-P{_GAP_OR_NONE}{_VALUE}",
    r"(?:redis|valkey)-cli": rf"-a{_GAP}{_VALUE}",
    r"ldap\w+": rf"-w{_GAP_OR_NONE}{_VALUE}",
    r"curl": rf"(?:-\w*[uU]|--user|--proxy-user){_GAP_OR_NONE}{_PAIR}",
    r"https?|xh|hey|ab": rf"(?:-[aA]|--auth){_GAP_OR_NONE}{_PAIR}",
    r"smbclient|rpcclient|smbmap": rf"(?:-U|--user){_GAP_OR_NONE}[^\s%\"'$]{{1,128}}%{_VALUE}",
    r"openssl|pkcs\w+": rf"-(?:passin|passout|pass|k){_GAP}pass:{_VALUE}",
}
_WORD = r"[\"']?[^\s\"']+[\"']?"
_POSITIONS = (
    rf"\bhtpasswd\s+-\w*b\w*\s+{_WORD}\s+{_WORD}\s+{_VALUE}",
    rf"\becho\s+(?:-n\s+)?{_PAIR}[^\n]{{0,500}}\|\s*(?:sudo\s+)?chpasswd",
    rf"\b(?:echo|printf)\s+(?:-n\s+)?{_VALUE}[^\n|]{{0,500}}\|[^\n|]{{0,500}}--password-stdin",
    rf"\bnet\s+use\s[^\n]{{1,500}}?\s{_VALUE}\S*\s+/user:",
    rf"\bnet\s+user\s+{_WORD}\s+(?!/){_VALUE}\S*\s+/add",
    rf"\blftp\s[^\n]{{0,500}}?-u\s*[^\s,]+,{_VALUE}",
    rf"\brabbitmqctl\s+(?:add_user|change_password)\s+{_WORD}\s+{_VALUE}",
    rf"\bmysqladmin\s[^\n]{{0,500}}?\bpassword\s+{_VALUE}",
)
"""Commands with the password as one of their words, or in what is piped to them."""
_COMMANDS = (
    *(re.compile(_START % names + option) for names, option in _SHORT_OPTIONS.items()),
    *map(re.compile, _POSITIONS),
)
_MARK_OF_COMMANDS = re.compile(
    r"(?:^|[\s\"',])(?:-\w*[pPaAuUwb]|--user|--proxy-user|--auth|-pass)|chpasswd|/user:|/add|add_user|change_password"
    r"|mysqladmin"
)
_FILES = (
    # netrc: "machine HOST login USER password PASSWORD", on one line or on several.
    re.compile(
        rf"(?:^|\s)(?:machine\s+\S+|default)\s+(?:(?:login|user|account)\s+\S+\s+){{1,2}}passw(?:or)?d\s+{_VALUE}"
    ),
    # The password file of PostgreSQL: "host:port:database:user:password".
    re.compile(
        r"^(?:\*|[\w./-]{1,255}|\[[0-9a-f:]+\]):(?:\*|[1-9][0-9]{2,4}):(?:\*|[\w-]{1,63}):(?:\*|[A-Za-z_][\w.@-]{0,63}):"
        rf"(?!{_REFERENCE}|[0-9]+$)[^\s:/](?:\\.|[^\n:\\])*$",
        re.MULTILINE,
    ),
    # Users of a mail relay: "[smtp.example]:587 user:password".
    re.compile(rf"^\[[\w.-]+\](?::[0-9]{{1,5}})?\s+{_PAIR}", re.MULTILINE),
    # Oracle: "user/password@host:port/service", after the driver or the command.
    re.compile(
        r"(?:jdbc:oracle:\w+:|\b(?:sqlplus|sqlldr|expdp|impdp|rman)\s(?:-\w+\s+){0,4})[\"']?[\w$#.-]{1,128}/"
        rf"{_VALUE}[^\s\"'@]*@"
    ),
    # Directives of Redis and of LDAP clients, which a blank separates from the password.
    re.compile(
        rf"^\W{{0,16}}(?:requirepass|masterauth|bindpw|rootbindpw|rootpw)\s+{_VALUE}", re.MULTILINE | re.IGNORECASE
    ),
    # SQL: CREATE USER … IDENTIFIED BY 'PASSWORD', and ALTER ROLE … PASSWORD 'PASSWORD'.
    re.compile(
        r"\b(?:create|alter)\s+(?:user|role|login)\b[^;]{0,200}?\b"
        rf"(?:identified\s+(?:with\s+\w+\s+)?by\s+{_VALUE}|password\s*=?\s*N?'(?!{_REFERENCE})[^\s'])",
        re.IGNORECASE,
    ),
)
_MARK_OF_FILES = re.compile(
    r"machine\s|default\s|:[0-9*]{1,5}:|^\[|oracle:|sqlplus|sqlldr|expdp|impdp|rman\s|requirepass|masterauth|bindpw|rootpw"
    r"|create|alter",
    re.IGNORECASE | re.MULTILINE,
)
_LOGIN = re.compile(rf"[^\s:/=\"'{{}}<>$]{{1,128}}:(?!//|{_REFERENCE})([^\s\"'{{}}:]{{4,256}})")
_PLAIN_WORDS = re.compile(r"[a-z_-]{1,24}|[A-Z_-]{1,40}|[0-9]+|/.*")


def password_place(text: str) -> str:
    """Return the place of a password without a name in a text, such as "a password in a command"; empty if none."""
    if " " in text and _MARK_OF_COMMANDS.search(text) and any(each.search(text) for each in _COMMANDS):
        return "a password in a command"
    if _MARK_OF_FILES.search(text) and any(each.search(text) for each in _FILES):
        return "a password"
    return ""


def is_login(value: str) -> bool:
    """Return True if a value is a user name and a password, `user:password`, and not two plain words."""
    found = _LOGIN.fullmatch(value)
    return found is not None and (_PLAIN_WORDS.fullmatch(found[1]) is None or has_random_letters(found[1]))
