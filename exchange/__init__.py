"""Imports, with preview and undo, and standard formats."""
