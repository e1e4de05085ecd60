"""The service: places, offers, bookings, promises, plans and the people in them.

`domain` holds rules as pure functions, `models` the tables, `services` the use
cases (they alone commit), `adapters` the outside systems, `web` the pages.
May import `routing`; never `workers`.
"""
