"""Posts for members as guests and members meet them, in a browser."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, expect

from sitegen.model.lock import FILES, KEYRING
from sitegen.text.passcode import ALPHABET, complete, group
from tests.browser.conftest import ARGUMENTS
from tests.browser.members import ANN, BOB, PAPER, SITE, STRANGER, Sealed, member, sealed_site
from tests.browser.sites import MEMBERS_POLICY, hosted, publish

expect.set_options(timeout=15_000)

POST = "/blog/members/"
PATRONS = "/blog/patrons/"
LOGIN = "/login/"
SAYS = "#site-passcode-says"
FIELD = "#site-passcode"


class Site(NamedTuple):
    """A published site with sealed posts, and where a browser finds it."""

    made: Sealed
    url: str

    @property
    def host(self) -> str:
        """Its address by a name without https, which browsers do not trust."""
        return self.url.replace("127.0.0.1", "plain.test")


class Visitor:
    """Somebody with a browser of their own."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.context = context
        self.site = site
        self.requested: list[str] = []
        self.mistakes: list[str] = []
        context.on("request", lambda request: self.requested.append(request.url))
        self.page = self.tab()

    def tab(self) -> Page:
        """Another tab."""
        page = self.context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.mistakes.append(str(error)))
        return page

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.mistakes.append(message.text)

    def goto(self, address: str) -> Page:
        """Open an address of the site."""
        self.page.goto(self.site.url + address)
        return self.page

    def enter(self, passcode: str, *, remember: bool = False) -> Page:
        """Type a passcode into the form of the open page."""
        self.page.fill(FIELD, passcode)
        if remember:
            self.page.get_by_label("Remember").check()
        self.page.locator(".passcode-form [type=submit]").click()
        return self.page


Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    """The site as all tests find it."""
    return sealed_site(tmp_path_factory.mktemp("sealed"))


@pytest.fixture(scope="module")
def shared(published: Sealed) -> Iterator[Site]:
    """The same, delivered: for tests that do not change it."""
    with hosted(published.output, MEMBERS_POLICY) as url:
        yield Site(published, url)


@pytest.fixture
def own(published: Sealed, tmp_path: Path) -> Iterator[Site]:
    """A copy, for a test that changes it."""
    folder = tmp_path / "site"
    shutil.copytree(published.folder, folder)
    with hosted(folder / "output", MEMBERS_POLICY) as url:
        yield Site(Sealed(folder), url)


@pytest.fixture
def visit(browser: Browser, shared: Site) -> Iterator[Visit]:
    """Somebody who comes to a site: `visit(site, width=1280, ...options of the profile)`."""
    with ExitStack() as stack:

        def visit(site: Site = shared, width: int = 1280, **options: Any) -> Visitor:
            options = {"reduced_motion": "reduce", "viewport": {"width": width, "height": 844}} | options
            context = browser.new_context(**options)
            stack.callback(context.close)
            return Visitor(context, site)

        yield visit


def expect_open(page: Page) -> None:
    """That the post for members is open, and nothing else."""
    expect(page.locator("#unlocked")).to_be_visible()
    expect(page.locator("#unlocked")).to_contain_text("The sealed part begins")
    expect(page.locator("#locked")).to_be_hidden()


def expect_locked(page: Page) -> None:
    """That the form is there, and the text is not."""
    expect(page.locator(FIELD)).to_be_visible()
    expect(page.locator("#unlocked")).to_be_hidden()
    expect(page.locator("#unlocked")).to_be_empty()


def expect_said(page: Page, words: str) -> None:
    """That the form says this."""
    expect(page.locator(SAYS)).to_contain_text(words)


def stored(page: Page) -> list[Any]:
    """What the site keeps in this browser: of each key its fields, and whether it can be read."""
    look = """async (name) => {
      const known = await indexedDB.databases();
      if (!known.some((one) => one.name === name)) return [];
      const database = await new Promise((resolve) => {
        indexedDB.open(name).onsuccess = (event) => resolve(event.target.result);
      });
      const all = await new Promise((resolve) => {
        const request = database.transaction("keys").objectStore("keys").getAll();
        request.onsuccess = () => resolve(request.result);
      });
      database.close();
      const fields = (one) => Object.keys(one).sort().join(" ");
      return all.map((one) => [fields(one), one.kek.extractable, one.kek.usages.join(" ")]);
    }"""
    found: list[Any] = page.evaluate(look, f"sitegen-members-{SITE}")
    return found


