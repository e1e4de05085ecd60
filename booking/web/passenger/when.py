"""When: which meeting, which day, what time, and the bus home."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Final

from flask import redirect, request
from flask.typing import ResponseReturnValue

from booking.domain.booking_rules import Hours
from booking.domain.time_reading import LONGEST, read_time
from booking.domain.wish import PurposeKind, When, WhenKind
from booking.domain.words import clock
from booking.services.groups import MeetingView, get_session_group, list_meetings
from booking.services.traveller import ZoneView, find_journey_zone
from booking.web import here
from booking.web.access import passengers_only
from booking.web.passenger.asking import back_to, go_on, page
from booking.web.passenger.blueprint import bp
from booking.web.passenger.conversation import draft, step_url, traveller
from booking.web.passenger.draft import Draft
from booking.web.passenger.where import zone_of

NOT_A_TIME: Final = "Type a time, such as 10:30am or 2pm."


@bp.route("/ask/meeting", methods=["GET", "POST"])
@passengers_only
def ask_meeting() -> ResponseReturnValue:
    """Which meeting of the group; the times follow from it."""
    who, answers = traveller(), draft()
    if answers.finish is None or answers.group is None:
        return redirect(step_url(answers.next_step), 303)
    meetings = list_meetings(here.ctx(), answers.group, zone_of(answers, who), now=here.now())
    if request.method == "GET":
        return _meeting_page(answers, meetings)
    chosen = next((m for m in meetings if _value(m) == request.form.get("meeting")), None)
    if chosen is None or not chosen.reachable:
        return _meeting_page(answers, meetings, {"meeting": "Choose the day you want to go."})
    return go_on(at_meeting(answers, chosen.session.id, chosen.session.starts, chosen.day))


def at_meeting(answers: Draft, session_id: int, starts: int, day: date) -> Draft:
    """Be there before it starts; the way home is asked with the time it ends."""
    changed = (answers.session, answers.day) != (session_id, day)
    return replace(
        answers,
        session=session_id,
        day=day,
        when=When(WhenKind.ARRIVE_BY, _time_of(starts)),
        home=None if changed else answers.home,
        home_asked=answers.home_asked and not changed,
    )


@bp.route("/ask/day", methods=["GET", "POST"])
@passengers_only
def ask_day() -> ResponseReturnValue:
    """Which day, of those that can be booked."""
    answers = draft()
    if answers.start is None or answers.finish is None:
        return redirect(step_url(answers.next_step), 303)
    zone = _zone(answers)
    days = zone.days if zone else ()

    def show(errors: dict[str, str] | None = None) -> ResponseReturnValue:
        return page(
            "day.html", errors, back_href=back_to("day"), days=days, zone=zone, answers=answers
        )

    if request.method == "GET":
        return show()
    chosen = next((day for day in days if day.isoformat() == request.form.get("day")), None)
    if chosen is None:
        return show({"day": "Choose one of the days."})
    return go_on(replace(answers, day=chosen))


@bp.route("/ask/time", methods=["GET", "POST"])
@passengers_only
def ask_time() -> ResponseReturnValue:
    """What time: be there by, leave at, or any time that day."""
    answers = draft()
    if answers.day is None or answers.finish is None or answers.group is not None:
        return redirect(step_url(answers.next_step), 303)
    if request.method == "GET":
        return _time_page(answers)
    kind = "arrive_by" if answers.purpose is PurposeKind.APPOINTMENT else request.form.get("when")
    zone = _zone(answers)
    hours = zone.hours_on(answers.day) if zone else None
    when, errors = _read_when(kind, "Choose when you want to travel.", hours)
    if when is None:
        return _time_page(answers, errors)
    return go_on(replace(answers, when=when))


@bp.route("/ask/home", methods=["GET", "POST"])
@passengers_only
def ask_home() -> ResponseReturnValue:
    """Whether and when the bus brings them home."""
    answers = draft()
    if answers.when is None:
        return redirect(step_url(answers.next_step), 303)
    if request.method == "GET":
        return _home_page(answers)
    kind = request.form.get("home")
    if kind == "no":
        return go_on(replace(answers, home=None, home_asked=True))
    ends = meeting_end(answers)
    if kind == "after" and ends is not None:
        home: When | None = When(WhenKind.LEAVE_AT, ends)
        errors: dict[str, str] = {}
    else:
        hours = _hours_after(answers)
        home, errors = _read_when(kind, "Choose whether you want a bus home.", hours, "home")
        errors = errors or _too_early(answers, home)
    if home is None or errors:
        return _home_page(answers, errors)
    return go_on(replace(answers, home=home, home_asked=True))


def meeting_end(answers: Draft) -> time | None:
    """When the chosen meeting ends; None for a journey that is not to a meeting."""
    if answers.session is None:
        return None
    return _time_of(get_session_group(here.ctx(), answers.session)[1].ends)


def _too_early(answers: Draft, home: When | None) -> dict[str, str]:
    """The way home must come after the way there."""
    there = answers.when.clock if answers.when else None
    if home is None or home.clock is None or there is None or home.clock > there:
        return {}
    return {
        f"{home.kind.value}_clock": f"The bus home must come after {clock(there)}. "
        "Type a later time."
    }


def _hours_after(answers: Draft) -> Hours | None:
    """The part of the service's hours in which they may come home: after they are there."""
    zone = _zone(answers)
    hours = zone.hours_on(answers.day) if zone and answers.day else None
    there = answers.when.clock if answers.when else None
    if hours is None or there is None:
        return hours
    return Hours(max(hours.opens, there.hour * 60 + there.minute), hours.closes)


