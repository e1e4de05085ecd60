"""Rules as pure functions and values. Imports the standard library, shapely and rapidfuzz;
never the web, the database, the queue or another part of the service.
"""
