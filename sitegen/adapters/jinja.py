"""Jinja2: templates in, pages out, and every mistake with its file and line."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from sitegen.digest import Digest, digest_of
from sitegen.errors import Problem, did_you_mean

if TYPE_CHECKING:
    import jinja2
    from jinja2.runtime import Context

ASSETS = "assets/"


class TemplateFile(Struct, frozen=True):
    """A template: the name by which others include it, the path to show to a person, and its text."""

    name: str
    shown: str
    text: str


class Closure(Struct, frozen=True):
    """A template with all that it extends, includes and imports."""

    digest: Digest
    """Of the names and texts of all of them."""
    mentions: frozenset[str]
    """The names they use and do not define: what the view has to hold."""


class TemplateMistake(Exception):
    """A template cannot be used; `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


class Templates:
    """A set of templates, compiled as they are needed."""

    def __init__(self, files: Iterable[TemplateFile]) -> None:
        self.files: Mapping[str, TemplateFile] = {file.name: file for file in files}
        self._closures: dict[str, Closure] = {}

    @cached_property
    def environment(self) -> jinja2.Environment:
        """The environment of all templates. Made when first used: importing Jinja2 takes a while."""
        import jinja2

        def load(name: str) -> tuple[str, str, None] | None:
            file = self.files.get(name)
            return (file.text, file.shown, None) if file else None

        environment = jinja2.Environment(
            loader=jinja2.FunctionLoader(load),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
            auto_reload=False,
            cache_size=-1,
        )
        environment.globals["asset"] = jinja2.pass_context(_asset)
        return environment

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """The page that a template makes of these values. Raises `TemplateMistake`."""
        import jinja2

        try:
            return self.environment.get_template(name).render(values)
        except jinja2.TemplateError as error:
            raise TemplateMistake(self._problem(name, error)) from error
        except (RecursionError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise TemplateMistake(self._problem(name, error)) from error

    def closure(self, name: str) -> Closure:
        """The template with all that it needs. Raises `TemplateMistake` if it is missing or one of them wrong."""
        if name not in self._closures:
            self._closures[name] = self._close(name)
        return self._closures[name]

    def _close(self, name: str) -> Closure:
        from jinja2 import TemplateError, meta

        found: dict[str, Digest | None] = {}
        mentions: set[str] = set()
        todo = [name]
        while todo:
            current = todo.pop()
            if current in found:
                continue
            file = self.files.get(current)
            if file is None:
                found[current] = None
                if current == name:
                    raise TemplateMistake(self._missing(name))
                continue
            found[current] = digest_of((file.name, file.text))
            try:
                tree = self.environment.parse(file.text, file.name, file.shown)
            except TemplateError as error:
                raise TemplateMistake(self._problem(current, error)) from error
            mentions |= meta.find_undeclared_variables(tree)
            for reference in meta.find_referenced_templates(tree):
                # A name that is computed while rendering may be any template: then all of them count.
                todo += [reference] if reference is not None else self.files
        return Closure(digest_of(tuple(sorted(found.items()))), frozenset(mentions))

    def _missing(self, name: str) -> Problem:
        hint = did_you_mean(name, self.files) or "Templates lie in the folder `templates/`."
        return Problem(path=f"templates/{name}", message=f"There is no template `{name}`", hint=hint)

    def _problem(self, name: str, error: Exception) -> Problem:
        """Where a template went wrong, and what to do."""
        import jinja2

        if isinstance(error, jinja2.TemplateSyntaxError):
            path = error.filename or self._shown(error.name or name)
            return Problem(
                path=path, line=error.lineno, message=f"The template cannot be read: {error.message}"
            )
        path, line = self.where(name, error)
        if isinstance(error, jinja2.TemplateNotFound):
            hint = did_you_mean(str(error.name), self.files)
            return Problem(path=path, line=line, message=f"There is no template `{error.name}`", hint=hint)
        if isinstance(error, RecursionError):
            return Problem(path=path, line=line, message="The template includes or calls itself without end")
        return Problem(path=path, line=line, message=f"The template fails: {error}", hint=_advice(error))

    def where(self, name: str, error: BaseException) -> tuple[str, int]:
        """The innermost line of a template that an error passed through."""
        shown = {file.shown for file in self.files.values()}
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in shown]
        if frames:
            return frames[-1].filename, frames[-1].lineno or 0
        return self._shown(name), 0

    def _shown(self, name: str) -> str:
        file = self.files.get(name)
        return file.shown if file else f"templates/{name}"


def where_overdue(templates: Templates, name: str, error: BaseException) -> Problem:
    """The place at which a template was stopped because it took too long."""
    path, line = templates.where(name, error)
    hint = "Look for a loop that does not end."
    return Problem(path=path, line=line, message=f"The template `{name}` takes too long", hint=hint)


def _advice(error: Exception) -> str:
    import jinja2

    if isinstance(error, jinja2.UndefinedError):
        return "Check the spelling; the documentation of the theme lists what each template sees."
    return ""


def _asset(context: Context, name: str) -> str:
    """`asset("site.css")`: the address of a file of `templates/assets/`."""
    assets = dict(context["site"].assets)
    if name not in assets:
        hint = did_you_mean(name, assets) or "Files for it lie in `templates/assets/`."
        raise LookupError(f"there is no asset `{name}`. {hint}")
    return str(assets[name])


def safe_html(text: str) -> Any:
    """HTML that is inserted as it is, because it was made safe before."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - the text comes from `convert`, which allows only what it knows
