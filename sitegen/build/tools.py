"""Imports what every worker needs sooner or later, once for all of them: see `Pool`'s `preload`.

Elsewhere these are imported where they are used, so that a build with nothing to do starts at once.
"""

from sitegen.adapters import commonmark, front_matter, jinja_environment, markdown

__all__ = ["commonmark", "front_matter", "jinja_environment", "markdown"]
