"""No text for members is published, in whatever form; and nothing else is taken for one."""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import io
import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from hashlib import sha256
from random import Random
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.digest import Digest
from sitegen.stages.audit import (
    LEAK,
    Found,
    Hit,
    Leak,
    Prints,
    Public,
    Searcher,
    Secret,
    leaks,
    prints,
    sought,
    told,
    wanted,
)
from sitegen.stages.audit import search as stage
from sitegen.stages.audit import tell as telling
from sitegen.stages.audit.letters import fold, fold_high, letters, shape, without_entities
from sitegen.stages.audit.prints import GRAM, MIDDLE, TAG, holder, outside_tags

MARKDOWN = """## What the river took from us

The mill on the eastern bank stood empty for *eleven winters* before anybody asked who held the key.
Nobody did: the key had gone down with the ferry, and the ledger with it.

![A brass key on a wet ledger, seen from above](key.png "Found by the lock keeper's daughter in May")

<!-- remember to ask the notary about the second drawer of the desk -->

```python
def forgotten_interest(principal, winters):
    return principal * unlucky_rate ** winters
```

| who owed whom | how much of it |
| --- | --- |
| the miller's widow | four sacks of barley flour |
"""
HTML = """<h2 id="river">What the river took from us</h2>
<p>The mill on the eastern bank stood empty for <em>eleven winters</em> before anybody asked who held the key.
Nobody did: the key had gone down with the ferry, and the ledger with it.</p>
<p><img src="\0000\000" alt="A brass key on a wet ledger, seen from above"
 title="Found by the lock keeper&#x27;s daughter in May"></p>
<pre><code><span class="k">def</span> <span class="nf">forgotten_interest</span>(principal, winters):
    return principal * unlucky_rate ** winters
</code></pre>
<table><tr><td>the miller&rsquo;s widow</td><td>four sacks of barley flour</td></tr></table>
"""
SENTENCE = "The mill on the eastern bank stood empty for eleven winters before anybody asked"
SECRET = Secret("content/posts/mill.md", prints(HTML, MARKDOWN))
PAGE = "<!doctype html>\n<html>\n<body>\n\n<p>Good morning to all who came here today.</p>\n\n{}\n\n</body>"
NOTHING = Public(tuple)


def searcher(*secrets: Secret) -> Searcher:
    """One that looks for these."""
    secrets = secrets or (SECRET,)
    files = [(size, digest) for secret in secrets for _, size, digest in secret.files]
    return Searcher(wanted([secret.prints for secret in secrets], files), readable=True)


def found_in(data: bytes | str, path: str = "index.html") -> list[Leak]:
    """The leaks in one file."""
    data = data.encode() if isinstance(data, str) else data
    return list(leaks([(path, searcher().search(path, data).hits)], [SECRET], NOTHING))


# What is found


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE,
        "before anybody asked who held the key. Nobody did: the key had gone down",
        "What the river took from us: forgotten",
        "A brass key on a wet ledger, seen from above",
        "Found by the lock keeper's daughter in May",
        "remember to ask the notary about the second drawer of the desk",
        "return principal * unlucky_rate ** winters",
        "the miller's widow | four sacks of barley flour",
    ],
)
def test_body_heading_picture_comment_code_and_table_are_all_looked_for(text: str) -> None:
    if text.endswith("forgotten"):
        text = text.removesuffix(": forgotten") + "\n\n" + SENTENCE
    assert found_in(PAGE.format(text))


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE.upper(),
        SENTENCE.replace(" ", "\n\n"),
        SENTENCE.replace(" ", "&nbsp;"),
        SENTENCE.replace(" ", "</b> <b>"),
        SENTENCE.replace("i", "<wbr>i").replace("e", "e\N{SOFT HYPHEN}"),
        SENTENCE.replace(" ", "_"),
        SENTENCE.replace("a", "&#97;").replace("e", "&#x65;"),
        SENTENCE.replace("The", "“The").replace(" ", " – "),
        "".join(f"<span>{letter}</span>" for letter in SENTENCE),
    ],
    ids=range(9),
)
def test_case_blanks_tags_signs_and_references_hide_nothing(text: str) -> None:
    assert found_in(PAGE.format(text))


