"""The preview as a browser shows it."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from sitegen.preview.serve import Built, Failed
from tests.preview.support import POST, FakeSite, Running, command, running, write_blog

expect.set_options(timeout=20_000)

TEXT = "(document.querySelector('#text')?.textContent ?? null)"
SHOWN = "(document.querySelector('sitegen-problems')?.shadowRoot.textContent ?? '')"
OVERLAY = "sitegen-problems [role=alertdialog]"


@pytest.fixture(autouse=True)
def _own_theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Watch no theme that somebody may be working on."""
    monkeypatch.setattr("sitegen.preview.serve.theme_folder", lambda: tmp_path / "no-theme")


@pytest.fixture
def site(tmp_path: Path) -> FakeSite:
    """A site of two pages and a style sheet."""
    site = FakeSite(tmp_path / "site")
    site.write("content/index.md", "Home, first")
    site.write("content/post.md", "Post, first")
    site.write("templates/assets/site.css", "h1 { color: rgb(1, 2, 3) }")
    site.write("sitegen.toml", "")
    return site


@pytest.fixture
def preview(site: FakeSite) -> Iterator[Running]:
    """A preview of it that has built once."""
    with running(site) as preview:
        preview.next(Built)
        yield preview


def loads(page: Page) -> Callable[[], int]:
    """Count how often a page is loaded from now on."""
    count = [0]

    def loaded(_page: Page) -> None:
        count[0] += 1

    page.on("load", loaded)
    return lambda: count[0]


def connected(page: Page, preview: Running) -> None:
    """Open the home page, and wait until it has heard from the server: a mistake shows, and goes."""
    page.goto(preview.url)
    held = preview.site.path / "content/held.md"
    held.write_text("MISTAKE")
    expect(page.locator(OVERLAY)).to_be_visible()
    held.unlink()
    expect(page.locator(OVERLAY)).to_have_count(0)


# --- the newest build


def test_a_save_appears_by_itself_at_the_place_where_one_was_reading(page: Page, preview: Running) -> None:
    page.goto(preview.url)
    page.evaluate("scrollTo(0, 1500)")
    preview.site.write("content/index.md", "Home, second")
    expect(page.locator("#text")).to_have_text("Home, second")
    page.wait_for_function("scrollY === 1500")


def test_styles_are_swapped_without_a_reload(page: Page, preview: Running) -> None:
    connected(page, preview)
    count = loads(page)
    page.evaluate("window.mark = 'still here'")
    for colour in ("rgb(4, 5, 6)", "rgb(7, 8, 9)"):
        preview.site.write("templates/assets/site.css", f"h1 {{ color: {colour} }}")
        expect(page.locator("h1")).to_have_css("color", colour)
    assert page.evaluate("window.mark") == "still here"
    expect(page.locator("link[rel=stylesheet]")).to_have_count(1)
    assert count() == 0


def test_a_reload_still_comes_after_styles_were_swapped(page: Page, preview: Running) -> None:
    connected(page, preview)
    preview.site.write("templates/assets/site.css", "h1 { color: rgb(4, 5, 6) }")
    expect(page.locator("h1")).to_have_css("color", "rgb(4, 5, 6)")
    preview.site.write("content/index.md", "Home, second")
    expect(page.locator("#text")).to_have_text("Home, second")
    expect(page.locator("h1")).to_have_css("color", "rgb(4, 5, 6)")


def test_after_three_hundred_saves_five_tabs_show_the_last(context: BrowserContext, preview: Running) -> None:
    chance = random.Random(3)
    pages = [context.new_page() for _ in range(5)]
    for page in pages:
        page.goto(preview.url)

    def save() -> None:
        for number in range(300):
            preview.site.write("content/index.md", f"save {number}.")
            time.sleep(chance.choice((0.0, 0.001, 0.01, 0.03, 0.06)))

    saving = threading.Thread(target=save)
    saving.start()
    while saving.is_alive():
        # Something for the pages to do, so that their messages are heard while they are busy.
        for page in pages:
            page.wait_for_timeout(10)
    saving.join()
    for page in pages:
        expect(page.locator("#text")).to_have_text("save 299.")


def test_a_page_finds_the_preview_again_that_was_started_anew(page: Page, site: FakeSite) -> None:
    with running(site) as first:
        first.next(Built)
        page.goto(first.url)
        port = first.port
    site.write("content/index.md", "Home, while away")
    with running(site, port=port) as second:
        assert second.port == port
        second.next(Built)
        expect(page.locator("#text")).to_have_text("Home, while away")
        site.write("content/index.md", "Home, again")
        expect(page.locator("#text")).to_have_text("Home, again")


# --- mistakes


def test_a_mistake_is_shown_over_the_last_good_page_and_goes_by_itself_fifty_times(
    page: Page, preview: Running
) -> None:
    page.goto(preview.url)
    for number in range(50):
        preview.site.write("content/index.md", f"one\nMISTAKE {number}")
        page.wait_for_function(f"{SHOWN}.includes('Found MISTAKE {number}.') && {TEXT} !== null")
        preview.site.write("content/index.md", f"fine {number}.")
        page.wait_for_function(f"{TEXT} === 'fine {number}.' && {SHOWN} === ''")


