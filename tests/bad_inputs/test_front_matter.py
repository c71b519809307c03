"""Front matter that is broken, hostile, or says something else than it looks like."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from tests.bad_inputs.support import Site, post

ATOM = "{http://www.w3.org/2005/Atom}"


def test_front_matter_that_is_never_closed_is_an_error_and_published_by_nobody(site: Site) -> None:
    site.post("---\ntitle: Other\ndate: 2024-03-05\naccess: members\n\ntop secret\n")
    site.refuses("posts/bad.md:", "never ends", "Close it with a line `---`")
    assert site.anywhere("top secret") == []


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("title: one: two", ("bad.md:2:", "A colon followed by a space", '`title: "one: two"`')),
        ("title: x\nextra:\n\ta: 1", ("bad.md:4:", "A tab", "replace the tab")),
        ("title: x\ntags: [a\ndate: 2024-01-01", ("bad.md:4:", "is not closed", "Close it")),
        ("title: 'x", ("bad.md:2:", "never closed", "Close it")),
        ("title: @x", ("bad.md:2:", "means something in YAML", '"@x"')),
        (
            "title: x\ntitle: y\ndate: 2024-01-01",
            ("bad.md:3", "`title` stands twice, on lines 2 and 3", "Keep one"),
        ),
        ("- a\n- list", ("bad.md:2:", "The front matter is a list", "Write `key: value` lines")),
        ("only a text", ("bad.md:2:", "The front matter is a text", "Write `key: value` lines")),
    ],
)
def test_yaml_that_cannot_be_read_is_an_error_with_line_and_advice(
    site: Site, header: str, told: tuple[str, ...]
) -> None:
    site.post(f"---\n{header}\n---\n\ntext\n")
    site.refuses(*told)


TAGGED = (
    "!!python/object/apply:os.system ['touch owned']",
    "!!python/object/new:os.system ['touch owned']",
    "!!python/name:os.system",
    "!<tag:yaml.org,2002:python/object/apply:os.system> ['touch owned']",
    "!!binary aGVsbG8=",
    "!custom x",
)


def test_a_tag_of_yaml_is_an_error_and_runs_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(site.root)
    for number, value in enumerate(TAGGED):
        site.post(post(front=f"extra:\n  x: {value}"), f"bad{number}.md")
    messages = site.refuses(*(f"posts/bad{number}.md:5:" for number in range(len(TAGGED))))
    assert messages.count("is not allowed here If it is part of the text, put the value in quotes.") == len(
        TAGGED
    )
    assert not (site.root / "owned").exists()


def test_billion_laughs_are_an_error_at_once(site: Site) -> None:
    bomb = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    bomb += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    site.post(post(front="extra:\n  " + "\n  ".join(bomb)))
    site.refuses("posts/bad.md:5:", "names a value for use elsewhere", apart=True)


@pytest.mark.parametrize(
    "front",
    [
        "tags: " + "[" * 30_000,
        "tags: " + "{a: " * 15_000,
        "tags:\n" + "".join(" " * depth + "- \n" for depth in range(1, 100)),
        "extra: " + "[" * 40 + "]" * 40,
    ],
    ids=["brackets", "braces", "indented", "just too deep"],
)
def test_lists_nested_too_deep_are_an_error_and_no_crash(site: Site, front: str) -> None:
    site.post(post(front=front))
    site.refuses("posts/bad.md:", "nested deeper than 32 levels", "write it flatter", apart=True)


def test_a_header_of_more_than_64_kib_is_an_error(site: Site) -> None:
    site.post(post(front="summary: " + "word " * 20_000))
    site.refuses("posts/bad.md", "64 KiB")


def test_a_number_that_nothing_can_hold_is_an_error_with_its_line(site: Site) -> None:
    numbers = ("1" * 5000, "9" * 30, "1e999", ".inf", "-.inf", ".nan")
    for number, written in enumerate(numbers):
        site.post(post(front=f"extra:\n  n: {written}"), f"bad{number}.md")
    messages = site.refuses(*(f"posts/bad{number}.md:4 error In `extra`" for number in range(6)), "6 errors")
    assert messages.count("Put it in quotes.") == 6


def test_impossible_dates_are_all_named_in_one_run(site: Site) -> None:
    dates = ("2024-02-30", "2024-13-01", "2024-00-10", "99999-01-01", "2024-06-31 25:61", "yesterday")
    for number, date in enumerate(dates):
        site.post(post(date=date), f"bad{number}.md")
    messages = site.refuses(*(f"posts/bad{number}.md:3" for number in range(6)), "6 errors")
    for told in (
        "There is no 30 February 2024",
        "There is no month 13 Is it 2024-01-13?",
        "There is no month 00 Write",
    ):
        assert told in messages
    assert "`99999-01-01` is not a date Write it as in 2024-05-09" in messages


TITLES = ("no", "2024", "1.10", "0o17", "2024-01-02", "null?", "true", "12:30:45", "1_000", "+1", "010")


def test_a_title_stays_as_it_was_typed(site: Site) -> None:
    for number, title in enumerate(TITLES):
        site.post(post(title=f"title: {title}"), f"as-typed-{number}.md")
    site.accepts()
    for number, title in enumerate(TITLES):
        heading = site.page(f"blog/as-typed-{number}").css_first("h1")
        assert heading is not None
        assert heading.text() == title


def test_tags_stay_as_they_were_typed(site: Site) -> None:
    site.post(post(front="tags: [yes, 22:22, 010, 1.10, 2024-01-02, off]"))
    site.accepts()
    names = {node.text().strip() for node in site.page("blog/bad").css("article a[href^='/tag/']")}
    assert names == {"yes", "22:22", "010", "1.10", "2024-01-02", "off"}


def test_empty_tags_are_dropped(site: Site) -> None:
    site.post(post(front='tags: ["", null, ~, "  ", real]'))
    site.accepts()
    assert sorted(path.name for path in (site.output / "tag").iterdir()) == ["real", "rest"]


def test_tags_that_are_no_names_are_an_error(site: Site) -> None:
    for number, tags in enumerate(("{a: 1}", "[{a: 1}]", "[[a]]")):
        site.post(post(front=f"tags: {tags}"), f"bad{number}.md")
    messages = site.refuses(*(f"posts/bad{number}.md:4 error `tags` is" for number in range(3)))
    assert messages.count("Write `tags: ") == 3


def test_tags_with_slashes_and_dots_get_safe_addresses(site: Site) -> None:
    site.post(post(front="tags: ['..', a/b, ./x, 'C#/.NET', '/', '\\']"))
    site.accepts()
    for path in (site.output / "tag").rglob("index.html"):
        assert path.parent.parent == site.output / "tag"
    assert len(list((site.output / "tag").iterdir())) == 7


def test_10000_tags_on_one_post_are_built(site: Site) -> None:
    site.post(post(front="tags: [" + ",".join(map(str, range(10_000))) + "]"))
    outcome = site.build_apart("--now", "2026-02-03", "--jobs", "1", seconds=60)
    assert outcome.code == 0, outcome
    assert len(list((site.output / "tag").iterdir())) == 10_001


PAYLOAD = "</title><script>alert(1)</script>]]>\"'&<!--"


@pytest.mark.parametrize(
    "field", ["title", "category", "tags", "authors", "summary", "description", "image_alt", "extra"]
)
def test_markup_in_a_field_is_text_in_pages_feeds_and_structured_data(site: Site, field: str) -> None:
    written = json.dumps(PAYLOAD)
    value = (
        f"[{written}]"
        if field in ("tags", "authors")
        else f"{{x: {written}}}"
        if field == "extra"
        else written
    )
    site.post(
        post(
            title=f"title: {written}" if field == "title" else "title: Other",
            front="" if field == "title" else f"{field}: {value}",
        )
    )
    site.accepts()
    feed = ET.fromstring((site.output / "feed.xml").read_bytes())
    script = site.page("blog/bad").css_first('script[type="application/ld+json"]')
    assert script is not None
    told = json.dumps(json.loads(script.text()), ensure_ascii=False)
    if field in ("title", "tags", "category", "authors", "description"):
        assert json.dumps(PAYLOAD)[1:-1] in told
    if field == "title":
        assert PAYLOAD in [node.text for node in feed.iter(f"{ATOM}title")]
        assert PAYLOAD in (site.page("blog/bad").css_first("h1") or script).text()
    if field in ("tags", "category"):
        assert PAYLOAD in [node.get("term") for node in feed.iter(f"{ATOM}category")]


HIDING = {
    "acess: members": "Did you mean `access`?",
    "access: membres": "Did you mean `members`?",
    "access:": "Known: public, members.",
    "Access: members,": "Did you mean `members`?",
    "darft: true": "Did you mean `draft`?",
    "draft: treu": "Write `draft: true`",
    "draft:": "Write `draft: true`",
    "visibility: private": "access",
    "private: true": "access",
    "password: x": "access",
    "unlsited: true": "Did you mean `unlisted`?",
    "expiers: 2020-01-01": "Did you mean `expires`?",
}


def test_a_mistyped_word_that_hides_a_post_is_an_error_and_publishes_nothing(site: Site) -> None:
    for number, front in enumerate(HIDING):
        site.post(post("top secret", front=front, title="title: Zyzzyva"), f"bad{number}.md")
    site.refuses(*(f"posts/bad{number}.md:4 error" for number in range(len(HIDING))), *HIDING.values())
    kept = site.build("--keep-going")
    assert kept.code == 1
    assert kept.messages.count("left out, because of its errors: content/posts/bad") == len(HIDING)
    assert (site.output / "blog/good/index.html").is_file()
    assert [*site.anywhere("top secret"), *site.anywhere("Zyzzyva"), *site.anywhere("blog/bad")] == []


def test_drafts_and_posts_of_the_future_stand_nowhere_in_the_output(site: Site) -> None:
    site.post(
        post("top secret one", front="draft: true\ntags: [zyzzyva]", title="title: Secret draft"), "draft.md"
    )
    site.post(post("top secret two", front="tags: [zyzzyva]", title="title: Secret plan", date="2030-01-01"))
    site.post(post("top secret three", front="expires: 2025-01-01", title="title: Secret past"), "old.md")
    outcome = site.build()
    assert outcome.code == 0
    assert outcome.told.count("held back") == 3
    for text in ("top secret", "Secret", "zyzzyva"):
        assert site.anywhere(text) == []


def test_a_language_that_is_none_is_an_error(site: Site) -> None:
    site.post(post(front="lang: 'en\" onload=\"alert(1)'"))
    site.refuses("posts/bad.md:4", "is not a language tag", "Write one as in")


def test_a_template_that_is_none_is_an_error_with_its_line(site: Site) -> None:
    names = ("../secret.html", "/etc/passwd", "'post.html{{ 1 }}'", ".env", "nowhere.html")
    for number, name in enumerate(names):
        site.post(post(front=f"template: {name}"), f"bad{number}.md")
    messages = site.refuses(*(f"posts/bad{number}.md:4 error" for number in range(4)))
    assert messages.count("is not the name of a template Write one as in `template: landing.html`.") == 4


def test_a_template_that_does_not_exist_is_an_error_of_the_post_that_names_it(site: Site) -> None:
    site.post(post(front="template: pots.html"))
    site.refuses("posts/bad.md:4 error There is no template `pots.html` Did you mean `post.html`?")
