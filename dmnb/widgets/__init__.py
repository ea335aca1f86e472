"""Widgets that compute in the reader's browser: they need no kernel in a built page."""

from dmnb.widgets._explorer import Explorer

__all__ = ["Explorer"]
