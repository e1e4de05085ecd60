"""Real roads: an OpenStreetMap extract becomes matrices of seconds and metres.

`reading` (needs osmium) and `ordering` (needs routingkit-cch) are for building a roads
file; answering from one needs numpy, numba and shapely only. In order: `tag_values`
and `profile` (what a tag means to a minibus), `reading` (the file), `network` (the
graph), `hierarchy` (the compiled shortest paths), `snapping` (a place to its road),
`engine` (fills `TravelTimes`). May import routing's errors, model and travel_times.
"""
