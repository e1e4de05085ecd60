"""Carriers of messages: who takes a text, an e-mail or a letter to people.

`LogCarrier` (the demo) notes that a message left; `NotifyCarrier` is GOV.UK
Notify; `FakeCarrier` fails on demand in tests. Imports the settings only. What
is logged holds keys, never words or numbers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, Protocol

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from booking.config import Settings

log = logging.getLogger(__name__)

NOTIFY_TEMPLATE: Final = "Out & About"
"""The name of the one template of each kind in the Notify service: ((subject)) and ((body))."""
NOTIFY_SECONDS: Final = 8
ADDRESS_LINES: Final = 7
_TYPES: Final = {"text": "sms", "email": "email", "letter": "letter"}


class CarrierError(Exception):
    """A message did not leave. `permanent` says that trying again cannot help."""

    def __init__(self, message: str, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as a carrier gets it: `channel` is text, email or letter.

    `recipient` is an E.164 number, an address, or the lines of a postal address;
    `key` is unique for the message for ever.
    """

    key: str
    channel: str
    recipient: str
    subject: str
    body: str


class Carrier(Protocol):
    """Takes messages to people."""

    def send(self, message: Outgoing) -> None:
        """Hand a message over; raises CarrierError when it was not taken."""

    def knows(self, key: str) -> bool:
        """Whether a message with this key was taken before.

        Asked before a message is tried again: the first try may have arrived
        although its answer was lost.
        """


class LogCarrier:
    """Sends nothing; the log says what would have left."""

    def send(self, message: Outgoing) -> None:
        log.info("message %s would leave as %s", message.key, message.channel)

    def knows(self, key: str) -> bool:  # noqa: ARG002 - it keeps no record
        return False


class NotifyCarrier:
    """GOV.UK Notify, with one template for each of text, e-mail and letter."""

    def __init__(self, api_key: str, client: Any = None) -> None:
        self._client = client or _notify_client(api_key)
        self._templates: dict[str, str] = {}

    def send(self, message: Outgoing) -> None:
        template = self._template(message.channel)
        if message.channel == "text":
            self._ask(
                self._client.send_sms_notification,
                phone_number=message.recipient,
                template_id=template,
                personalisation={"body": message.body},
                reference=message.key,
            )
        elif message.channel == "email":
            self._ask(
                self._client.send_email_notification,
                email_address=message.recipient,
                template_id=template,
                personalisation={"subject": message.subject, "body": message.body},
                reference=message.key,
            )
        else:
            self._ask(
                self._client.send_letter_notification,
                template_id=template,
                personalisation=letter_fields(message),
                reference=message.key,
            )

    def knows(self, key: str) -> bool:
        found = self._ask(self._client.get_all_notifications, reference=key)
        return bool(found.get("notifications"))

    def _template(self, channel: str) -> str:
        kind = _TYPES.get(channel)
        if kind is None:
            raise CarrierError(f"Notify has no channel {channel}.", permanent=True)
        if kind not in self._templates:
            found = self._ask(self._client.get_all_templates, template_type=kind)
            named = [t["id"] for t in found["templates"] if t["name"] == NOTIFY_TEMPLATE]
            if not named:
                raise CarrierError(
                    f"The Notify service has no {kind} template called {NOTIFY_TEMPLATE}. "
                    "Make one with ((body)), and ((subject)) for e-mail and letters.",
                    permanent=False,
                )
            self._templates[kind] = named[0]
        return self._templates[kind]

    def _ask(self, call: Callable[..., Any], **arguments: Any) -> Any:
        try:
            return call(**arguments)
        except APIError as error:
            # 400 is about this message (a number that cannot be); anything else
            # (a wrong key, too many at once, an outage) may be right again soon.
            raise CarrierError(
                f"Notify answered {error.status_code}.", permanent=error.status_code == 400
            ) from error


def _notify_client(api_key: str) -> Any:
    return NotificationsAPIClient(api_key, timeout=NOTIFY_SECONDS)  # type: ignore[no-untyped-call]


def letter_fields(message: Outgoing) -> dict[str, str]:
    """A letter's heading, words and address as Notify wants them."""
    lines = message.recipient.splitlines()
    if len(lines) > ADDRESS_LINES:
        lines = [*lines[: ADDRESS_LINES - 1], lines[-1]]
    address = {f"address_line_{number}": line for number, line in enumerate(lines, start=1)}
    return {"subject": message.subject, "body": message.body, **address}


@dataclass
class FakeCarrier:
    """A carrier for tests: keeps what it took, fails as often as it is told to.

    `fails` of all tries fail, half of those only after the message was taken;
    recipients in `refuses` fail for good. `before` is called with each message.
    """

    fails: float = 0.0
    refuses: frozenset[str] = frozenset()
    seed: int = 1
    before: Callable[[Outgoing], None] | None = None
    taken: list[Outgoing] = field(default_factory=list)
    tries: int = 0

    def __post_init__(self) -> None:
        self._random = Random(self.seed)  # noqa: S311 - chance for a test, not a secret

    def send(self, message: Outgoing) -> None:
        self.tries += 1
        if self.before is not None:
            self.before(message)
        if message.recipient in self.refuses:
            raise CarrierError("No such number.", permanent=True)
        chance = self._random.random()
        if chance < self.fails / 2:
            raise CarrierError("Not now.", permanent=False)
        self.taken.append(message)
        if chance < self.fails:
            raise CarrierError("Taken, but the answer was lost.", permanent=False)

    def knows(self, key: str) -> bool:
        return any(message.key == key for message in self.taken)


def carrier_from(settings: Settings) -> Carrier:
    """The carrier the settings name."""
    return NotifyCarrier(settings.notify_api_key) if settings.messages == "notify" else LogCarrier()
