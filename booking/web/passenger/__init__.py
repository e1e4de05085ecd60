"""The passenger's pages: home, what's on, asking, choosing, booking, my journeys.

One question a page, server-rendered, every step a plain form. `bp` is the
blueprint; importing the package gives it its routes. Parse, call a service, render.
"""

from booking.web.passenger import chosen, home, journeys, offers, when, where, who
from booking.web.passenger.blueprint import bp

__all__ = ["bp", "chosen", "home", "journeys", "offers", "when", "where", "who"]