def _read_when(
    kind: str | None, nothing: str, hours: Hours | None, name: str = "when"
) -> tuple[When | None, dict[str, str]]:
    """The time chosen, or the errors by field; `hours` settle what may be am or pm."""
    kind = kind or _filled_in()
    if kind not in {one.value for one in WhenKind}:
        return None, {name: nothing}
    if kind == WhenKind.ANY:
        return When(WhenKind.ANY), {}
    field = f"{kind}_clock"
    typed = " ".join(request.form.get(field, "").split())
    read = read_time(typed, hours)
    if read is None:
        return None, {field: not_a_time(typed)}
    return When(WhenKind(kind), read), {}


def not_a_time(typed: str) -> str:
    """What to say of something that is no time, with what was typed where there is any."""
    return f"We cannot read “{typed[:LONGEST]}” as a time. {NOT_A_TIME}" if typed else NOT_A_TIME


def _filled_in() -> str | None:
    """The one time box that was filled in, where no choice beside it was made."""
    kinds = (WhenKind.ARRIVE_BY.value, WhenKind.LEAVE_AT.value)
    filled = [kind for kind in kinds if request.form.get(f"{kind}_clock", "").strip()]
    return filled[0] if len(filled) == 1 else None


def _zone(answers: Draft) -> ZoneView | None:
    assert answers.start is not None
    assert answers.finish is not None
    return find_journey_zone(here.ctx(), answers.start, answers.finish, now=here.now())


def _meeting_page(
    answers: Draft, meetings: tuple[MeetingView, ...], errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    chosen = f"{answers.session}/{answers.day}" if answers.session else ""
    return page(
        "meeting.html", errors, back_href=back_to("meeting"), meetings=meetings, chosen=chosen
    )


def _time_page(answers: Draft, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    zone = _zone(answers)
    hours = zone.hours_on(answers.day) if zone and answers.day else None
    return page(
        "time.html",
        errors,
        back_href=back_to("time"),
        answers=answers,
        hours=hours,
        appointment=answers.purpose is PurposeKind.APPOINTMENT,
    )


def _home_page(answers: Draft, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    return page(
        "way_home.html",
        errors,
        back_href=back_to("home"),
        answers=answers,
        ends=meeting_end(answers),
    )


def _value(meeting: MeetingView) -> str:
    return f"{meeting.session.id}/{meeting.day.isoformat()}"


def _time_of(minutes: int) -> time:
    """Minutes of the day as a time; what ends at midnight or later is asked as 11:59pm."""
    return time(*divmod(min(minutes, 24 * 60 - 1), 60))
