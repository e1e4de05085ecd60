"""The forms of signing in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Self

from govuk_frontend_wtf.wtforms_widgets import (
    GovPasswordInput,
    GovRadioInput,
    GovSubmitInput,
    GovTextInput,
)
from wtforms import PasswordField, RadioField, StringField, SubmitField
from wtforms.validators import DataRequired, InputRequired, Length

from booking.services.credentials import PASSWORD_LONGEST
from booking.services.sign_in_codes import Traveller
from booking.web.forms import Form

_TOO_LONG: Final = "That is too long."


class ContactForm(Form):
    """Where a code can be sent."""

    contact = StringField(
        "Your mobile phone number or email address",
        description="We send you a code. You do not need a password.",
        widget=GovTextInput(),
        validators=[
            DataRequired("Type your mobile phone number or your email address."),
            Length(max=200, message=_TOO_LONG),
        ],
    )
    send = SubmitField("Send me a code", widget=GovSubmitInput())


class CodeForm(Form):
    """The code that was sent."""

    code = StringField(
        "Your code",
        description="6 digits, in the message we sent you.",
        widget=GovTextInput(),
        validators=[
            DataRequired("Type the 6 digits in the message."),
            Length(max=20, message="The code has 6 digits."),
        ],
    )
    send = SubmitField("Sign in", widget=GovSubmitInput())


class WhoForm(Form):
    """Which of the people who share a number it is."""

    person = RadioField(
        "Who is travelling?",
        widget=GovRadioInput(),
        validators=[InputRequired("Choose your name.")],
    )
    send = SubmitField("Go on", widget=GovSubmitInput())

    @classmethod
    def of(cls, travellers: Sequence[Traveller]) -> Self:
        """The form with these names to choose from."""
        form = cls()
        form.person.choices = [(str(one.person_id), one.name) for one in travellers]
        return form


class JoinForm(Form):
    """Who somebody new is."""

    name = StringField(
        "Your full name",
        widget=GovTextInput(),
        validators=[DataRequired("Type your name."), Length(max=120, message=_TOO_LONG)],
    )
    village = StringField(
        "The village or town you live in",
        widget=GovTextInput(),
        validators=[
            DataRequired("Type the village or town you live in."),
            Length(max=100, message=_TOO_LONG),
        ],
    )
    send = SubmitField("Join", widget=GovSubmitInput())


class PasswordForm(Form):
    """Staff: e-mail address and password."""

    email = StringField(
        "Your work email address",
        widget=GovTextInput(),
        validators=[
            DataRequired("Type your work email address."),
            Length(max=255, message=_TOO_LONG),
        ],
    )
    password = PasswordField(
        "Password",
        widget=GovPasswordInput(),
        validators=[
            DataRequired("Type your password."),
            Length(max=PASSWORD_LONGEST, message=_TOO_LONG),
        ],
    )
    send = SubmitField("Go on", widget=GovSubmitInput())


class SecondFactorForm(Form):
    """Staff: the code of the authenticator app."""

    code = StringField(
        "The code in your authenticator app",
        description="6 digits that change every half minute. Or one of your recovery codes.",
        widget=GovTextInput(),
        validators=[DataRequired("Type the code."), Length(max=20, message=_TOO_LONG)],
    )
    send = SubmitField("Sign in", widget=GovSubmitInput())


class DeviceForm(Form):
    """Drivers: the office's code, and a name for the device."""

    code = StringField(
        "The code from the office",
        description="8 letters and digits. It works once.",
        widget=GovTextInput(),
        validators=[
            DataRequired("Type the code the office gave you."),
            Length(max=20, message="The code has 8 letters and digits."),
        ],
    )
    label = StringField(
        "What do you call this phone or tablet?",
        description="So that the office can switch it off if it is lost. For example: Pat’s phone.",
        widget=GovTextInput(),
        validators=[Length(max=80, message=_TOO_LONG)],
    )
    send = SubmitField("Set up this device", widget=GovSubmitInput())
