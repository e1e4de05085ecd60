"""Outside systems, one file each: a Protocol, the real one, and a fake for tests.

May import `booking.config`, `booking.domain` and `routing`; never services or web.
"""
