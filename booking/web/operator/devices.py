"""Drivers and the devices they carry: codes to enrol one, and signing a lost one out."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from booking.services import devices
from booking.services.roster import get_driver, list_drivers
from booking.web import here
from booking.web.audit import audited
from booking.web.operator.blueprint import bp, operators_only, page


@bp.get("/drivers")
@operators_only
@audited("drivers.list")
def drivers() -> ResponseReturnValue:
    """Every driver."""
    return page("drivers.html", drivers=list_drivers(here.ctx()))


@bp.get("/drivers/<int:driver_id>")
@operators_only
@audited("driver.read", "driver:{driver_id}")
def driver(driver_id: int) -> ResponseReturnValue:
    """A driver and their devices."""
    return _driver(driver_id)


@bp.post("/drivers/<int:driver_id>/code")
@operators_only
@audited("driver.code", "driver:{driver_id}")
def give_code(driver_id: int) -> ResponseReturnValue:
    """A code to type into the phone, shown once."""
    code = devices.issue_code(here.ctx(), driver_id, here.who(), here.now())
    return _driver(driver_id, code=code)


@bp.post("/drivers/<int:driver_id>/devices/<int:number>/end")
@operators_only
@audited("driver.device_ended", "driver:{driver_id}")
def end_device(driver_id: int, number: int) -> ResponseReturnValue:
    """Sign a lost or returned device out."""
    known = {device.sign_in_id for device in _devices(driver_id)}
    if number in known:
        devices.revoke(here.ctx(), number, here.who(), here.now())
        flash("The device is signed out.", "good")
    return redirect(url_for("operator.driver", driver_id=driver_id), 303)


def _driver(driver_id: int, code: str = "") -> ResponseReturnValue:
    return page(
        "driver.html",
        driver=get_driver(here.ctx(), driver_id),
        devices=_devices(driver_id),
        code=code,
    )


def _devices(driver_id: int) -> list[devices.Device]:
    return devices.list_devices(here.ctx(), driver_id, here.now())