@pytest.mark.parametrize(
    "written",
    [
        '<meta name="description" content="{}">',
        "<meta name='description' content='{}'>",
        "<p hidden>{}</p>",
        "<!-- {} -->",
        "<!-- a > b {} -->",
        "<script>if (a < b) say('{}')</script>",
        '<style>p::after {{ content: "{}" }}</style>',
        "<p unclosed {}",
        "<![CDATA[{}]]>",
        "<a href='#{}'>x</a>",
    ],
)
def test_every_place_in_a_page_is_searched(written: str) -> None:
    assert found_in(PAGE.format(written.format(SENTENCE)))
    assert not found_in(PAGE.format(written.format("The mill on the western bank was never empty at all")))


# Encodings


def utf16(text: str) -> bytes:
    return b"\0\1\2" + text.encode("utf-16-le") + b"\0\0\xff"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(kind: bytes, body: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(kind, body) + pixels + chunk(b"IEND", b"")


def jpeg(marker: int, body: bytes) -> bytes:
    segment = bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + segment + b"\xff\xda\0\2\0\x91\xff\xd9"


def zipped(text: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", text)
    return file.getvalue()


def pdf(text: str) -> bytes:
    stream = zlib.compress(b"BT (" + ") -12 (".join(text).encode() + b") Tj ET")
    return b"%PDF-1.7\n\0\xff\n1 0 obj <</Filter/FlateDecode>> stream\n" + stream + b"\nendstream endobj"


def wrapped(text: str) -> bytes:
    return b"<pre>\n" + base64.encodebytes(text.encode() * 1) + b"</pre>"


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": str.encode,
    "latin-1": lambda text: b"caf\xe9 " + text.encode("cp1252", "replace"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 among bytes": utf16,
    "utf-32": lambda text: text.encode("utf-32"),
    "entities": lambda text: "".join(f"&#{ord(one)};" for one in text).encode(),
    "entities twice": lambda text: html.escape(html.escape(f"<p>{text}</p>")).encode(),
    "percent": lambda text: b'<a href="x?' + quote(text).encode() + b'">',
    "form": lambda text: quote_plus(text).encode(),
    "percent, each": lambda text: "".join(f"%{one:02x}" for one in text.encode()).encode(),
    "percent twice": lambda text: quote(quote(text)).encode(),
    "json": lambda text: json.dumps({"body": text}).encode(),
    "json, each": lambda text: ('"' + "".join(f"\\u{ord(one):04x}" for one in text) + '"').encode(),
    "javascript": lambda text: (
        "'" + "".join(f"\\x{one:02x}" for one in text.encode("ascii")) + "'"
    ).encode(),
    "javascript, braces": lambda text: ("`" + "".join(f"\\u{{{ord(one):x}}}" for one in text) + "`").encode(),
    "javascript, octal": lambda text: ("'" + "".join(f"\\{one:03o}" for one in text.encode())).encode(),
    "javascript, lines": lambda text: "\\\n".join(text).encode(),
    "css": lambda text: ('a{content:"' + "".join(f"\\{ord(one):x} " for one in text) + '"}').encode(),
    "base64": lambda text: b"x='" + base64.b64encode(text.encode()) + b"'",
    "base64, alphabet for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).rstrip(b"="),
    "base64 behind others of its signs": lambda text: b"/a/b" + base64.b64encode(text.encode()),
    "base64 in lines": wrapped,
    "base64 twice": lambda text: base64.b64encode(base64.b64encode(text.encode())),
    "base64 of utf-16": lambda text: base64.b64encode(text.encode("utf-16-le")),
    "hexadecimal": lambda text: text.encode().hex().encode(),
    "gzip": lambda text: gzip.compress(text.encode()),
    "zlib": lambda text: zlib.compress(text.encode()),
    "bzip2": lambda text: bz2.compress(text.encode()),
    "xz": lambda text: lzma.compress(text.encode()),
    "zip": zipped,
    "gzip in base64 in json": lambda text: json.dumps(
        [base64.b64encode(gzip.compress(text.encode())).decode()]
    ).encode(),
    "png tEXt": lambda text: png(b"tEXt", b"Comment\0" + text.encode("latin-1", "replace")),
    "png zTXt": lambda text: png(b"zTXt", b"Comment\0\0" + zlib.compress(text.encode())),
    "png iTXt": lambda text: png(b"iTXt", b"Comment\0\0\0en\0K\0" + text.encode()),
    "png iTXt, compressed": lambda text: png(b"iTXt", b"C\0\1\0en\0K\0" + zlib.compress(text.encode())),
    "jpeg comment": lambda text: jpeg(0xFE, text.encode()),
    "jpeg exif": lambda text: jpeg(0xE1, b"Exif\0\0MM\0*" + b"UNICODE\0" + text.encode("utf-16-be")),
    "jpeg xmp": lambda text: jpeg(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + text.encode()),
    "behind a jpeg": lambda text: jpeg(0xFE, b"x") + text.encode(),
    "webp": lambda text: b"RIFF\0\0\0\0WEBPXMP " + struct.pack("<I", len(text.encode())) + text.encode(),
    "pdf": pdf,
    "svg": lambda text: f"<svg><title>{html.escape(text)}</title></svg>".encode(),
    "svgz": lambda text: gzip.compress(f"<svg><desc>{html.escape(text)}</desc></svg>".encode()),
    "feed": lambda text: f"<content type='html'>&lt;p&gt;{html.escape(text)}&lt;/p&gt;</content>".encode(),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_encoding_hides_a_sentence(encoding: str) -> None:
    assert found_in(ENCODINGS[encoding](SENTENCE))
    assert not found_in(ENCODINGS[encoding]("Nobody has ever seen this one sentence in any other place."))


def test_encodings_within_each_other_are_undone_to_a_depth_and_beyond_it_the_search_fails() -> None:
    text = SENTENCE.encode()
    for depth in range(1, 8):
        text = base64.b64encode(text)
        one = searcher().search("a", text)
        assert bool(one.hits) == (depth <= stage.DEEPEST + 1)
        assert bool(one.unsearched) == (depth > stage.DEEPEST + 1)


def test_what_is_sealed_is_as_if_by_chance_and_is_searched_to_its_end() -> None:
    random = Random(7)
    briefly = searcher(Secret("a.md", prints("<p>A few brief words</p>")))
    for size in (60, 128, 300, 5_000):
        for _ in range(200):
            text = base64.b64encode(random.randbytes(size))
            assert searcher().search("a", b'{"slots": ["' + text + b'"]}').unsearched == ""
            assert briefly.search("a", text).unsearched == ""


def test_what_becomes_too_much_is_not_taken_for_clean() -> None:
    bomb = gzip.compress(b"\0" * (65 << 20))
    one = searcher().search("a.gz", bomb)
    assert not one.hits
    assert "MB" in one.unsearched


def test_a_damaged_archive_gives_what_can_be_had_of_it() -> None:
    whole = gzip.compress((SENTENCE + " and " * 5000).encode(), 1)
    assert found_in(whole[:-20])
    assert not found_in(b"\x1f\x8b" + b"\xff" * 50)
    assert not found_in(b"PK\x03\x04" + b"\xff" * 50)


def test_a_path_counts_as_a_part_of_its_file() -> None:
    assert found_in(b"", "img/the-mill-on-the-eastern-bank-stood-empty-for-eleven.png")
    assert found_in(b"", "img/" + quote("The mill on the eastern bank stood empty") + ".png")


# Letters of all scripts

RUSSIAN = "Мельница на восточном берегу стояла пустой одиннадцать зим подряд"
CHINESE = "河東岸邊的那座磨坊空置了整整十一個冬天都沒有人問過鑰匙在誰手裡"
FRENCH = "Le café fermé où l’élève naïf répétait à haute voix ses leçons d’été"


@pytest.mark.parametrize("text", [RUSSIAN, CHINESE, FRENCH])
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-16", "base64", "json, each", "percent", "entities", "hexadecimal", "jpeg comment"],
)
def test_words_of_any_script_are_found(text: str, encoding: str) -> None:
    secret = Secret("a.md", prints(f"<p>{text}</p>"))
    one = searcher(secret).search("a", ENCODINGS[encoding](text))
    assert list(leaks([("a", one.hits)], [secret], NOTHING))


def test_composed_and_decomposed_letters_and_latin_1_are_the_same() -> None:
    import unicodedata

    secret = Secret("a.md", prints(f"<p>{FRENCH}</p>"))
    for data in (unicodedata.normalize("NFD", FRENCH).encode(), FRENCH.encode("cp1252")):
        assert list(leaks([("a", searcher(secret).search("a", data).hits)], [secret], NOTHING))


# Any letters in a row

WORDS = st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9), min_size=60, max_size=90)


