"""Background work: thin Celery tasks named like the services they call, and when they run.

May import `booking`; nothing imports it.
"""
