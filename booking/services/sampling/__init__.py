"""A fortnight of life for the sample scheme: who went where, who was refused, who cancelled.

`marker` knows whether it was made, `towns` reads who lives where, `wishes` chooses,
`seats` puts a day's wishes into its plan, `stories` plays what single people did
through the real services, `road` drives, `tidy` leaves nothing of the past undone.
Used by `booking.services.sample` alone; may import services, models and routing.
"""