def test_a_mistake_names_its_file_its_line_and_the_next_move(page: Page, preview: Running) -> None:
    page.goto(preview.url)
    preview.site.write("content/index.md", "one\nMISTAKE")
    preview.site.write("content/post.md", "MISTAKE")
    overlay = page.locator(OVERLAY)
    expect(overlay.get_by_role("heading")).to_have_text("2 mistakes to mend")
    expect(overlay.get_by_role("listitem").first).to_contain_text("content/index.md:2")
    expect(overlay.get_by_role("listitem").last).to_contain_text("content/post.md:1")
    expect(overlay.get_by_role("listitem").last).to_contain_text("Take the word out.")
    expect(page.locator("#text")).to_have_text("Home, first")


def test_markup_in_a_mistake_is_text(page: Page, preview: Running) -> None:
    page.goto(preview.url)
    evil = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"
    preview.site.write("content/index.md", f"MISTAKE {evil}")
    expect(page.locator(OVERLAY)).to_contain_text(evil)
    assert page.locator(f"{OVERLAY} img, {OVERLAY} script").count() == 0
    assert page.title() == "index"


def test_a_page_that_is_opened_while_the_site_is_broken_says_so(page: Page, preview: Running) -> None:
    preview.site.write("content/index.md", "MISTAKE")
    preview.next(Failed)
    page.goto(f"{preview.url}/post/")
    expect(page.locator(OVERLAY)).to_contain_text("content/index.md:1")
    preview.site.write("content/index.md", "Home, first")
    expect(page.locator(OVERLAY)).to_have_count(0)


def test_a_site_that_never_built_shows_what_is_wrong_and_then_itself(page: Page, site: FakeSite) -> None:
    site.write("content/index.md", "MISTAKE")
    with running(site) as preview:
        preview.next(Failed)
        page.goto(preview.url)
        expect(page.locator(OVERLAY)).to_contain_text("content/index.md:1")
        site.write("content/index.md", "Home at last")
        expect(page.locator("#text")).to_have_text("Home at last")


def test_escape_hides_the_mistakes_until_there_are_others(page: Page, preview: Running) -> None:
    page.goto(preview.url)
    preview.site.write("content/index.md", "MISTAKE 1")
    expect(page.locator(OVERLAY)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(OVERLAY)).to_have_count(0)
    preview.site.write("content/index.md", "MISTAKE 2")
    expect(page.locator(OVERLAY)).to_contain_text("MISTAKE 2")
    page.locator(OVERLAY).get_by_role("button", name="Hide").click()
    expect(page.locator(OVERLAY)).to_have_count(0)


def test_the_overlay_is_accessible(page: Page, preview: Running) -> None:
    page.goto(preview.url)
    preview.site.write("content/index.md", "MISTAKE")
    expect(page.get_by_role("alertdialog", name="One mistake to mend")).to_be_visible()
    results = Axe().run(page, context="sitegen-problems")
    assert results.violations_count == 0, results.generate_report()


# --- any page, any policy

POLICIES = [
    "default-src 'self'",
    "default-src 'none'; style-src 'self'",
    "default-src 'none'; script-src 'nonce-abc'; require-trusted-types-for 'script'",
    "script-src 'none'; connect-src 'none'; worker-src 'none'",
    "sandbox allow-same-origin allow-scripts; connect-src 'none'",
]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_page_reloads_and_shows_mistakes_under_its_own_policy(
    page: Page, preview: Running, policy: str
) -> None:
    html = (
        f'<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<title>t</title></head><body><p id="text">{}</p></body></html>'
    )
    preview.site.write("content/strict.html", html.format("first"))
    preview.next(Built)
    page.goto(f"{preview.url}/strict.html")
    for number in range(3):
        preview.site.write("content/strict.html", html.format(f"number {number}"))
        expect(page.locator("#text")).to_have_text(f"number {number}")
    preview.site.write("content/strict.html", "MISTAKE")
    expect(page.locator(OVERLAY)).to_be_visible()
    assert page.locator(OVERLAY).evaluate("box => getComputedStyle(box).backgroundColor") == "rgb(27, 27, 31)"


@pytest.mark.parametrize(
    "html",
    ["<p id=text>{}", "<!doctype html><title>t</title><p id=text>{}", "{}<p id=text>{}</p></head>"],
)
def test_a_page_without_head_or_body_reloads(page: Page, preview: Running, html: str) -> None:
    preview.site.write("content/bare.html", html.replace("{}", "first"))
    preview.next(Built)
    page.goto(f"{preview.url}/bare.html")
    preview.site.write("content/bare.html", html.replace("{}", "second"))
    expect(page.locator("#text")).to_have_text("second")


