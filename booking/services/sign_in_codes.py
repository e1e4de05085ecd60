"""Passengers sign in by a one-time code, sent to a mobile number or an e-mail address.

A code is sent to whatever number or address is typed: whether we know it shows
only to whoever holds it, after the right code. That way nothing tells a stranger
who travels with us, and somebody new can join by the same door.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from booking.context import Context
from booking.domain.errors import Gone, Invalid
from booking.models import Person, SignInCode
from booking.services import credentials, tries
from booking.services.accounts import passenger_account_in
from booking.services.channels import Channel
from booking.services.contacts import Contact, read_contact
from booking.services.message_words import Written
from booking.services.messages import add_message
from booking.services.sign_ins import Kind, start_in

GOOD_FOR: Final = timedelta(minutes=10)
TRIES: Final = 5
PROVED_FOR: Final = timedelta(minutes=30)
"""How long after the right code the person may take to say who they are."""

OVER: Final = "That code is over. Ask for a new one: it takes a moment."
WRONG: Final = "That code is not right. Look at the message again and type its 6 digits."


@dataclass(frozen=True, slots=True)
class Traveller:
    """Somebody the number or address belongs to."""

    person_id: int
    name: str


def send_code(ctx: Context, typed: str, now: datetime) -> str:
    """Send a code; returns the challenge the browser keeps until it is typed in.

    Raises:
        Invalid: what was typed is no mobile number or e-mail address.
        TooManyTries: too many codes were asked for, for this number.
    """
    contact = read_contact(typed)
    tries.count(ctx, tries.CODES_ASKED, contact.address, now)
    challenge, code = credentials.new_token(), credentials.new_digits()
    with ctx.db.writing() as session:
        _end_earlier(session, contact, now)
        row = SignInCode(
            challenge_hash=credentials.hash_token(challenge),
            contact=contact.address,
            channel=contact.channel,
            code_hash=credentials.hash_code(ctx, contact.address, code),
            created_at=now,
            expires_at=now + GOOD_FOR,
        )
        session.add(row)
        session.flush()
        _write_message(ctx, session, row, code, now)
    return challenge


def check_code(ctx: Context, challenge: str, code: str, now: datetime) -> list[Traveller]:
    """Take the code; returns who has this number or address (nobody: somebody new).

    Raises:
        Gone: the code is too old, was used, or was tried too often.
        Invalid: it is wrong; it may be tried again.
        TooManyTries: this number has been tried too often in the last hour; the code is
            not looked at.
    """
    tries.count(ctx, tries.CODES_TYPED, _contact_of(ctx, challenge), now)
    with ctx.db.writing() as session:
        # Counted before it is compared, in one statement: tries at once are counted too.
        session.execute(
            update(SignInCode)
            .where(SignInCode.challenge_hash == credentials.hash_token(challenge))
            .values(tries=SignInCode.tries + 1)
        )
        row = _find(session, challenge)
        if row is None or row.used_at is not None or now >= row.expires_at or row.tries > TRIES:
            row = None
        else:
            right = _is_right(ctx, row, code)
            if right:
                row.used_at = now
                travellers = _travellers(session, row)
    if row is None:
        raise Gone(OVER)
    if not right:
        raise Invalid(WRONG, "code")
    return travellers


def sign_in_as(ctx: Context, challenge: str, person_id: int, now: datetime) -> str:
    """Sign in as one of the travellers the code was for; returns the token to keep.

    Raises:
        Gone: the code was not given, or too long ago.
        Invalid: the person does not have that number or address.
    """
    with ctx.db.writing() as session:
        row = _proved(session, challenge, now)
        if person_id not in {one.person_id for one in _travellers(session, row)}:
            raise Invalid("Choose one of the names on the page.", "person")
        return _finish(session, row, session.get_one(Person, person_id), now)


def list_travellers(ctx: Context, challenge: str, now: datetime) -> list[Traveller]:
    """Who may sign in after the right code. Raises Gone where none was given."""
    with ctx.db.reading() as session:
        return _travellers(session, _proved(session, challenge, now))


def join(ctx: Context, challenge: str, name: str, village: str, now: datetime) -> str:
    """Make a new passenger of whoever gave the right code, and sign them in.

    Raises:
        Gone: the code was not given, or too long ago.
        Invalid: there is no name, or it cannot be one.
    """
    name, village = " ".join(name.split()), " ".join(village.split())
    if not 2 <= len(name) <= 120 or not name.isprintable():
        raise Invalid("Type your name, as you would say it on the phone.", "name")
    if not 2 <= len(village) <= 100 or not village.isprintable():
        raise Invalid("Type the village or town you live in.", "village")
    with ctx.db.writing() as session:
        row = _proved(session, challenge, now)
        if _travellers(session, row):
            raise Invalid("We know you already. Choose your name.", "person")
        person = _new_person(row, name, village, now)
        session.add(person)
        session.flush()
        return _finish(session, row, person, now)


def _end_earlier(session: Session, contact: Contact, now: datetime) -> None:
    """Only the newest code of a number works."""
    session.execute(
        update(SignInCode)
        .where(SignInCode.contact == contact.address, SignInCode.expires_at > now)
        .values(expires_at=now)
    )


def _write_message(
    ctx: Context, session: Session, row: SignInCode, code: str, now: datetime
) -> None:
    scheme = ctx.settings.scheme
    add_message(
        session,
        key=f"sign_in_code:{row.id}",
        person_id=None,
        request_id=None,
        channel=Channel(row.channel, row.contact),
        written=Written(
            f"Your code for {scheme.name}",
            f"{code} is your code to sign in to {scheme.name}. It works once, for 10 minutes. "
            "We never ring to ask for it.",
        ),
        due_at=now,
        stale_at=row.expires_at,
        now=now,
    )


def _find(session: Session, challenge: str) -> SignInCode | None:
    """The code's row, locked where the database locks rows: two answers at once take turns."""
    return session.scalar(
        select(SignInCode)
        .where(SignInCode.challenge_hash == credentials.hash_token(challenge))
        .with_for_update()
    )


