"""The frozen values that flow through the pipeline, one module for each step of the way.

    source     what lies on the disk              scan  ->
    document   one post or page, read             parse, convert ->
    site       all of them together               index, relate ->
    view       what a template may see            plan ->
    plan       what shall be written              render, write ->
    report     what a build did

Every value is made of strings, numbers, dates, tuples and other values: it can be digested, sent to
another process and compared, and nobody can change it behind a reader's back.
"""
