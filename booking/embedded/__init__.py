"""The embedded stack: everything the service needs on one machine, started by one command.

Valkey with an append-only file, the web server, the worker and the beat, each a
child process that ends when its supervisor does. Imports config only.
"""
