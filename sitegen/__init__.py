"""sitegen: Markdown posts become a fast, private, members-style static site.

The floors, each importing only from those below it (checked by import-linter):

    cli                    commands: arguments in, exit code out
    preview   authoring    the live-reload server; new, init
    build                  the pipeline: the one place that joins stages to the engine
    stages    engine       one verb a file; running them over many values
    adapters               one third-party library each
    config                 sitegen.toml as a frozen value
    model                  the frozen values that flow
    text                   slugs, dates, words: plain functions on plain text
    errors    digest       mistakes as values; when two values are the same

The verbs, in the order of `build/pipeline.py`: scan, parse, convert, index, relate, plan, render, write.
"""

__version__ = "0.1.0"