@settings(deadline=None, max_examples=200)
@given(WORDS, st.data())
def test_any_31_letters_in_a_row_are_found_in_any_encoding(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    secret = Secret("a.md", prints(f"<p>{text}</p>", text))
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : data.draw(st.integers(start + 1, len(text)))]
    encoding = data.draw(st.sampled_from(sorted(ENCODINGS)))
    one = searcher(secret).search("a", ENCODINGS[encoding](part))
    count = sum(map(str.isalpha, part))
    if count >= LEAK:
        assert list(leaks([("a", one.hits)], [secret], NOTHING))


@settings(deadline=None, max_examples=100)
@given(WORDS, WORDS)
def test_other_words_are_not(words: list[str], others: list[str]) -> None:
    text, other = "".join(words), "".join(others)
    shared = any(other[start : start + LEAK] in text for start in range(len(other) - LEAK + 1))
    secret = Secret("a.md", prints(f"<p>{' '.join(words)}</p>"))
    one = searcher(secret).search("a", " ".join(others).encode())
    assert bool(list(leaks([("a", one.hits)], [secret], NOTHING))) == shared


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(st.integers(0, 58), max_size=45), min_size=1, max_size=8), st.integers(0, 24))
def test_what_is_remembered_of_one_file_hides_nothing_in_the_next(files: list[list[int]], many: int) -> None:
    secret = Secret("a.md", prints(HTML))
    code = base64.b64encode(SENTENCE.encode()).decode()
    beginning = "Good morning to all who came here today"
    pieces = [
        "<p>Good day.</p>",
        "<hr>",
        '<path d="M0 0C1 2">',
        f"<p>{SENTENCE}</p>",
        f"<script>atob('{code}')</script>",
        f"<script>x = '\\n'; atob('{code}')</script>",
        f"<p>{beginning}, and then nothing else, truly, of any weight</p>",
        *("<i>" + " ".join(SENTENCE.split()[n : n + 2]) + "</i>" for n in range(12)),
        *(f"<p title='{SENTENCE[n : n + 25]}'>{SENTENCE[n + 25 :]}</p>" for n in range(20)),
        *(f"<p>{beginning}. {SENTENCE[n : n + 25]}</p><p>{SENTENCE[n + 25 :][:20]}" for n in range(20)),
    ]
    everything = wanted([secret.prints])
    together = Searcher(everything)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "_MANY", many)
        for file in files:
            page = "\n\n".join(pieces[number % len(pieces)] for number in file).encode()
            alone = Searcher(everything).search("a.html", page)
            assert parts(together.search("a.html", page), secret.prints) == parts(alone, secret.prints)


