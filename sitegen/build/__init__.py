"""The pipeline: the one place that joins the stages to the engine.

pipeline   the whole story, top to bottom
shop       what all steps of one build share; what stays between builds
reading    scan, parse, convert, index, relate: the site, and what is remembered of it
members    which lock holds, and with which keys
cipher     what the cache of a site with members is sealed with
making     plan, render: every file of the published site, or the knowledge that it is there already
record     what the last build left in the output folder
parts      what its pages were made of
explain    why a page was made anew
verify     a cold build beside a warm one
"""

from sitegen.build.pipeline import build, survey
from sitegen.build.reading import Survey, load_config
from sitegen.build.shop import CACHE, Options, Progress, Session, theme_folder
from sitegen.build.verify import verify

__all__ = [
    "CACHE",
    "Options",
    "Progress",
    "Session",
    "Survey",
    "build",
    "load_config",
    "survey",
    "theme_folder",
    "verify",
]
