"""The operator's pages, under /board: the day's board, its lists and plans, shifts, fleet.

One file per kind of page; `bp` is the blueprint they hang on. Imports services only.
"""

from booking.web.operator import day, devices, fleet, lists, roster
from booking.web.operator.blueprint import bp

__all__ = ["bp", "day", "devices", "fleet", "lists", "roster"]
