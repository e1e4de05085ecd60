"""The call handler's pages, under /calls: find the caller, book as they speak, the lists.

One file per kind of page; `bp` is the blueprint they hang on. Imports services only.
"""

from booking.web.callcentre import finding, journey, lists, person, talk
from booking.web.callcentre.blueprint import bp

__all__ = ["bp", "finding", "journey", "lists", "person", "talk"]
