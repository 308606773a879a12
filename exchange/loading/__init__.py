"""Brings a bundle in: what is new, what changed, what stayed, who is missing."""

from exchange.loading.load import Result, load_roster

__all__ = ["Result", "load_roster"]