def parts(found: Found, secret: Prints) -> set[bytes]:
    """All letters in a row that make a leak. One search may find them in fewer hits than another."""
    every = (hit.letters for hit in found.hits)
    some = {one[start : start + LEAK] for one in every for start in range(len(one) - LEAK + 1)}
    return {part for part in some if holder([secret], part) is not None}


def test_code_that_held_something_is_never_taken_for_clean() -> None:
    """Also where what it holds was found before in the same file, in another form."""
    code = base64.b64encode(SENTENCE.encode()).decode()
    for first in (f"x = '\\n'; atob('{code}')", f"<p>{SENTENCE}</p><script>atob('{code}')</script>"):
        one = Searcher(wanted([SECRET.prints]))
        assert one.search("a.html", first.encode()).hits
        assert one.search("b.html", first.encode()).hits
        assert one.search("c.html", f"atob('{code}')".encode()).hits


def test_pieces_that_begin_in_the_same_way_are_no_less_different_in_their_end() -> None:
    beginning = "Good morning to all who came here today"
    head = "<h1>Hello, this is the head of the page</h1>"
    one, other = f"<p>{beginning}, and nothing else.</p>", f"<p>{beginning}. The mill on the eastern bank</p>"
    rest = "<p>stood empty for eleven win, more or less</p>"
    searched = Searcher(wanted([SECRET.prints]))
    for clean in ([head, one], [head, one, rest], [other]):
        assert not searched.search("a.html", "\n\n".join(clean).encode()).hits
    assert searched.search("a.html", "\n\n".join([head, other, rest]).encode()).hits


