"""Signing in and out: passengers by code, staff by password and second factor, drivers
by enrolling their device. Parse, call a service, render.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from booking.domain.errors import Gone, Invalid
from booking.services import accounts, devices, second_factor, sign_in_codes
from booking.web import browser, here
from booking.web.access import open_to_all
from booking.web.auth_forms import (
    CodeForm,
    ContactForm,
    DeviceForm,
    JoinForm,
    PasswordForm,
    SecondFactorForm,
    WhoForm,
)
from booking.web.forms import put_errors
from booking.web.limits import SIGN_IN, limiter

bp: Final = Blueprint("auth", __name__)

_CHALLENGE: Final = "challenge"
_NEXT: Final = "next"


@bp.route("/sign-in", methods=["GET", "POST"])
@open_to_all
@limiter.limit(SIGN_IN, methods=["POST"])
def sign_in() -> ResponseReturnValue:
    """A passenger says where a code can be sent."""
    browser.keep_next(request.args.get(_NEXT, ""))
    form = ContactForm()
    if form.validate_on_submit():
        try:
            session[_CHALLENGE] = sign_in_codes.send_code(
                here.ctx(), form.contact.data or "", here.now()
            )
        except Invalid as error:
            put_errors(form, error)
        else:
            session["contact"] = form.contact.data
            return redirect(url_for("auth.enter_code"))
    return _page("auth/sign_in.html", form)


@bp.route("/sign-in/code", methods=["GET", "POST"])
@open_to_all
@limiter.limit(SIGN_IN, methods=["POST"])
def enter_code() -> ResponseReturnValue:
    """The passenger types the code."""
    challenge = session.get(_CHALLENGE)
    if not challenge:
        return redirect(url_for("auth.sign_in"))
    form = CodeForm()
    if form.validate_on_submit():
        try:
            travellers = sign_in_codes.check_code(
                here.ctx(), challenge, form.code.data or "", here.now()
            )
        except Invalid as error:
            put_errors(form, error)
        except Gone as error:
            return _start_again(error)
        else:
            return _after_code(challenge, travellers)
    return _page("auth/code.html", form, contact=session.get("contact", ""))


@bp.route("/sign-in/who", methods=["GET", "POST"])
@open_to_all
@limiter.limit(SIGN_IN, methods=["POST"])
def choose_who() -> ResponseReturnValue:
    """Several people share the number: which of them is it?"""
    challenge = session.get(_CHALLENGE, "")
    try:
        form = WhoForm.of(sign_in_codes.list_travellers(here.ctx(), challenge, here.now()))
        if form.validate_on_submit():
            token = sign_in_codes.sign_in_as(
                here.ctx(), challenge, int(form.person.data), here.now()
            )
            return _welcome(token, lasting=True)
    except Gone as error:
        return _start_again(error)
    return _page("auth/who.html", form)


@bp.route("/sign-in/join", methods=["GET", "POST"])
@open_to_all
@limiter.limit(SIGN_IN, methods=["POST"])
def join() -> ResponseReturnValue:
    """Somebody new says who they are."""
    challenge = session.get(_CHALLENGE, "")
    form = JoinForm()
    try:
        # Asked first, so that a page without its code leads back to the start.
        sign_in_codes.list_travellers(here.ctx(), challenge, here.now())
        if form.validate_on_submit():
            token = sign_in_codes.join(
                here.ctx(), challenge, form.name.data or "", form.village.data or "", here.now()
            )
            return _welcome(token, lasting=True)
    except Invalid as error:
        put_errors(form, error)
    except Gone as error:
        return _start_again(error)
    return _page("auth/join.html", form)


@bp.route("/staff/sign-in", methods=["GET", "POST"])
@open_to_all
@limiter.limit(SIGN_IN, methods=["POST"])
def staff_sign_in() -> ResponseReturnValue:
    """Staff type their password; the second factor follows."""
    browser.keep_next(request.args.get(_NEXT, ""))
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            account = accounts.check_staff_password(
                here.ctx(), form.email.data or "", form.password.data or "", here.now()
            )
        except Invalid as error:
            put_errors(form, error)
        else:
            browser.begin_second_step(account.id, here.now())
            ready = second_factor.is_set_up(account)
            return redirect(url_for("auth.second_step" if ready else "auth.set_up"))
    return _page("auth/staff_sign_in.html", form)


@bp.route("/staff/sign-in/code", methods=["GET", "POST"])
@open_to_all
@limiter.limit(SIGN_IN, methods=["POST"])
def second_step() -> ResponseReturnValue:
    """Staff type the code of their authenticator app, or a recovery code."""
    account_id = browser.second_step_of(here.now())
    if account_id is None:
        return redirect(url_for("auth.staff_sign_in"))
    form = SecondFactorForm()
    if form.validate_on_submit():
        try:
            second_factor.check(here.ctx(), account_id, form.code.data or "", here.now())
        except Invalid as error:
            put_errors(form, error)
        else:
            return _welcome(accounts.sign_in_staff(here.ctx(), account_id, here.now()))
    return _page("auth/second_step.html", form, demo_code=_demo_code(account_id))


@bp.route("/staff/sign-in/set-up", methods=["GET", "POST"])
@open_to_all
@limiter.limit(SIGN_IN, methods=["POST"])
def set_up() -> ResponseReturnValue:
    """The first time: connect an authenticator app, and keep the recovery codes."""
    account_id = browser.second_step_of(here.now())
    if account_id is None:
        return redirect(url_for("auth.staff_sign_in"))
    form = SecondFactorForm()
    setup = second_factor.begin(here.ctx(), account_id)
    if form.validate_on_submit():
        try:
            codes = second_factor.confirm(here.ctx(), account_id, form.code.data or "", here.now())
        except Invalid as error:
            put_errors(form, error)
        else:
            token = accounts.sign_in_staff(here.ctx(), account_id, here.now())
            where = browser.sign_in(token)
            return render_template("auth/recovery_codes.html", codes=codes, go_on=where)
    return _page(
        "auth/set_up.html",
        form,
        setup=setup,
        picture=browser.qr_path(setup.uri),
        demo_code=_demo_code(account_id),
    )


@bp.route("/sign-in/driver", methods=["GET", "POST"])
@open_to_all
@limiter.limit(SIGN_IN, methods=["POST"])
def enrol_device() -> ResponseReturnValue:
    """A driver types the office's code into the device they carry."""
    browser.keep_next(request.args.get(_NEXT, ""))
    form = DeviceForm()
    if form.validate_on_submit():
        try:
            token = devices.enrol(
                here.ctx(),
                form.code.data or "",
                form.label.data or "",
                here.now(),
                asker=request.remote_addr or "",
            )
        except Invalid as error:
            put_errors(form, error)
        else:
            return _welcome(token, lasting=True)
    return _page("auth/device.html", form)


