"""Feeds and returns made from what the service knows."""