@pytest.mark.parametrize(
    ("start", "end"),
    [("<!-- ", " -->"), ("<script>x = '", "'</script>"), ("<style>", "</style>"), ("<p>", "</p>")],
)
def test_an_empty_line_parts_no_letters(start: str, end: str) -> None:
    half = len(SENTENCE[:45].rpartition(" ")[0])
    page = f"<p>Good day.</p>{start}{SENTENCE[half - 24 : half]}\n\n{SENTENCE[half : half + 24]}{end}"
    assert found_in(page)


HALVES = ("The mill on the eastern bank", "stood empty for eleven winters")


@pytest.mark.parametrize(
    "page",
    [
        "<p>{0}<b\n\n class='x'> {1}</b></p>",
        "<p>{0}<!-- x\n\ny --> {1}</p>",
        "<textarea>&lt;p&gt;{0}&lt;/p&gt;\n\n&lt;p&gt;{1}&lt;/p&gt;</textarea>",
        "<p title='x'>{0:%}\n\n{1:%}</p>",
        "<!-- <p>{0}</p>\n<p>{1}</p> -->",
        "<script>const poem = `<p>{0}</p><p>{1}</p>`</script>",
        "<!-- {0} <em>{1}</em>\n\n-->",
        "<!-- {0} <em>{1}</em>",
    ],
)
def test_what_lies_across_tags_comments_and_escapes_is_found(page: str) -> None:
    class Half(str):
        def __format__(self, how: str) -> str:
            return "".join(f"%{ord(one):02x}" for one in self) if how else self

    found = Searcher(wanted([SECRET.prints]))
    text = page.format(*map(Half, HALVES))
    # Again, now that its pieces have been seen.
    for _ in range(2):
        assert found.search("index.html", f"<p>Good day.</p>\n\n{text}\n\n<hr>".encode()).hits


def test_pieces_that_were_seen_apart_are_more_together() -> None:
    one, other = (f"<pre>&lt;b&gt;{half}&lt;/b&gt;</pre>".encode() for half in HALVES)
    searched = Searcher(wanted([SECRET.prints]))
    assert not searched.search("a.html", one).hits
    assert not searched.search("b.html", other).hits
    assert searched.search("c.html", one + b"\n\n" + other).hits


def test_hexadecimal_ends_where_words_begin() -> None:
    code = SENTENCE.encode().hex()
    for after in ("\nend\n", " and more", "\nfoo</pre>"):
        assert found_in(f"<pre>{code}{after}")
    assert found_in(f"{code[:60]}\n{code[60:120]}\n{code[120:]}\nend")


@pytest.mark.parametrize("ahead", range(17))
def test_what_begins_with_the_end_of_something_public_is_found_wherever_it_stands(ahead: int) -> None:
    title = "Nobody in the county remembers the heron"
    kept = f"<p>I wrote {title} in spring. Others say: the heron waited below the rotten weir.</p>"
    secret = Secret("a.md", prints(kept))
    text = f"{'x' * ahead} {title} waited below the rotten weir. Zzz".encode()
    hits = searcher(secret).search("a", text).hits
    assert list(leaks([("a", hits)], [secret], Public(lambda: [title.encode()])))


# What is public and stands on many pages