# Guests


def test_a_guest_sees_the_free_part_the_form_and_the_way_to_become_a_member(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto(POST)
    expect(page.locator("h1")).to_have_text("A post for members")
    expect(page.locator(".prose--post")).to_contain_text("The free part of the post.")
    expect_locked(page)
    gate = page.locator("#locked")
    expect(gate).to_contain_text("This text goes on for members.")
    expect(gate.get_by_role("link", name="Become a Member")).to_have_attribute("href", "/join/")
    expect(page.locator(".toc")).to_have_count(2)
    expect(page.locator(".toc:visible")).to_have_count(0)
    for hidden in (
        "sealed part",
        "sealed heading",
        "sealed note",
        "Whole Title",
        "A square",
        "paper.pdf",
    ):
        assert hidden not in page.content()
    assert stored(page) == []
    assert visitor.mistakes == []


def test_cards_of_posts_for_members_say_so_in_words(visit: Visit) -> None:
    page = visit().goto("/")
    locks = page.locator("main .badge--lock")
    expect(locks).to_have_count(2)
    expect(locks).to_have_text(["For members", "For members"])
    assert page.locator(".badge--lock svg").first.get_attribute("aria-hidden") == "true"


def test_links_to_become_a_member_carry_the_attributes_of_a_membership_service(visit: Visit) -> None:
    page = visit().goto(POST)
    links = page.locator("a", has_text="Become a Member")
    assert links.evaluate_all("all => all.map((one) => one.dataset.portal)") == ["signup"] * 3
    assert (
        page.locator("a", has_text="Log In").evaluate_all("all => all.filter((one) => one.dataset.portal)")
        == []
    )


def test_pages_that_hold_nothing_sealed_do_not_load_what_opens_it(visit: Visit) -> None:
    visitor = visit()
    for address in ("/", "/blog/open/", "/join/"):
        visitor.goto(address)
    assert visitor.requested
    assert not [url for url in visitor.requested if "/members." in url or "_members" in url]


# Members


def test_a_member_opens_a_post_and_stays_in_from_page_to_page(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto(POST)
    visitor.enter(BOB)
    expect_open(page)
    page.locator("#unlocked").get_by_role("link", name=re.compile("^link to the patrons")).click()
    expect(page).to_have_url(re.compile(f"{PATRONS}$"))
    expect(page.locator("#unlocked")).to_contain_text("The rest of it, for patrons.")
    page.go_back()
    expect_open(page)
    page.reload()
    expect_open(page)
    assert visitor.mistakes == []


def test_the_log_in_page_lets_in_and_leads_back_to_where_one_came_from(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto(POST)
    page.locator(".doors").get_by_role("link", name="Log In").click()
    visitor.enter(ANN)
    expect(page.locator(".logged-in")).to_contain_text("You are logged in.")
    expect(page.locator(".logged-in-text")).to_be_focused()
    expect(page.locator(FIELD)).to_be_hidden()
    page.get_by_role("link", name="Go on reading").click()
    expect_open(page)
    page.goto(visitor.site.url + LOGIN)
    expect(page.locator(".logged-in")).to_be_visible()


def test_a_page_that_is_not_a_post_opens_as_well(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto("/handbook/")
    expect_locked(page)
    visitor.enter(ANN)
    expect(page.locator("#unlocked")).to_have_text("The whole handbook is for members.")
    # There is no heading to begin at.
    expect(page.locator("#unlocked")).to_be_focused()
    assert visitor.mistakes == []


def test_a_site_that_has_written_no_page_to_log_in_on_has_one(visit: Visit, own: Site) -> None:
    (own.made.folder / "content/login.md").unlink()
    publish(own.made.folder)
    visitor = visit(own)
    page = visitor.goto("/")
    page.locator(".doors").get_by_role("link", name="Log In").click()
    expect(page.locator("h1")).to_have_text("Log In")
    visitor.enter(ANN)
    expect(page.locator(".logged-in")).to_be_visible()


def test_the_header_says_whether_one_is_in_and_moves_nothing(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto("/")
    door = page.locator(".doors .login-door")
    before = door.bounding_box()
    expect(door.get_by_role("link", name="Log In")).to_be_visible()
    expect(door.get_by_role("button")).to_have_count(0)
    visitor.goto(LOGIN)
    visitor.enter(ANN)
    expect(door.get_by_role("button", name="Members: Log Out")).to_be_visible()
    visitor.goto("/")
    expect(door.get_by_role("button", name="Members: Log Out")).to_be_visible()
    expect(door.get_by_role("link")).to_have_count(0)
    assert door.bounding_box() == before
    assert visitor.mistakes == []


@pytest.mark.parametrize(
    "typed", [ANN.lower(), ANN.replace("-", ""), f" {ANN.replace('-', ' ')}\t", "anni-" + ANN[5:]]
)
def test_small_letters_blanks_and_look_alikes_do_not_matter(visit: Visit, typed: str) -> None:
    visitor = visit()
    visitor.goto(POST)
    expect_open(visitor.enter(typed))


def test_an_opened_text_behaves_as_any_other(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto(POST)
    visitor.enter(ANN)
    expect_open(page)
    expect(page).to_have_title("The Whole Title · Small Site")
    expect(page.locator("h1")).to_have_text("The Whole Title")
    expect(page.locator(".crumbs [aria-current]")).to_have_text("The Whole Title")
    expect(page.locator("#a-sealed-heading")).to_be_focused()
    contents = page.locator(".toc--beside")
    expect(contents.get_by_role("link")).to_have_text(
        ["A free heading", "A sealed heading", "Another sealed heading"]
    )
    contents.get_by_role("link", name="Another sealed heading").click()
    expect(page.locator("#another-sealed-heading")).to_be_in_viewport()
    page.locator(".footnote-ref").click()
    expect(page.locator("#fn\\:1")).to_be_in_viewport()
    page.locator(".footnote-backref").click()
    expect(page.locator(".footnote-ref")).to_be_in_viewport()
    levels = page.locator("main :is(h1, h2, h3)").evaluate_all("all => all.map((one) => +one.tagName[1])")
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_scripts_of_a_theme_hear_that_a_text_is_open(visit: Visit) -> None:
    visitor = visit()
    count = "(one) => { window.code = one.target.querySelectorAll('pre').length }"
    visitor.page.add_init_script(f"document.addEventListener('sitegen-opened', {count})")
    page = visitor.goto(POST)
    visitor.enter(ANN)
    expect_open(page)
    assert page.evaluate("window.code") == 1


def test_a_fragment_of_the_sealed_text_is_followed_once_it_is_there(visit: Visit) -> None:
    visitor = visit()
    visitor.goto(LOGIN)
    visitor.enter(ANN)
    expect(visitor.page.locator(".logged-in")).to_be_visible()
    page = visitor.goto(f"{POST}#another-sealed-heading")
    expect(page.locator("#another-sealed-heading")).to_be_in_viewport()
    expect(page.locator("#another-sealed-heading:target")).to_have_count(1)
    other = visit()
    page = other.goto(f"{POST}#another-sealed-heading")
    other.enter(ANN)
    expect(page.locator("#another-sealed-heading")).to_be_in_viewport()


def test_pictures_and_files_of_the_sealed_part_are_opened_too(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto(POST)
    visitor.enter(ANN)
    picture = page.get_by_role("img", name="A square")
    expect(picture).to_have_attribute("src", re.compile("^blob:"))
    page.wait_for_function("document.querySelector('#unlocked img').naturalWidth === 40")
    with page.expect_download() as download:
        page.get_by_role("link", name="a paper").click()
    assert download.value.suggested_filename == "paper.pdf"
    assert download.value.path().read_bytes() == PAPER
    assert visitor.mistakes == []


def test_a_damaged_picture_is_told_of_and_the_text_stays_open(visit: Visit, own: Site) -> None:
    for path in (own.made.output / FILES).iterdir():
        path.write_bytes(path.read_bytes()[:-1] + b"\0")
    visitor = visit(own)
    page = visitor.goto(POST)
    visitor.enter(ANN)
    expect_open(page)
    expect(page.locator(".opened [role=status]")).to_contain_text("could not be loaded")


def test_what_is_open_prints_and_the_form_does_not(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto(POST)
    page.emulate_media(media="print")
    expect(page.locator(".passcode")).to_be_hidden()
    expect(page.locator("#locked")).to_be_visible()
    page.emulate_media(media="screen")
    visitor.enter(ANN)
    expect_open(page)
    page.emulate_media(media="print")
    expect_open(page)
    expect(page.locator(".opened")).to_be_hidden()


# Tiers


def test_a_member_of_a_lower_tier_is_told_that_the_passcode_is_good_but_not_for_this_post(
    visit: Visit,
) -> None:
    visitor = visit()
    page = visitor.goto(PATRONS)
    visitor.enter(ANN)
    expect_said(page, "Your passcode is good, but not for this post")
    expect(page.locator("#unlocked")).to_be_empty()
    expect(page.locator(FIELD)).not_to_have_attribute("aria-invalid", "true")
    # Who is known stays known, and may type another passcode.
    visitor.goto(POST)
    expect_open(page)
    visitor.goto(PATRONS)
    expect_said(page, "Your passcode is good, but not for this post")
    visitor.enter(BOB)
    expect(page.locator("#unlocked")).to_contain_text("The rest of it, for patrons.")


# Remembering


@pytest.mark.parametrize("remember", [True, False])
def test_a_browser_that_was_closed_remembers_only_what_it_was_told_to(
    chromium: BrowserType, executable: str | None, shared: Site, tmp_path: Path, remember: bool
) -> None:
    def start() -> BrowserContext:
        return chromium.launch_persistent_context(tmp_path, executable_path=executable, args=ARGUMENTS)

    context = start()
    visitor = Visitor(context, shared)
    visitor.goto(POST)
    expect_open(visitor.enter(ANN, remember=remember))
    context.close()
    context = start()
    page = Visitor(context, shared).goto(POST)
    if remember:
        expect_open(page)
    else:
        expect_locked(page)
    context.close()


@pytest.mark.parametrize("remember", [True, False])
def test_another_tab_is_in_only_on_a_device_that_remembers(visit: Visit, remember: bool) -> None:
    visitor = visit()
    visitor.goto(POST)
    expect_open(visitor.enter(ANN, remember=remember))
    other = visitor.tab()
    other.goto(visitor.site.url + POST)
    if remember:
        expect_open(other)
    else:
        expect_locked(other)


@pytest.mark.parametrize(
    ("remember", "hours", "is_in"),
    [(False, 11, True), (False, 13, False), (True, 719, True), (True, 721, False)],
)
def test_a_tab_is_in_for_half_a_day_and_a_device_for_thirty(
    visit: Visit, remember: bool, hours: int, is_in: bool
) -> None:
    visitor = visit()
    visitor.page.add_init_script(
        "const late = sessionStorage.late * 36e5 || 0, now = Date.now; Date.now = () => now() + late"
    )
    page = visitor.goto(POST)
    expect_open(visitor.enter(ANN, remember=remember))
    page.evaluate("hours => { sessionStorage.late = hours }", hours)
    page.reload()
    if is_in:
        expect_open(page)
    else:
        expect_locked(page)
        expect(page.locator(".doors").get_by_role("link", name="Log In")).to_be_visible()


def test_a_device_keeps_a_key_that_cannot_be_read_and_no_passcode(visit: Visit) -> None:
    visitor = visit()
    visitor.goto(POST)
    page = visitor.enter(ANN, remember=True)
    expect_open(page)
    assert stored(page) == [["kek locator tab until", False, "decrypt"]]
    assert page.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    assert page.evaluate("Object.values(sessionStorage)") == ["device"]
    assert page.locator(FIELD).input_value() == ""
    kept = json.dumps(visitor.context.storage_state(indexed_db=True))
    assert ANN[5:9] not in kept.upper()


def test_a_browser_that_keeps_nothing_opens_all_the_same(visit: Visit) -> None:
    visitor = visit()
    visitor.page.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('no') }")
    page = visitor.goto(POST)
    visitor.enter(ANN, remember=True)
    expect_open(page)
    expect(page.locator(".opened [role=status]")).to_contain_text("you will be asked again")
    assert visitor.mistakes == []
    page.reload()
    expect_locked(page)


# Leaving


@pytest.mark.parametrize("where", ["header", "post", "log-in page"])
def test_who_logs_out_is_out_in_every_tab(visit: Visit, where: str) -> None:
    visitor = visit()
    visitor.goto(POST)
    expect_open(visitor.enter(ANN, remember=True))
    other = visitor.tab()
    other.goto(visitor.site.url + ("/" if where == "header" else LOGIN if where == "log-in page" else POST))
    names = {"header": "Log Out", "post": "Lock again on this device", "log-in page": "Log out everywhere"}
    scope = other.locator(".doors" if where == "header" else "main")
    scope.get_by_role("button", name=names[where]).click()
    expect_locked(visitor.page)
    expect(other.locator(".doors").get_by_role("link", name="Log In")).to_be_visible()
    assert stored(other) == []
    visitor.page.reload()
    expect_locked(visitor.page)
    assert visitor.mistakes == []


def test_a_removed_member_is_told_so_and_forgotten(visit: Visit, own: Site) -> None:
    visitor, other = visit(own), visit(own)
    for one, passcode in ((visitor, ANN), (other, BOB)):
        one.goto(POST)
        expect_open(one.enter(passcode, remember=True))
    own.made.remove("Ann")
    page = visitor.goto(POST)
    expect_said(page, "no longer valid")
    expect_locked(page)
    expect(page.locator(".doors").get_by_role("link", name="Log In")).to_be_visible()
    assert stored(page) == []
    visitor.enter(ANN)
    expect_said(page, "not valid, or no longer valid")
    # Others notice nothing.
    expect_open(other.goto(POST))


# What goes wrong


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("  ", "Type your passcode"),
        (ANN[:-1], "There is a slip in it"),
        (ANN[:5] + ANN[6] + ANN[5] + ANN[7:], "There is a slip in it"),
        ("correct horse", "There is a slip in it"),
        (STRANGER, "not valid, or no longer valid"),
        (group(complete("ANN1", "ZZZZZZZZZZZZZZZ")), "not valid, or no longer valid"),
    ],
)
def test_a_wrong_passcode_is_told_from_a_slip_of_the_pen(visit: Visit, typed: str, words: str) -> None:
    visitor = visit()
    page = visitor.goto(POST)
    visitor.enter(typed)
    expect_said(page, words)
    expect(page.locator(FIELD)).to_be_focused()
    expect(page.locator(FIELD)).to_have_attribute("aria-invalid", "true")
    assert stored(page) == []
    if words.startswith(("Type", "There")):
        # A slip is found without asking anybody.
        assert not [url for url in visitor.requested if KEYRING in url]
    visitor.enter(ANN)
    expect_open(page)


def damaged_text(site: Sealed) -> None:
    page = site.output / POST[1:] / "index.html"
    page.write_text(re.sub('"ct":"...', '"ct":"AAA', page.read_text()))


def other_epoch(site: Sealed) -> None:
    site.write_ring(site.ring() | {"epoch": 2})


def other_site(site: Sealed) -> None:
    site.write_ring(site.ring() | {"site": "f" * 16})


def few_rounds(site: Sealed) -> None:
    slots: Any = site.ring()["slots"]
    site.write_ring(
        site.ring() | {"slots": [[locator, salt, 1, sealed] for locator, salt, _, sealed in slots]}
    )


def other_version(site: Sealed) -> None:
    site.write_ring(site.ring() | {"v": 2})


def broken_ring(site: Sealed) -> None:
    (site.output / KEYRING).write_text("{")


def no_ring(site: Sealed) -> None:
    (site.output / KEYRING).unlink()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (damaged_text, "did not arrive whole"),
        (broken_ring, "did not arrive whole"),
        (other_epoch, "This page is out of date"),
        (other_site, "This page is out of date"),
        (few_rounds, "opens nothing that it cannot check"),
        (other_version, "opens nothing that it cannot check"),
        (no_ring, "list of members cannot be found"),
    ],
)
def test_each_thing_that_is_wrong_with_the_site_says_what_to_do(
    visit: Visit, own: Site, change: Callable[[Sealed], None], words: str
) -> None:
    change(own.made)
    visitor = visit(own)
    page = visitor.goto(POST)
    visitor.enter(ANN)
    expect_said(page, words)
    expect_locked(page)
    expect(page.locator(FIELD)).not_to_have_attribute("aria-invalid", "true")
    assert page.locator(FIELD).input_value() == ANN


def test_a_page_that_was_open_while_the_site_was_published_anew_opens(visit: Visit, own: Site) -> None:
    visitor = visit(own)
    page = visitor.goto(POST)
    own.made.remove("Bob")
    visitor.enter(ANN)
    expect_open(page)
    assert visitor.mistakes == []


def test_half_an_upload_is_mended_by_the_link_once_the_rest_is_there(visit: Visit, own: Site) -> None:
    visitor = visit(own)
    page = visitor.goto(POST)
    other_epoch(own.made)
    visitor.enter(ANN)
    expect_said(page, "This page is out of date")
    own.made.write_ring_of()
    page.get_by_role("link", name="Reload it").click()
    expect_locked(page)
    visitor.enter(ANN)
    expect_open(page)


def test_without_a_connection_it_says_so_and_the_second_try_opens(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto(POST)
    visitor.context.set_offline(True)
    visitor.enter(ANN)
    expect_said(page, "There is no connection")
    visitor.context.set_offline(False)
    visitor.enter(ANN)
    expect_open(page)


def test_without_https_it_says_that_it_needs_it(visit: Visit, shared: Site) -> None:
    visitor = visit(Site(shared.made, shared.host))
    page = visitor.goto(POST)
    expect_said(page, "https://")
    expect(page.locator(FIELD)).to_be_hidden()
    visitor.goto(LOGIN)
    expect_said(page, "https://")
    assert visitor.mistakes == []


def test_a_browser_that_is_too_old_is_told_so(visit: Visit) -> None:
    visitor = visit()
    visitor.page.add_init_script("delete globalThis.DecompressionStream")
    page = visitor.goto(POST)
    expect_said(page, "too old")
    expect(page.locator(FIELD)).to_be_hidden()


def test_a_script_that_did_not_arrive_is_told_of(visit: Visit) -> None:
    visitor = visit()
    visitor.page.route("**/assets/members.*", lambda route: route.abort())
    page = visitor.goto(POST)
    expect_said(page, "did not arrive")
    expect(page.locator(FIELD)).to_be_hidden()


def test_without_scripts_the_page_says_so_and_offers_no_field(visit: Visit) -> None:
    page = visit(java_script_enabled=False).goto(POST)
    expect(page.locator(".prose--post")).to_contain_text("The free part")
    reason = page.locator("#locked noscript p")
    expect(reason).to_be_visible()
    expect(reason).to_have_text(re.compile("^Opening a text for members needs JavaScript"))
    expect(page.locator("#locked").get_by_role("link", name="Become a Member")).to_be_visible()
    expect(page.locator(".passcode-form")).to_be_hidden()
    expect(page.locator(".doors").get_by_role("link", name="Log In")).to_be_visible()
    expect(page.locator(".doors .when-in")).to_be_hidden()
    assert page.locator(".passcode-form [name]").count() == 0


def test_with_hundreds_of_members_a_part_of_the_key_file_is_enough(visit: Visit, own: Site) -> None:
    ann = member("Ann", ANN, "members")
    locators = ("".join(ALPHABET[number // 32**place % 32] for place in range(4)) for number in range(300))
    own.made.write_ring_of(replace(ann, name=locator, locator=locator) for locator in locators)
    visitor = visit(own)
    visitor.goto(POST)
    expect_open(visitor.enter(ANN))
    parts = [url.rpartition("_members/")[2] for url in visitor.requested if "_members/keyring" in url]
    assert parts == ["keyring.json", "keyring/a.json"]


# A link with a passcode


def test_a_passcode_in_a_link_leaves_the_address_at_once(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto(f"{LOGIN}#{ANN}")
    expect_said(page, "Your passcode came with the link")
    assert page.url == visitor.site.url + LOGIN
    assert page.evaluate("history.length") <= 2
    expect(page.locator(FIELD)).to_have_attribute("type", "password")
    page.get_by_role("button", name="Log In", exact=True).click()
    expect(page.locator(".logged-in")).to_be_visible()
    assert not [url for url in visitor.requested if ANN[5:9] in url.partition("#")[0]]
    expect(visitor.goto(f"{LOGIN}#if-it-fails").locator("#if-it-fails")).to_be_in_viewport()


def test_a_link_with_a_slip_in_its_passcode_leaves_the_address_too_and_other_fragments_stay(
    visit: Visit,
) -> None:
    visitor = visit()
    page = visitor.goto(f"{LOGIN}#{ANN[:-1]}")
    expect_said(page, "There is a slip in it")
    assert page.url == visitor.site.url + LOGIN
    page = visit().goto(f"{LOGIN}#what-was-here-once")
    expect(page.locator(FIELD)).to_have_value("")
    assert page.url.endswith("#what-was-here-once")


# For everybody


def test_it_can_be_done_with_the_keyboard_alone(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto(POST)
    # It is there when the script is.
    expect(page.locator(FIELD)).to_be_visible()
    page.locator("#locked").get_by_role("link", name="Become a Member").focus()
    page.keyboard.press("Tab")
    expect(page.locator(FIELD)).to_be_focused()
    page.keyboard.type(ANN)
    page.keyboard.press("Tab")
    show = page.get_by_role("button", name="Show the passcode")
    expect(show).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(FIELD)).to_have_attribute("type", "text")
    expect(show).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Remember")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_label("Remember")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#a-sealed-heading")).to_be_focused()
    expect(page.locator(FIELD)).to_have_attribute("type", "password")
    lock = page.get_by_role("button", name="Lock again on this device")
    lock.focus()
    page.keyboard.press("Enter")
    expect_locked(page)


def test_the_form_is_named_and_described_for_who_cannot_see_it(visit: Visit) -> None:
    page = visit().goto(POST)
    field = page.get_by_label("Your passcode")
    expect(field).to_have_attribute("autocomplete", "current-password")
    expect(field).to_have_accessible_description(re.compile("Twenty letters and digits"))
    name = page.locator("[autocomplete=username]")
    expect(name).to_have_value("Small Site")
    expect(name).to_be_hidden()
    page.locator(".passcode-form [type=submit]").click()
    expect(field).to_have_accessible_description(re.compile("^Type your passcode"))
    expect(page.locator(SAYS)).to_have_role("status")
    for target in page.locator(".passcode-form :is(input, button):visible").all():
        box = target.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 22 if target.get_attribute("type") == "checkbox" else 24


STATES = ("locked", "refused", "open", "log-in page", "logged in", "not for this post")


@pytest.mark.parametrize("state", STATES)
def test_no_state_has_a_barrier_that_axe_can_find(visit: Visit, state: str) -> None:
    visitor = visit()
    page = visitor.goto(LOGIN if "log" in state else PATRONS if state == "not for this post" else POST)
    expect(page.locator(FIELD)).to_be_visible()
    if state == "refused":
        visitor.enter(STRANGER)
        expect_said(page, "not valid")
    elif state not in ("locked", "log-in page"):
        visitor.enter(ANN)
        expect(page.locator(FIELD)).to_have_value("" if state != "not for this post" else ANN)
    run = """async (options) => (await axe.run(options)).violations.map(
      (rule) => [rule.id, ...rule.nodes.map((node) => node.html)])"""
    page.evaluate(Axe().axe_script)
    found = {}
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 844})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found[width, scheme] = page.evaluate(run, {"resultTypes": ["violations"], "preload": False})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert {where: barriers for where, barriers in found.items() if barriers} == {}


def test_in_the_reader_s_own_colours_the_form_keeps_its_edges(visit: Visit) -> None:
    visitor = visit(forced_colors="active")
    page = visitor.goto(POST)
    visitor.enter(STRANGER)
    expect_said(page, "not valid")
    for part in (".gate-panel", ".passcode", SAYS, FIELD, ".passcode-show", ".passcode-form .button"):
        width = page.locator(part).evaluate("one => parseFloat(getComputedStyle(one).borderTopWidth)")
        assert width >= 1, part


def test_nothing_is_asked_of_anybody_but_the_site(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto(POST)
    visitor.enter(ANN, remember=True)
    expect_open(page)
    expect(page.get_by_role("img", name="A square")).to_have_attribute("src", re.compile("^blob:"))
    visitor.goto(PATRONS)
    expect_said(page, "not for this post")
    visitor.goto(LOGIN)
    expect(page.locator(".logged-in")).to_be_visible()
    assert len(visitor.requested) > 10
    allowed = (f"{visitor.site.url}/", f"blob:{visitor.site.url}/")
    assert [url for url in visitor.requested if not url.startswith(allowed)] == []
    assert visitor.mistakes == []


def test_where_a_passcode_is_typed_only_the_site_s_own_scripts_run(visit: Visit, own: Site) -> None:
    page_file = own.made.output / POST[1:] / "index.html"
    text = page_file.read_text()
    page_file.write_text(text.replace("</main>", "<script>window.ran = true</script></main>"))
    with hosted(own.made.output, "default-src * 'unsafe-inline' blob:") as url:
        visitor = visit(Site(own.made, url))
        page = visitor.goto(POST)
        expect_locked(page)
        assert page.evaluate("window.ran") is None
        visitor.enter(ANN)
        expect_open(page)
