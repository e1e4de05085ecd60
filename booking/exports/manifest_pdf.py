"""The manifest on paper: the same order as on the phone, 14 pt, boxes to tick, page n of m.

For when the phone is flat. Imports fpdf2 and the view, nothing of the database.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from booking.domain.words import clock, count_of, day_with_year
from booking.services.manifest import ManifestView
from booking.services.manifest_stops import StopView
from booking.services.manifest_words import Task, task_lines

FAMILY: Final = "Atkinson"
FILES: Final = {
    "": ("atkinson-latin-400.woff", "atkinson-latin-ext-400.woff"),
    "B": ("atkinson-latin-700.woff", "atkinson-latin-ext-700.woff"),
}
BODY: Final = 14
LINE: Final = 7.0
BOX: Final = 6.0
LEFT: Final = 46.0
"""Where the words begin, right of the times."""
MARGIN: Final = 15.0


class Sheet(FPDF):
    """A4 with the shift's name above and the page's number below each sheet."""

    def __init__(self, title: str, foot: str, fonts: Path | None) -> None:
        super().__init__(format="A4")
        self.title_words, self.foot_words = title, foot
        self.own_type = fonts is not None and self._add_own_type(fonts)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=22)
        self.set_title(self.words(title))
        self.set_lang("en-GB")

    def _add_own_type(self, fonts: Path) -> bool:
        paths = [fonts / name for names in FILES.values() for name in names]
        if not all(path.exists() for path in paths):
            return False
        for style, (main, more) in FILES.items():
            self.add_font(FAMILY, style, fonts / main)
            self.add_font(f"{FAMILY}More", style, fonts / more)
        self.set_fallback_fonts([f"{FAMILY}More"])
        return True

    def type(self, size: float, *, bold: bool = False) -> None:
        """Take up a type size."""
        self.set_font(FAMILY if self.own_type else "Helvetica", "B" if bold else "", size)

    def words(self, text: str) -> str:
        """Text the typeface can write."""
        if self.own_type:
            return text
        return text.replace("–", "-").encode("latin-1", "replace").decode("latin-1")

    def say(self, text: str, *, x: float = MARGIN, height: float = LINE) -> None:
        """A paragraph from `x` to the right margin."""
        self.set_x(x)
        self.multi_cell(0, height, self.words(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def header(self) -> None:
        self.type(BODY, bold=True)
        self.say(self.title_words)
        self.ln(2)

    def footer(self) -> None:
        self.set_y(-18)
        self.type(11)
        self.cell(0, 6, self.words(self.foot_words))
        self.set_x(MARGIN)
        self.cell(0, 6, f"Page {self.page_no()} of {{nb}}", align="R")


def manifest_pdf(
    view: ManifestView, *, fonts: Path | None = None, scheme: tuple[str, str] = ("", "")
) -> bytes:
    """The manifest as a PDF. `fonts` is the folder of the service's own typeface; without
    it a built-in one is used. `scheme` is its name and the phone number of the office."""
    name, phone = scheme
    title = f"{view.vehicle}, {day_with_year(view.day)}"
    if view.driver:
        title += f", {view.driver}"
    sheet = Sheet(title, f"{name} {phone}".strip(), fonts)
    sheet.add_page()
    _summary(sheet, view)
    for stop in view.stops:
        _stop(sheet, stop)
    return bytes(sheet.output())


def _summary(sheet: Sheet, view: ManifestView) -> None:
    sheet.type(BODY)
    stops = sum(1 for stop in view.stops if not stop.is_break)
    hours = f"{clock(view.starts)} to {clock(view.ends)}"
    sheet.say(f"{view.zone_name}. {hours}. {count_of(stops, 'stop')}.")
    sheet.say(f"As it stood at {clock(view.made_at)} (plan {view.version}).")
    if view.withdrawn:
        sheet.type(BODY, bold=True)
        sheet.say("This shift has been withdrawn. Do not drive it; ring the office.")
    if not stops:
        sheet.say("Nobody is booked on this run yet.")
    sheet.ln(3)


def _stop(sheet: Sheet, stop: StopView) -> None:
    if sheet.will_page_break(_height(stop)):
        sheet.add_page()
    top = sheet.get_y()
    sheet.set_draw_color(20, 35, 29)
    sheet.line(MARGIN, top, sheet.w - MARGIN, top)
    sheet.set_y(top + 2)
    sheet.type(18, bold=True)
    sheet.cell(LEFT - MARGIN, 8, clock(stop.at).split(" ")[0])
    sheet.type(BODY, bold=True)
    if stop.is_break:
        sheet.say(f"Break, {stop.break_minutes} minutes", x=LEFT, height=8)
    else:
        sheet.say(f"{stop.what}: {stop.place}", x=LEFT, height=8)
    sheet.type(BODY)
    for note in stop.access:
        sheet.say(note, x=LEFT)
    for task in stop.tasks:
        _task(sheet, task)
    sheet.ln(3)


def _task(sheet: Sheet, task: Task) -> None:
    top = sheet.get_y() + 1
    sheet.rect(LEFT, top, BOX, BOX)
    if task.outcome:
        sheet.line(LEFT + 1, top + 3, LEFT + 2.5, top + 5)
        sheet.line(LEFT + 2.5, top + 5, LEFT + 5, top + 1)
    sheet.type(BODY, bold=True)
    getting = "on" if task.action == "pickup" else "off"
    sheet.say(f"{task.name} gets {getting}", x=LEFT + 9, height=8)
    sheet.type(BODY)
    for words in task_lines(task):
        sheet.say(words, x=LEFT + 9)


def _height(stop: StopView) -> float:
    """How much of the sheet a stop takes, so that it is not torn in two (wrapped lines aside)."""
    tasks = sum(9 + len(task_lines(task)) * LINE for task in stop.tasks)
    return 10 + len(stop.access) * LINE + tasks
