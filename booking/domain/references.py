"""References a caller can write down: six characters nobody mistakes for another."""

from __future__ import annotations

import re
import secrets
from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRTUVWXYZ"
"""Without 0 O, 1 I L and S 5 ambiguity: S is left out, 5 stays."""
LENGTH: Final = 6
_LIKELY: Final = str.maketrans({"S": "5"})


def new_reference() -> str:
    """A new one, such as K7M4PT."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def tidy_reference(text: str) -> str | None:
    """What somebody typed or read out, as a reference; None if it cannot be one."""
    bare = re.sub(r"[^0-9A-Za-z]", "", text).upper().translate(_LIKELY)
    if len(bare) != LENGTH or any(letter not in ALPHABET for letter in bare):
        return None
    return bare
