"""How somebody can be reached: what they type, as the one form we keep.

A number is E.164 (+447700900123), an e-mail address is in small letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from booking.domain.errors import Invalid

LONGEST: Final = 200
_GB: Final = 44
_MOBILE: Final = "+447"
_NOT_FOR_PEOPLE: Final = ("+4470", "+4476")
"""Personal numbers that forward at a price, and pagers."""
_DIGITS_AT_LEAST: Final = {"7": 10}
"""By its first digit, how many a number of this country has after its 0 at the least."""
_ELSE_AT_LEAST: Final = 9


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a code can be sent: `channel` is text or email."""

    channel: str
    address: str


def read_contact(typed: str) -> Contact:
    """What somebody typed, as a contact.

    Raises:
        Invalid: neither an e-mail address nor a mobile number of this country.
    """
    typed = typed.strip()
    if len(typed) > LONGEST:
        raise Invalid("That is too long for a phone number or an email address.", "contact")
    if "@" in typed:
        return Contact("email", _email(typed))
    return Contact("text", _mobile(typed))


def _email(typed: str) -> str:
    try:
        found = validate_email(typed, check_deliverability=False)
    except EmailNotValidError:
        raise Invalid(
            "That email address cannot be right. It should look like name@example.com.", "contact"
        ) from None
    return found.normalized.lower()


def _mobile(typed: str) -> str:
    try:
        number = phonenumbers.parse(typed, "GB")
    except phonenumbers.NumberParseException:
        number = None
    if number is not None and is_too_short(number):
        raise Invalid(
            "That phone number is too short. A mobile number has 11 digits, such as 07700 900123.",
            "contact",
        )
    if number is None or not phonenumbers.is_possible_number(number):
        raise Invalid(
            "Type a mobile phone number, such as 07700 900123, or an email address.", "contact"
        )
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not written.startswith(_MOBILE) or written.startswith(_NOT_FOR_PEOPLE):
        raise Invalid(
            "We can send a code to a mobile number that begins with 07, or to an email address. "
            "If you only have a house phone, ring us and we will book for you.",
            "contact",
        )
    return written


def is_too_short(number: phonenumbers.PhoneNumber) -> bool:
    """Whether digits are missing; the library takes a number without its area code, too."""
    digits = str(number.national_number)
    return number.country_code == _GB and len(digits) < _DIGITS_AT_LEAST.get(
        digits[0], _ELSE_AT_LEAST
    )
