"""The parts of `make.py`: each turns hand-written rows of `source/` into rows of the sample.

Nothing here knows the service; only the standard library and shapely are used. The same
input gives the same files, byte for byte: chance comes from one seeded generator.
"""
