"""Routing: a frozen `Problem` goes in, a `Plan` comes out.

A pure library for dial-a-ride problems with what a rural service adds. No clock
(but a stopwatch to know when to stop), no network, database or settings. Start
with `model` (what a problem is), `insertion` (can this request be taken, and
when?) and `optimise` (the whole day again). Imports nothing of the service.
"""
