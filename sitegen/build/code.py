"""Compiled templates, kept from build to build: for a few pages, compiling took longer than making them.

Only code that was compiled in this process is kept. Workers compile for themselves, which costs a large build
little, and never send code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from sitegen.adapters.jinja import TemplateFile, code_key
from sitegen.engine.memo import Memo

_decoder = msgspec.msgpack.Decoder(dict[str, bytes])


def read_code(memo: Memo) -> dict[str, bytes]:
    """The code of templates, by their keys. The key of all of it holds the versions of Python and Jinja2."""
    data = memo.store.get(memo.key("code"))
    return _decoder.decode(data) if data else {}


def write_code(memo: Memo, code: Mapping[str, bytes], templates: Iterable[TemplateFile]) -> None:
    """Keep the code of those templates that there still are."""
    key = memo.key("code")
    keys = {code_key(file) for file in templates}
    data = msgspec.msgpack.encode({one: code[one] for one in sorted(keys & code.keys())})
    memo.used.add(key)
    if data != memo.store.get(key):
        memo.store.put(key, data)
