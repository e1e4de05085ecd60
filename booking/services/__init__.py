"""Use cases, one verb per file. They own the transaction, take `now`, and alone commit.

May import everything of `booking` but the web; never Flask.
"""
