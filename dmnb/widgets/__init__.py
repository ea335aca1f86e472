"""Widgets that compute in the reader's browser: they need no kernel in a built page."""

from dmnb.widgets.dynamics import Dynamics
from dmnb.widgets.explorer import Explorer
from dmnb.widgets.playground import Playground
from dmnb.widgets.studio import Studio

__all__ = ["Dynamics", "Explorer", "Playground", "Studio"]
