"""Compiled templates as bytes: compiling is what takes longest where few pages are made."""

from __future__ import annotations

import marshal
from collections.abc import MutableMapping

import jinja2
from jinja2.bccache import Bucket

from sitegen.adapters.jinja import TemplateFile, code_key


class CodeCache(jinja2.BytecodeCache):
    """Takes the code of templates from a mapping, and adds to it what had to be compiled.

    What is in the mapping is run: it must come from here, and be whole.
    """

    def __init__(self, code: MutableMapping[str, bytes]) -> None:
        self._code = code

    def get_bucket(
        self, environment: jinja2.Environment, name: str, filename: str | None, source: str
    ) -> Bucket:
        """The place for the code of one template."""
        # The key says everything, so there is nothing left for a checksum.
        key = code_key(TemplateFile(name, filename or "", source))
        bucket = Bucket(environment, key, checksum="")
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        """Put the code into its place, if there is any."""
        data = self._code.get(bucket.key)
        if data is not None:
            bucket.code = marshal.loads(data)  # noqa: S302 - it is as safe as the templates: both are programs

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code that is in its place."""
        self._code[bucket.key] = marshal.dumps(bucket.code)