TITLE = "The history of the river Thames in winter"
AROUND = "a long paper on the mill that was named {} and other sorrows of the eastern bank"


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.text("abcde ", max_size=20))
def test_nothing_is_passed_over_that_would_not_be_excused(before: int, after: int, more: str) -> None:
    """By the same rule: a row of letters is public if its middle is."""
    start, _, end = AROUND.partition("{}")
    text = f"{more} {start[len(start) - before :]}{TITLE}{end[:after]} {more}".encode()
    secret = prints(f"<p>{AROUND.format(TITLE)}.</p><p>Of {TITLE[4:26]} nobody knew.</p>")
    public = letters(TITLE.encode())
    all_of_it = parts(Searcher(wanted([secret])).search("", text), secret)
    less = sought([secret], public=["Another title", TITLE, "More"])
    private = {part for part in all_of_it if part[MIDDLE : MIDDLE + GRAM] not in public}
    found = parts(Searcher(less).search("", text), secret)
    assert private <= found <= all_of_it


def test_a_public_title_is_not_looked_for() -> None:
    secret = prints(f"<p>{AROUND.format(TITLE)}.</p>")
    assert Searcher(wanted([secret])).search("", TITLE.encode()).hits
    assert not Searcher(sought([secret], public=[TITLE])).search("", TITLE.encode()).hits
    assert sought([secret], public=["Something else"]).free == frozenset()


@settings(deadline=None)
@given(st.lists(st.text("abc <>/", max_size=60)), st.lists(st.text("abc", min_size=8, max_size=40)))
def test_what_is_held_or_joined_is_what_a_plain_search_finds(texts: list[str], asked: list[str]) -> None:
    # With tags, none of them is a line that may lie in between.
    public = Public(lambda: [f"{text}<br>".encode() for text in texts])
    said = [letters(outside_tags(f"{text}<br>".encode())) for text in texts]
    sought = [one.encode() for one in asked]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(telling, "_MOST_ASKED", 3)
        assert public.held(sought) == {one for one in sought if any(one in text for text in said)}
    ends = {one: [one[:place] for place in range(8, len(one) - 7)] for one in sought}
    assert public.joined(sought) == {
        one
        for one, firsts in ends.items()
        if any(
            any(first in text for text in said) and any(one[len(first) :] in text for text in said)
            for first in firsts
        )
    }


def test_whole_lines_may_lie_between_the_end_of_one_text_and_the_beginning_of_another() -> None:
    lines = ["Of herons and men", "Beyond the weir", "An old mill wheel", "Letters home"]
    public = Public(lambda: ["\n".join(lines[::-1]).encode(), b"<p>What was begun</p>"])
    text = letters(" ".join(lines).encode())
    parts = {text[start : start + LEAK] for start in range(len(text) - LEAK + 1)}
    assert public.joined(parts, in_tags=True) == parts
    assert public.joined([letters(b"men beyond the wild weir an old mill")], in_tags=True) == set()
    assert public.joined([letters(b"beyond the weir was begun by men")], in_tags=True) == set()


# Public texts within a file

FREE = (
    "<h2>Of the ferry</h2>\n<p>Everybody may read of the ferry that crossed the river in those days.</p>\n"
    + "<p>It went at <b>six</b> and at noon, and never when the ice was on the water.</p>\n" * 20
)


def beside(page: str, public: str) -> list[Leak]:
    """The leaks in a page of which one text is public."""
    assert public in page
    hits = searcher().search("a", page.encode(), (public.encode(),)).hits
    return list(leaks([("a", hits)], [SECRET], NOTHING))


def test_the_inside_of_a_public_text_is_passed_over_once() -> None:
    public = f"{FREE}<p>{SENTENCE}.</p>\n{FREE}"
    assert found_in(PAGE.format(public))
    assert not beside(PAGE.format(public), public)
    assert beside(PAGE.format(public + public), public)
    for other in (f"{SENTENCE}{public}", f"{public}{SENTENCE}", f"<meta content='{SENTENCE}'>{public}"):
        assert beside(PAGE.format(other), public)


