"""
A workshop: sealing bytes so that only this installation can open them, and only where they belong.

``seal(plain, bound_to=…)`` encrypts with AES-256-GCM-SIV; ``bound_to`` names the place (table, column, row,
municipality) and is authenticated, so that a sealed value moved to another row does not open.
``KeyRing`` does the same under other keys (one person's). ``keyed_hash`` is for values that are compared and never
read back (one-time codes), ``blind_index`` for values that are found again by equality. ``seals`` declares a column of
sealed values, so that rotation finds it; ``write_tokens`` writes new tokens over older ones by compare and set.

Token: version byte, length and id of the key, 12-byte nonce, ciphertext with tag.
"""

from vault.columns import SealedColumn, sealed_columns, seals
from vault.sealing import CannotUnseal, KeyRing, blind_index, header_of, key_id_of, keyed_hash, seal, unseal
from vault.writing import write_tokens

__all__ = [
    "CannotUnseal",
    "KeyRing",
    "SealedColumn",
    "blind_index",
    "header_of",
    "key_id_of",
    "keyed_hash",
    "seal",
    "sealed_columns",
    "seals",
    "unseal",
    "write_tokens",
]