def _contact_of(ctx: Context, challenge: str) -> str:
    """The number or address the challenge is about. Raises Gone where there is none."""
    with ctx.db.reading() as session:
        contact = session.scalar(
            select(SignInCode.contact).where(
                SignInCode.challenge_hash == credentials.hash_token(challenge)
            )
        )
    if contact is None:
        raise Gone(OVER)
    return contact


def _proved(session: Session, challenge: str, now: datetime) -> SignInCode:
    row = _find(session, challenge)
    if row is None or row.used_at is None or now >= row.used_at + PROVED_FOR:
        raise Gone(OVER)
    return row


def _is_right(ctx: Context, row: SignInCode, code: str) -> bool:
    digits = "".join(c for c in code if c.isascii() and c.isdigit())[:12]
    return credentials.same(row.code_hash, credentials.hash_code(ctx, row.contact, digits))


def _travellers(session: Session, row: SignInCode) -> list[Traveller]:
    people = session.scalars(
        select(Person)
        .where(or_(Person.phone == row.contact, func.lower(Person.email) == row.contact))
        .order_by(Person.name)
    )
    return [Traveller(person.id, person.name) for person in people]


def _new_person(row: SignInCode, name: str, village: str, now: datetime) -> Person:
    by_text = row.channel == "text"
    return Person(
        name=name,
        village=village,
        phone=row.contact if by_text else "",
        phone_type="mobile" if by_text else "landline",
        email="" if by_text else row.contact,
        channel=row.channel,
        created_at=now,
    )


def _finish(session: Session, row: SignInCode, person: Person, now: datetime) -> str:
    """The challenge is over with this: a copy of the cookie signs nobody in again."""
    row.challenge_hash = credentials.hash_token(credentials.new_token())
    account = passenger_account_in(session, person, now)
    return start_in(session, account, Kind.PASSENGER, now)
