"""Reading an operator's files (CSV, GeoJSON) into the tables, whole or not at all.

`report` says what came of it, `reading` turns files into rows, `cells` reads a cell,
`batch` keeps what is known by code, `run` goes through the files in order; every other
file here is one kind of table. Used by `booking.services.import_data` alone; may
import models, the domain and SQLAlchemy.
"""
