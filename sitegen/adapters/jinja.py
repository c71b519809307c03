"""Jinja2: templates in, pages out, and every mistake with its file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, MutableMapping
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from sitegen.digest import Digest, digest_of
from sitegen.errors import Problem, did_you_mean
from sitegen.model import view

if TYPE_CHECKING:
    import jinja2
    from jinja2.runtime import Context

ASSETS = "assets/"

_NO_FIELD = re.compile(r"'sitegen\.model\.view\.(\w+) object' has no attribute '(\w+)'")


class TemplateFile(Struct, frozen=True):
    """A template: the name by which others include it, the path to show to a person, and its text."""

    name: str
    shown: str
    text: str


def code_key(file: TemplateFile) -> Digest:
    """What the code of a template depends on, for one version of Python, Jinja2 and sitegen."""
    return digest_of(file)


class Closure(Struct, frozen=True):
    """A template with all that it extends, includes and imports."""

    digest: Digest
    """Of the names and texts of all of them."""
    mentions: frozenset[str]
    """The names they use and do not define: what the view has to hold."""
    members: tuple[tuple[str, str], ...] = ()
    """Name and digest of each of them, sorted; the digest of one that is missing is empty."""


class Facts(Struct, frozen=True):
    """What one template is, by itself."""

    mentions: frozenset[str]
    references: tuple[str, ...]
    """The templates that it names."""
    any_other: bool = False
    """It also works out the name of one while rendering: that may be any."""


class TemplateMistake(Exception):
    """A template cannot be used; `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


class Templates:
    """A set of templates, compiled as they are needed."""

    def __init__(
        self,
        files: Iterable[TemplateFile],
        known: Mapping[str, Facts] | None = None,
        code: MutableMapping[str, bytes] | None = None,
    ) -> None:
        self.files: Mapping[str, TemplateFile] = {file.name: file for file in files}
        self.code: MutableMapping[str, bytes] = {} if code is None else code
        """Compiled templates, by `code_key`. What has to be compiled is added, also to what was given."""
        self.facts: dict[str, Facts] = dict(known or {})
        """By the digest of name and text; `known` were found out in earlier builds."""
        self._closures: dict[str, Closure] = {}
        self._digests: dict[str, Digest] = {}

    @cached_property
    def environment(self) -> jinja2.Environment:
        """The environment of all templates. Made when first used: importing Jinja2 takes a while."""
        import jinja2

        from sitegen.adapters.jinja_code import CodeCache
        from sitegen.adapters.jinja_environment import environment_class

        def load(name: str) -> tuple[str, str, None] | None:
            file = self.files.get(name)
            return (file.text, file.shown, None) if file else None

        environment = environment_class()(
            loader=jinja2.FunctionLoader(load),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
            auto_reload=False,
            cache_size=-1,
            bytecode_cache=CodeCache(self.code),
        )
        environment.globals["asset"] = jinja2.pass_context(_asset)
        return environment

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """The page that a template makes of these values. Raises `TemplateMistake`."""
        try:
            return self.environment.get_template(name).render(values)
        except Exception as error:
            # A template is a program and may fail like one; whatever it is, its author has to know where.
            raise TemplateMistake(self._problem(name, error)) from error

    def closure(self, name: str) -> Closure:
        """The template with all that it needs.

        Raises `TemplateMistake` if it is missing, or one of them cannot be read.
        """
        if name not in self._closures:
            self._closures[name] = self._close(name)
        return self._closures[name]

    def name(self, path: str) -> bool:
        """Whether the text of a template names a path."""
        return any(path in file.text for file in self.files.values())

    def _close(self, name: str) -> Closure:
        found: dict[str, Digest | None] = {}
        mentions: set[str] = set()
        todo = [name]
        while todo:
            current = todo.pop()
            if current in found:
                continue
            file = self.files.get(current)
            if file is None and current == name:
                raise TemplateMistake(self._missing(name))
            # An include may be optional: that it is missing is then part of what the page depends on.
            found[current] = self._digest(file) if file else None
            if file:
                facts = self._facts(file)
                mentions |= facts.mentions
                todo += sorted(self.files) if facts.any_other else facts.references
        members = tuple(sorted((one, digest or "") for one, digest in found.items()))
        return Closure(digest_of(members), frozenset(mentions), members)

    def _digest(self, file: TemplateFile) -> Digest:
        if file.name not in self._digests:
            self._digests[file.name] = digest_of((file.name, file.text))
        return self._digests[file.name]

    def _facts(self, file: TemplateFile) -> Facts:
        """What one template mentions and refers to."""
        digest = self._digest(file)
        if digest not in self.facts:
            self.facts[digest] = self._parsed(file)
        return self.facts[digest]

    def _parsed(self, file: TemplateFile) -> Facts:
        from jinja2 import TemplateError, meta, nodes

        try:
            tree = self.environment.parse(file.text, file.name, file.shown)
            mentions = frozenset(meta.find_undeclared_variables(tree))
            # Jinja2 does not count what every template knows, and `asset` shows what is known of the site.
            if any(name.name == "asset" for name in tree.find_all(nodes.Name)):
                mentions |= {"asset"}
            references = list(meta.find_referenced_templates(tree))
        except (TemplateError, RecursionError) as error:
            raise TemplateMistake(self._problem(file.name, error)) from error
        named = tuple(reference for reference in references if reference is not None)
        # A name that is computed while rendering may be any template: then all of them count.
        return Facts(mentions, named, any_other=len(named) != len(references))

    def _missing(self, name: str) -> Problem:
        hint = did_you_mean(name, self.files) or "Templates lie in the folder `templates/`."
        return Problem(path=f"templates/{name}", message=f"There is no template `{name}`", hint=hint)

    def _problem(self, name: str, error: Exception) -> Problem:
        """Where a template went wrong, and what to do."""
        import jinja2

        if isinstance(error, jinja2.TemplateSyntaxError):
            shown = {file.shown for file in self.files.values()}
            # What Jinja2 finds while it looks through a template, it finds in `<introspection>`.
            path = error.filename if error.filename in shown else self._shown(name)
            message = f"The template cannot be read: {_sentence(error.message or '')}"
            return Problem(path=path, line=error.lineno, message=message)
        path, line = self.where(name, error)
        if isinstance(error, jinja2.TemplateNotFound):
            hint = did_you_mean(str(error.name), self.files)
            return Problem(path=path, line=line, message=f"There is no template `{error.name}`", hint=hint)
        if isinstance(error, RecursionError):
            return Problem(path=path, line=line, message="The template includes or calls itself without end")
        if isinstance(error, MemoryError):
            return Problem(path=path, line=line, message="The template wants more memory than there is")
        if isinstance(error, NoAsset):
            return Problem(path=path, line=line, message=str(error), hint=error.hint)
        message, hint = _failure(error)
        return Problem(path=path, line=line, message=message, hint=hint)

    def where(self, name: str, error: BaseException) -> tuple[str, int]:
        """The innermost line of a template that an error passed through."""
        shown = {file.shown for file in self.files.values()}
        found = (self._shown(name), 0)
        trace = error.__traceback__
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename
            if file in shown:
                # Jinja2 itself puts the template's lines only into what is an `Exception`.
                template = trace.tb_frame.f_globals.get("__jinja_template__")
                line = _line(trace)
                found = (file, template.get_corresponding_lineno(line) if template is not None else line)
            trace = trace.tb_next
        return found

    def _shown(self, name: str) -> str:
        file = self.files.get(name)
        return file.shown if file else f"templates/{name}"


def _line(trace: TracebackType) -> int:
    """The line of Python code that an error passed through.

    A signal is noticed at the jump that closes a loop, which has no line of its own: then the line before it.
    """
    if trace.tb_lineno:
        return trace.tb_lineno
    spans = trace.tb_frame.f_code.co_lines()
    lines = [line for start, _, line in spans if line and start <= trace.tb_lasti]
    return lines[-1] if lines else 0


def where_overdue(templates: Templates, name: str, error: BaseException) -> Problem:
    """The place at which a template was stopped because it took too long."""
    path, line = templates.where(name, error)
    hint = "Look for a loop that does not end."
    return Problem(path=path, line=line, message=f"The template `{name}` takes too long", hint=hint)


class NoAsset(Exception):
    """`asset` was asked for what it cannot give."""

    def __init__(self, message: str, hint: str) -> None:
        self.hint = hint
        super().__init__(message)


def _sentence(text: str) -> str:
    """Another's message on one line and without the full stop that ours do not have."""
    return " ".join(text.split()).rstrip(".")


def _failure(error: Exception) -> tuple[str, str]:
    """What is wrong with a template that failed, and the next move."""
    import jinja2

    hint = ""
    if isinstance(error, jinja2.UndefinedError):
        hint = "Check the spelling; docs/design.md of sitegen lists what each template sees."
    if match := _NO_FIELD.fullmatch(str(error)):
        kind, field = match.groups()
        near = did_you_mean(field, getattr(view, kind).__struct_fields__)
        return f"`{field}` is not a name in {kind}", near or hint
    return f"The template fails: {_sentence(str(error) or type(error).__name__)}", hint


def _asset(context: Context, name: str) -> str:
    """`asset("site.css")`: the address of a file of `templates/assets/`."""
    site = context.get("site")
    if site is None:
        hint = (
            "Import the macro that calls it `with context`; feeds, the sitemap and redirects have no assets."
        )
        raise NoAsset(f"`asset({name!r})` is called where `site` is unknown", hint)
    for asset, address in site.assets:
        if asset == name:
            return str(address)
    hint = did_you_mean(str(name), dict(site.assets)) or "Files for it lie in `templates/assets/`."
    raise NoAsset(f"There is no asset `{name}`", hint)


def safe_html(text: str) -> Any:
    """HTML that is inserted as it is, because it was made safe before."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - the text comes from `convert`, which allows only what it knows