@pytest.mark.parametrize("within", range(1, len(SENTENCE) - 1))
@pytest.mark.parametrize("between", ["{}{}", "<i title='{}{}'>", "<!-- {}{} -->", "<script>'{}{}'</script>"])
def test_letters_that_go_on_from_a_public_text_or_to_it_are_found(within: int, between: str) -> None:
    first, last = SENTENCE[:within], SENTENCE[within:]
    if between == "{}{}":
        first, last = (part.replace(" ", " <wbr>") for part in (first, last))
    begins, ends = f"{last}.</p>{FREE}", f"{FREE}<p>{first}"
    assert beside(PAGE.format(between.format(first, begins)), begins)
    assert beside(PAGE.format(between.format(ends, last)), ends)


@pytest.mark.parametrize("encoding", ["base64", "percent", "javascript", "css", "entities"])
def test_encoded_words_that_go_on_from_a_public_text_or_to_it_are_found(encoding: str) -> None:
    encoded = ENCODINGS[encoding](SENTENCE).decode()
    for within in range(1, len(encoded) - 1):
        first, last = encoded[:within], encoded[within:]
        begins, ends = f"{last}</p>{FREE}", f"{FREE}<p>{first}"
        assert bool(beside(PAGE.format(first + begins), begins)) == bool(
            found_in(PAGE.format(first + begins))
        )
        assert bool(beside(PAGE.format(ends + last), ends)) == bool(found_in(PAGE.format(ends + last)))


@pytest.mark.parametrize(
    "public",
    [
        "",
        "A few words, and no tags",
        f"{FREE}<a title='",
        f"{FREE}<!-- {FREE}",
        f"{FREE}--> {FREE}",
        f"{FREE}<script>{FREE}",
        f"{FREE}&lt;!-- {FREE}",
        f"{FREE}{'<img>' * 900}",
        "<" * 3000,
        ">" * 3000,
    ],
    ids=range(10),
)
def test_a_public_text_that_cannot_be_told_from_what_follows_hides_nothing(public: str) -> None:
    for page in (f"{public}<p>{SENTENCE}</p>", f"<p>{SENTENCE}</p>{public}"):
        assert beside(page, public)
    assert not beside(f"{public}<p>Good day.</p>", public)


def test_a_public_text_that_does_not_stand_in_the_file_changes_nothing() -> None:
    page = PAGE.format(SENTENCE).encode()
    assert searcher().search("a", page, (FREE.encode(),)) == searcher().search("a", page)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.text("<>ab\n1é&;lt", max_size=12).map(str.encode), min_size=1, max_size=5))
def test_texts_taken_apart_together_are_as_each_by_itself(texts: list[bytes]) -> None:
    apart = stage._apart(texts)
    assert apart.letters == [b"".join(map(letters, TAG.split(text)[::2])) for text in texts]
    tags = [letters(tag) for text in texts for tag in TAG.findall(text)]
    assert [tag.translate(None, b"<\n") for tag in apart.tags] == tags


# What is not a leak


def test_what_is_public_too_is_no_leak() -> None:
    page = PAGE.format(SENTENCE).encode()
    hits = searcher().search("index.html", page).hits
    assert list(leaks([("index.html", hits)], [SECRET], NOTHING))
    assert not list(leaks([("index.html", hits)], [SECRET], Public(lambda: [f"<p>{SENTENCE}!</p>".encode()])))
    assert not list(
        leaks([("index.html", hits)], [SECRET], Public(lambda: [f'<img alt="{SENTENCE}">'.encode()]))
    )


def test_a_public_beginning_does_not_excuse_what_goes_on_from_it() -> None:
    half = SENTENCE[:45]
    page = PAGE.format(SENTENCE).encode()
    hits = searcher().search("index.html", page).hits
    (leak,) = leaks([("index.html", hits)], [SECRET], Public(lambda: [half.encode()]))
    assert leak.path == "content/posts/mill.md"


def test_letters_that_repeat_are_a_text_only_as_often_as_they_stand_there() -> None:
    secret = Secret("a.md", prints(f"<p>{'ab' * 12} {SENTENCE}</p>"))
    hits = searcher(secret).search("x", b"ab" * 40).hits
    assert not list(leaks([("x", hits)], [secret], NOTHING))
    longer = Secret("a.md", prints(f"<p>{'ab' * 16} {SENTENCE}</p>"))
    hits = searcher(longer).search("x", b"ab" * 40).hits
    assert list(leaks([("x", hits)], [longer], NOTHING))


