"""Jinja2's environment with less work for each value: what is written is the same, character by character.

Four things cost Jinja2 more than the templates themselves, many times on each page: a `Markup` object for
each value that is written, asking of each callable what it wants to be handed, a chain of dictionaries for
each context, and looking up the same templates again. What takes their place uses inner parts of Jinja2 as
they are in `SERIES`. With another, and wherever something is out of the ordinary, Jinja2 does it.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

import jinja2
import markupsafe
from jinja2.runtime import Context as FullContext
from jinja2.runtime import Macro
from jinja2.utils import missing
from markupsafe import Markup

SERIES = "3.1."
"""The versions whose inner parts are known."""


def environment_class(version: str = getattr(jinja2, "__version__", "")) -> type[jinja2.Environment]:
    """The class of environments; Jinja2's own if its inner parts may have changed."""
    return Environment if version.startswith(SERIES) else jinja2.Environment


def _escaper() -> Callable[[str], str]:
    """What escapes a plain text and returns it as such."""
    inner: Callable[[str], str] | None = getattr(markupsafe, "_escape_inner", None)
    return inner or markupsafe.escape


_escape_text = _escaper()


def escape(value: Any) -> str:
    """The text of a value as it is written into a page.

    `markupsafe.escape` says the same as `Markup`, of which nothing is left once the pieces are joined.
    """
    kind = type(value)
    if kind is str:
        return _escape_text(value)
    if kind is Markup or kind is int:
        return str(value)
    return markupsafe.escape(value)


class Template(jinja2.Template):
    """A template that writes with `escape`."""

    @classmethod
    def _from_namespace(
        cls,
        environment: jinja2.Environment,
        namespace: MutableMapping[str, Any],
        globals: MutableMapping[str, Any],
    ) -> jinja2.Template:
        namespace["escape"] = escape
        return super()._from_namespace(environment, namespace, globals)


class Context(FullContext):
    """The names that a template sees, and how it calls what they stand for."""

    def call(self, called: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call a macro at once; anything else as Jinja2 does."""
        if type(called) is not Macro:
            return super().call(called, *args, **kwargs)
        # These are for callables that want the context, and a macro has its own.
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        left_out = called._argument_count - len(args)
        plain = not (called.caller or called.catch_kwargs or called.catch_varargs)
        if kwargs or left_out < 0 or not plain:
            return super().call(called, *args, **kwargs)
        try:
            text = called._func(*args, *[missing] * left_out)
        except StopIteration as stop:
            return super().call(_raise, stop)
        return str.__new__(Markup, text) if self.eval_ctx.autoescape else text


def _raise(error: Exception) -> None:
    raise error


class Environment(jinja2.Environment):
    """An environment whose templates all see the same globals and are read once."""

    template_class = Template
    context_class = Context

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._found: dict[str, jinja2.Template] = {}

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template."""
        return super().make_globals(d) if d else self.globals

    def get_template(
        self,
        name: str | jinja2.Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> jinja2.Template:
        """The template of a name."""
        if type(name) is not str or globals:
            return super().get_template(name, parent, globals)
        if name not in self._found:
            self._found[name] = super().get_template(name, parent)
        return self._found[name]
