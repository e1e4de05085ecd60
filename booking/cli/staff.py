"""Commands on who may sign in: staff and drivers' devices. The first operator is made here."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import TYPE_CHECKING, Any, Final

from booking.config import Settings

if TYPE_CHECKING:
    from booking.context import Context

ROLES: Final = ("call_handler", "operator", "organiser", "council")
BY: Final = "command line"


def add_commands(commands: Any) -> None:
    """Add this family to the parser."""
    staff = commands.add_parser("staff", help="who of the staff may sign in")
    what = staff.add_subparsers(dest="what", required=True, metavar="WHAT", help="what to do")
    add = what.add_parser("add", help="make an account; the password is asked for")
    add.add_argument("email", help="the work e-mail address, which is the sign-in name")
    add.add_argument("--name", required=True, help="the name colleagues see")
    add.add_argument("--role", action="append", required=True, choices=ROLES, help="may be several")
    _with_password(add)
    add.set_defaults(run=_add)
    what.add_parser("list", help="all accounts of staff").set_defaults(run=_list)
    for name, run, words in (
        ("off", _off, "switch an account off, and sign it out everywhere"),
        ("on", _on, "switch an account on again"),
        ("second-step", _second_step, "forget a lost authenticator; it is set up again next time"),
    ):
        command = what.add_parser(name, help=words)
        command.add_argument("email")
        command.set_defaults(run=run)
    password = what.add_parser("password", help="set a new password, and sign out everywhere")
    password.add_argument("email")
    _with_password(password)
    password.set_defaults(run=_password)
    code = commands.add_parser("driver-code", help="a code to set up a driver's phone, for a day")
    code.add_argument("driver", help="the driver's code of the fleet")
    code.set_defaults(run=_driver_code)


def _with_password(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )


def _context() -> Context:
    from booking.context import build_context

    return build_context(Settings.from_environment(), pool_size=2)


def _ask_password(arguments: argparse.Namespace) -> str:
    if arguments.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass("Password (at least 12 characters): ")


def _add(arguments: argparse.Namespace) -> int:
    from booking.services.accounts import create_staff

    ctx = _context()
    password = _ask_password(arguments)
    create_staff(ctx, arguments.email, arguments.name, password, arguments.role, ctx.now())
    print(f"{arguments.email} can sign in at {ctx.settings.public_url}/staff/sign-in")
    print("and sets up an authenticator app the first time.")
    return 0


def _list(_arguments: argparse.Namespace) -> int:
    from booking.services.access import roles_of
    from booking.services.accounts import list_staff
    from booking.services.second_factor import is_set_up

    for account in list_staff(_context()):
        notes = "" if account.active else "  (off)"
        notes += "" if is_set_up(account) else "  (second step not set up yet)"
        roles = ", ".join(sorted(roles_of(account)))
        print(f"{account.email}  {account.name}  {roles}{notes}")
    return 0


def _off(arguments: argparse.Namespace) -> int:
    return _switch(arguments.email, active=False)


def _on(arguments: argparse.Namespace) -> int:
    return _switch(arguments.email, active=True)


def _switch(email: str, *, active: bool) -> int:
    from booking.services.accounts import get_staff, set_active

    ctx = _context()
    set_active(ctx, get_staff(ctx, email).id, active, BY, ctx.now())
    print(f"{email} is switched {'on' if active else 'off'}.")
    return 0


def _second_step(arguments: argparse.Namespace) -> int:
    from booking.services.accounts import get_staff
    from booking.services.second_factor import reset

    ctx = _context()
    reset(ctx, get_staff(ctx, arguments.email).id)
    print(f"{arguments.email} sets the second step up again at the next sign-in.")
    return 0


def _password(arguments: argparse.Namespace) -> int:
    from booking.services.accounts import get_staff, set_password

    ctx = _context()
    account = get_staff(ctx, arguments.email)
    set_password(ctx, account.id, _ask_password(arguments), BY, ctx.now())
    print(f"{arguments.email} has a new password and is signed out everywhere.")
    return 0


def _driver_code(arguments: argparse.Namespace) -> int:
    from booking.services.devices import get_driver_id, issue_code

    ctx = _context()
    code = issue_code(ctx, get_driver_id(ctx, arguments.driver), BY, ctx.now())
    print(f"{code}  works once, until this time tomorrow, at")
    print(f"{ctx.settings.public_url}/sign-in/driver")
    return 0