@bp.post("/sign-out")
@open_to_all
def sign_out() -> ResponseReturnValue:
    """End the sign-in, here and wherever its cookie was copied to."""
    browser.sign_out()
    flash("You are signed out.", "good")
    return redirect("/")


def _after_code(challenge: str, travellers: list[sign_in_codes.Traveller]) -> ResponseReturnValue:
    if not travellers:
        return redirect(url_for("auth.join"))
    if len(travellers) > 1:
        return redirect(url_for("auth.choose_who"))
    only = travellers[0].person_id
    return _welcome(sign_in_codes.sign_in_as(here.ctx(), challenge, only, here.now()), lasting=True)


def _welcome(token: str, *, lasting: bool = False) -> ResponseReturnValue:
    return redirect(browser.sign_in(token, lasting=lasting))


def _start_again(error: Gone) -> ResponseReturnValue:
    session.pop(_CHALLENGE, None)
    flash(error.words, "late")
    return redirect(url_for("auth.sign_in"))


def _demo_code(account_id: int) -> str:
    ctx = here.ctx()
    if not ctx.settings.demo:
        return ""
    return second_factor.code_for_demo(ctx, accounts.get_account(ctx, account_id), here.now())


def _page(template: str, form: object, **values: object) -> ResponseReturnValue:
    status = 422 if getattr(form, "errors", None) else 200
    return render_template(template, form=form, **values), status
