"""Texts of the finding rules about keys of a vault that agents sign with."""

from access.findings.finding import Rule

RULES = (
    Rule(
        id="signing-key-permits-more",
        severity="error",
        title="A key that agents sign with permits more than signing",
        why="A key for decryption is of use to somebody who has recorded traffic, and an exportable key can leave the "
        "vault: then signatures are made elsewhere, and no log shows them.",
        fix="Import the key again with `key_ops` `sign` alone and not exportable, as docs/howto/import-a-github-key.md "
        "describes, and delete the old versions.",
        help="Counts keys of kind `key-vault-key`, and keys at which the role Agent Network Key Signer is assigned, "
        "whose `keyOps` are anything but `sign`, or missing, which permits all operations (*Keys - Create Key*, "
        "REST reference of Key Vault, Microsoft Learn, 2026), or whose attribute `exportable` is true. A key that "
        "no source lists is not judged; live Azure lists it.",
    ),
    Rule(
        id="signing-key-role-too-wide",
        severity="error",
        title="An agent may do more with a signing key than sign",
        why="Key Vault Crypto User can also decrypt, unwrap other keys and change the key; Key Vault Crypto Officer "
        "can replace the key, so that nobody knows whose signature it is.",
        fix="Assign the role Agent Network Key Signer at the key itself, which `sign` on a `key-vault-key` does, and "
        "remove the wider role.",
        help="Counts data operations of an agent at such a key, other than reading its public half and signing, by any "
        "role at the key, at its vault or above, by access policies too.",
    ),
)