def test_a_download_is_the_file_that_was_built(page: Page, preview: Running) -> None:
    preview.site.write("content/index.html", '<!doctype html><a download href="/post/index.html">Save</a>')
    (preview.site.path / "content/index.md").unlink()
    preview.next(Built)
    page.goto(preview.url)
    with page.expect_download() as saving:
        page.click("a")
    saved = Path(saving.value.path()).read_bytes()
    assert saved == (preview.site.output / "post/index.html").read_bytes()


# --- other sites

ATTACK = """<!doctype html><title>evil</title><h1>evil</h1>
<script>
const target = "TARGET", token = "TOKEN", outcome = {};
const attempt = (name, promise) => promise.then(
  (value) => { outcome[name] = String(value); }, () => { outcome[name] = "refused"; });
const loading = (name, made, address) => attempt(name, new Promise((yes, no) => {
  const part = document.createElement(name);
  part.onload = () => yes("loaded");
  part.onerror = no;
  Object.assign(part, made, name === "link" ? { href: address } : { src: address });
  document.head.append(part);
}));
const socket = (query) => new Promise((yes, no) => {
  const channel = new WebSocket(target.replace("http", "ws") + "/livereload" + query);
  channel.onopen = () => yes("open");
  channel.onerror = no;
});
Promise.all([
  attempt("read", fetch(target + "/").then((answer) => answer.text())),
  attempt("state", fetch(target + "/__sitegen__/state?token=" + token).then((answer) => answer.text())),
  attempt("blind", fetch(target + "/", { mode: "no-cors" }).then(() => "sent")),
  attempt("post", fetch(target + "/", { method: "POST", headers: { "X-A": "b" } }).then(() => "sent")),
  attempt("socket", socket("")),
  attempt("socket with token", socket("?token=" + token)),
  loading("script", {}, target + "/__sitegen__/preview.js"),
  loading("link", { rel: "stylesheet" }, target + "/assets/site.css"),
  loading("img", {}, target + "/pixel.png"),
  attempt("worker", new Promise((yes, no) => {
    const worker = new Worker(target + "/__sitegen__/preview.js");
    worker.onerror = no;
  })),
]).then(() => { window.outcome = outcome; });
</script>"""

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f00050001"
    "ff56c72f0d0000000049454e44ae426082"
)


@contextmanager
def another_site(html: str) -> Iterator[int]:
    """A page on another port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# By another name the other page is of another site; by the same one, only of another origin.
@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_page_of_another_site_reads_loads_and_hears_nothing(
    page: Page, preview: Running, name: str
) -> None:
    preview.site.write("content/pixel.png", PIXEL)
    preview.next(Built)
    html = ATTACK.replace("TARGET", preview.url).replace("TOKEN", preview.token)
    with another_site(html) as port:
        page.goto(f"http://{name}:{port}/")
        outcome = page.wait_for_function("window.outcome").json_value()
    blind = outcome.pop("blind")
    assert set(outcome.values()) == {"refused"}, outcome
    # What can be sent without being read is refused by the server, or by the browser.
    assert blind in ("sent", "refused")


def test_a_page_of_another_site_cannot_frame_the_preview_nor_keep_hold_of_it(
    page: Page, context: BrowserContext, preview: Running
) -> None:
    html = f"""<!doctype html><iframe src="{preview.url}/"></iframe>
        <a href="{preview.url}/" target="_blank" rel="opener">open</a>
        <script>const held = () => {{ window.held = open("{preview.url}/"); }}</script>"""
    with another_site(html) as port:
        page.goto(f"http://127.0.0.1:{port}/")
        frame = page.frames[1]
        assert "Home, first" not in frame.content()
        with context.expect_page() as opening:
            page.click("a")
        opened = opening.value
        expect(opened.locator("#text")).to_have_text("Home, first")
        assert opened.evaluate("window.opener") is None
        with context.expect_page() as opening:
            page.evaluate("held()")
        expect(opening.value.locator("#text")).to_have_text("Home, first")
        page.wait_for_function("held.closed || window.held.closed")


# --- the real builder


def test_a_real_site_reloads_swaps_its_styles_and_shows_its_mistakes(page: Page, tmp_path: Path) -> None:
    blog = write_blog(tmp_path / "blog")
    post = blog / "content/posts/first.md"
    styles = blog / "templates/assets/site.css"
    styles.write_text("h1 { color: rgb(1, 2, 3) }")
    with command(blog) as served:
        page.goto(f"{served.url}blog/first/")
        expect(page.locator("article, main").first).to_contain_text("The first text.")
        post.write_text(POST.format(title="first", day=1, text="Another text."))
        expect(page.locator("article, main").first).to_contain_text("Another text.")
        post.write_text(POST.format(title="first", day="x", text="Broken."))
        expect(page.locator(OVERLAY)).to_contain_text("content/posts/first.md:3")
        post.write_text(POST.format(title="first", day=1, text="Another text."))
        expect(page.locator(OVERLAY)).to_have_count(0)
        page.evaluate("window.mark = 'still here'")
        styles.write_text("h1 { color: rgb(4, 5, 6) }")
        expect(page.locator("h1")).to_have_css("color", "rgb(4, 5, 6)")
        assert page.evaluate("window.mark") == "still here"