def test_numbers_in_a_row_are_no_text() -> None:
    numbers = " ".join(map(str, range(1, 60)))
    secret = Secret("a.md", prints(f"<p>{numbers} {SENTENCE}</p>"))
    assert not searcher(secret).search("a", PAGE.format(numbers).encode()).hits


@given(
    st.lists(
        st.sampled_from(["&lt;", "&gt;", "&amp;", "&#39;", "&quot;", "&#34;", "&eacute;", "lt;", "a", "&"])
    )
)
def test_references_are_decoded_once_however_common_they_are(parts: list[str]) -> None:
    text = "".join(parts)
    assert without_entities(text.encode()).decode() == html.unescape(text)
    assert fold_high(shape(text.encode())) == fold(html.unescape(text)).encode()


# Short texts


def test_a_text_that_is_short_is_looked_for_as_a_whole() -> None:
    secret = Secret("a.md", prints("<p>The answer is plover.</p>", "The answer is plover."))
    for page in ("<p>the answer: is Plover</p>", "x='VGhlIGFuc3dlciBpcyBwbG92ZXIu'"):
        assert list(leaks([("a", searcher(secret).search("a", page.encode()).hits)], [secret], NOTHING))
    assert not searcher(secret).search("a", b"<p>the answer is clover</p>").hits


def test_a_hidden_title_is_looked_for_as_it_is() -> None:
    secret = Secret("a.md", prints(HTML, MARKDOWN, ["Nightjars, mostly"]))
    assert list(
        leaks([("a", searcher(secret).search("a", b"<h1>Nightjars mostly</h1>").hits)], [secret], NOTHING)
    )


def test_a_text_of_a_few_letters_is_not_looked_for() -> None:
    secret = Secret("content/posts/a.md", prints("<p>Yes.</p>"))
    assert secret.prints == prints("")


# Files


def test_a_file_for_members_is_found_by_its_digest_wherever_it_lies() -> None:
    picture = png(b"tEXt", b"Comment\0nothing")
    digest = Digest(sha256(picture).hexdigest())
    secret = Secret("content/posts/a.md", SECRET.prints, (("content/posts/key.png", len(picture), digest),))
    inside = b"<img src='data:image/png;base64," + base64.b64encode(picture) + b"'>"
    for data in (picture, inside, gzip.compress(picture)):
        (leak,) = leaks([("a", searcher(secret).search("a", data).hits)], [secret], NOTHING)
        problem = told(leak)
        assert "`content/posts/key.png` is for members and would be published as `a`" in problem.message
        assert problem.path == "content/posts/a.md"
    assert not searcher(secret).search("a", picture[:-1] + b"\0").hits


# What is said


def test_a_leak_names_post_file_and_words_and_what_to_do() -> None:
    page = PAGE.format(f'<meta content="{SENTENCE}, and much more of it">').encode()
    (leak,) = leaks([("feed.xml", searcher().search("feed.xml", page).hits)], [SECRET], NOTHING)
    problem = told(leak)
    assert problem.path == "content/posts/mill.md"
    assert problem.severity == "error"
    assert "`feed.xml`" in problem.message
    assert "“The mill on the eastern bank stood" in problem.message
    assert "a template, a filter" in problem.hint


def test_of_two_texts_the_one_is_named_that_the_words_are_of() -> None:
    other = Secret(
        "content/posts/other.md", prints("<p>Quite another story of a lighthouse and its two keepers</p>")
    )
    page = PAGE.format(SENTENCE).encode()
    hits = searcher(other, SECRET).search("a", page).hits
    assert {leak.path for leak in leaks([("a", hits)], [other, SECRET], NOTHING)} == {SECRET.path}


def test_prints_show_no_words() -> None:
    assert "mill" not in repr(SECRET.prints)
    assert "eastern" not in repr(wanted([SECRET.prints]))


def test_nothing_wanted_finds_nothing() -> None:
    assert Searcher(wanted([])).search("a", PAGE.encode()) == Found()
    assert Hit() == Hit()
