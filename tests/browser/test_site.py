"""Published sites as readers meet them: in a browser, by keyboard, in the dark, on paper, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.sites import POLICY, ROOT, hebrew_site, hosted, own_site, small_site

Open = Callable[..., Page]

LEAD = "/blog/unmasking-the-shadow-side-of-therapist-platforms-alma-and-headway/"
LONG = "/blog/why-every-therapist-needs-a-website/"
NOTED = "/blog/10-self-care-tips-for-therapists-to-minimize-day-to-day-stress/"
AXE = {"resultTypes": ["violations"], "preload": False}
"""The site has no style sheet that axe would have to fetch, and what passes is of no interest."""
GATED = "/blog/a-caseload-you-can-carry/"
ADDRESS = "https://example.org"
KINDS = {
    "home": ("own", "/"),
    "post": ("own", LEAD),
    "long post": ("own", LONG),
    "gated post": ("own", GATED),
    "list": ("own", "/blog/page/2/"),
    "category": ("own", "/category/industry/"),
    "author": ("own", "/author/web-desk/"),
    "categories": ("own", "/categories/"),
    "authors": ("own", "/authors/"),
    "tags": ("own", "/tags/"),
    "archive": ("own", "/archive/"),
    "page": ("own", "/about/"),
    "missing": ("own", "/nothing/here"),
    "features": ("small", "/blog/features/"),
    "right to left": ("hebrew", "/blog/rest/"),
}
"""A page of each kind, by site and address."""


class Hosted(NamedTuple):
    """A published site: its folder, and where a browser finds it."""

    folder: Path
    url: str

    @property
    def pages(self) -> list[str]:
        """The addresses of all its pages, and one behind which nothing lies."""
        found = (path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.html"))
        return ["/" + path.removesuffix("index.html") for path in sorted(found)] + ["/nothing/here"]


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Hosted]]:
    """This repository's own site, one with all features and no address, one from right to left."""
    with ExitStack() as stack:
        published = {}
        for name, make in (("own", own_site), ("small", small_site), ("hebrew", hebrew_site)):
            folder = make(tmp_path_factory.mktemp(name))
            published[name] = Hosted(folder, stack.enter_context(hosted(folder)))
        yield published


@pytest.fixture
def visit(browser: Browser, sites: dict[str, Hosted]) -> Iterator[Open]:
    """Open an address of a site: `visit("/about/", site="own", width=1280, ...options of the profile)`."""
    contexts: list[BrowserContext] = []

    def visit(address: str, site: str = "own", width: int = 1280, **options: Any) -> Page:
        options = {"reduced_motion": "reduce", "viewport": {"width": width, "height": 844}} | options
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.goto(sites[site].url + address)
        return page

    yield visit
    for context in contexts:
        context.close()


# The home page


def test_the_home_page_shows_the_newest_post_large_and_the_others_as_cards(visit: Open) -> None:
    page = visit("/")
    expect(page.locator("h1")).to_have_text("Notes for therapists who own their work")
    lead = page.locator(".lead")
    expect(lead.locator("h2")).to_have_text("A Caseload You Can Carry")
    expect(lead.locator("time")).to_have_text("Nov 12 2024")
    cards = page.locator(".card")
    expect(cards).to_have_count(6)
    expect(cards.locator("h3").first).to_have_text("Newsletters for People Who Dislike Marketing")
    assert _box(lead)["width"] > 2 * _box(cards.first)["width"]
    dates = page.locator("main time").evaluate_all("all => all.map(one => one.dateTime)")
    assert len(dates) == 7
    assert dates == sorted(dates, reverse=True)


def test_the_home_page_lists_the_categories_with_their_icons_and_counts(visit: Open) -> None:
    page = visit("/")
    names = ["Industry", "Networking", "Self Care", "Practice", "Ethics"]
    expect(page.get_by_role("navigation", name="Main").get_by_role("link")).to_have_text(names)
    strip = page.get_by_role("navigation", name="Categories")
    expect(strip.locator(".subjects-name")).to_have_text(names)
    expect(strip.locator(".subjects-count")).to_have_text(
        ["3 posts", "4 posts", "3 posts", "4 posts", "2 posts"]
    )
    _expect_drawn(page, ".subjects .icon", 5)


def test_the_menu_leads_to_a_category_and_marks_it_there(visit: Open) -> None:
    page = visit("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Self Care").click()
    expect(page).to_have_url(re.compile("/category/self-care/$"))
    expect(page.locator("h1")).to_have_text("Self Care")
    expect(page.locator(".menu [aria-current=page]")).to_have_text("Self Care")


# A post


def test_a_post_says_what_it_is_and_who_wrote_it_when(visit: Open) -> None:
    page = visit(LEAD)
    title = "Unmasking the Shadow Side of Therapist Platforms: Alma and Headway"
    expect(page).to_have_title(f"{title} · The Open Practice")
    expect(page.locator("h1")).to_have_text(title)
    facts = page.locator(".hero .meta")
    expect(facts).to_contain_text("4m Read")
    expect(facts).to_contain_text("Published: Sep 05 2023")
    kicker = page.locator(".hero .kicker a")
    expect(kicker).to_have_text("Industry")
    expect(kicker).to_have_attribute("href", "/category/industry/")
    _expect_drawn(page, ".hero .kicker .icon", 1)
    expect(page.locator(".byline")).to_have_text("By Editorial Desk")
    page.locator(".byline a").click()
    expect(page.locator("h1")).to_have_text("Editorial Desk")


def test_a_post_ends_with_its_source_its_tags_and_its_author(visit: Open) -> None:
    page = visit(LEAD)
    expect(page.locator("#source + p a")).to_have_attribute(
        "href", "https://doi.org/10.3389/fpsyg.2018.01897"
    )
    expect(page.locator(".tags")).to_contain_text("therapist platforms")
    expect(page.locator(".author-bio")).to_contain_text("Reads contracts, platforms")
    page.get_by_role("link", name="burnout", exact=True).click()
    expect(page.locator("h1")).to_have_text("burnout")


def test_under_a_post_stand_three_related_ones_that_say_why_and_the_panel_for_members(visit: Open) -> None:
    page = visit(LEAD)
    shelf = page.get_by_role("region", name="Related Blogs")
    expect(shelf.locator(".card")).to_have_count(3)
    expect(shelf.locator(".card-shared")).to_have_count(3)
    expect(shelf.locator("img")).to_have_count(3)
    panel = page.get_by_role("region", name="Become a Member")
    expect(panel.get_by_role("link", name="Become a Member")).to_have_attribute("href", "/join/")
    expect(panel.get_by_role("link", name="Log In")).to_have_attribute("href", "/login/")


def test_a_related_card_leads_to_its_post_wherever_it_is_clicked(visit: Open) -> None:
    page = visit(LEAD)
    card = page.get_by_role("region", name="Related Blogs").locator(".card").nth(1)
    title = card.locator("h3").inner_text()
    # All of the card is the link: what lies over the picture takes the click.
    card.locator(".card-cover").click(force=True)
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("body")).to_have_class("is-post")


def test_a_long_post_has_its_contents_beside_it_or_folded_above_it(visit: Open) -> None:
    page = visit(LONG)
    expect(page.locator(".hero .meta")).to_contain_text("13m Read")
    contents = page.locator(".toc--beside")
    expect(contents).to_be_visible()
    expect(page.locator(".toc--folded")).to_be_hidden()
    headings = page.locator(".prose h2").all_inner_texts()
    expect(contents.locator(":scope > ol > li > a")).to_have_text(headings)
    contents.get_by_role("link", name=headings[3], exact=True).click()
    expect(page.locator(".prose h2").nth(3)).to_be_in_viewport()

    small = visit(LONG, width=390)
    expect(small.locator(".toc--beside")).to_be_hidden()
    small.get_by_text("On this page").locator("visible=true").click()
    small.locator(".toc--folded").get_by_role("link", name=headings[3], exact=True).click()
    expect(small.locator(".prose h2").nth(3)).to_be_in_viewport()


def test_a_footnote_leads_to_its_text_and_back(visit: Open) -> None:
    page = visit(NOTED)
    page.locator(".footnote-ref").first.click()
    expect(page.locator(".footnote li").first).to_be_in_viewport()
    page.locator(".footnote-backref").first.click()
    expect(page.locator(".footnote-ref").first).to_be_in_viewport()


def test_neighbours_lead_to_the_next_newer_and_the_next_older_post(visit: Open) -> None:
    page = visit(LEAD)
    nearby = page.get_by_role("navigation", name="Previous and next post")
    expect(nearby.locator("[rel=prev]")).to_have_count(0)
    nearby.locator("[rel=next]").click()
    expect(page.locator("h1")).to_have_text("Reading a Platform Contract Before You Sign")
    nearby.locator("[rel=prev]").click()
    expect(page).to_have_url(re.compile(f"{LEAD}$"))


def test_links_between_posts_lead_to_their_pages(visit: Open) -> None:
    page = visit(LEAD)
    page.locator(".prose").get_by_role("link", name="self-care tips").click()
    expect(page).to_have_url(re.compile(f"{NOTED}$"))
    other = visit("/blog/features/", "small")
    other.get_by_role("link", name="link to the other post").click()
    expect(other).to_have_url(re.compile("/blog/second/#a-part$"))


def test_an_updated_post_says_so(visit: Open) -> None:
    expect(visit("/blog/second/", "small").locator(".hero .meta")).to_contain_text("Updated: Feb 02 2025")


# Sharing


def test_the_copy_button_copies_the_address_and_says_so_for_a_moment(visit: Open) -> None:
    page = visit("/about/", permissions=["clipboard-read", "clipboard-write"])
    page.clock.install()
    page.goto(page.url.replace("/about/", LEAD))
    button = page.get_by_role("button", name="Copy link")
    button.click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    expect(page.locator(".share [role=status]")).to_have_text("Link copied")
    assert page.evaluate("navigator.clipboard.readText()") == ADDRESS + LEAD
    page.clock.fast_forward(3000)
    expect(button).to_be_visible()
    expect(page.locator(".share [role=status]")).to_have_text("")


def test_without_an_address_of_the_site_the_copy_button_copies_that_of_the_page(visit: Open) -> None:
    page = visit("/blog/second/", "small", permissions=["clipboard-read", "clipboard-write"])
    address = page.url
    page.goto(address + "#a-part")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address


def test_a_post_can_be_sent_by_mail(visit: Open) -> None:
    target = visit(LEAD).get_by_role("link", name="E-mail").get_attribute("href") or ""
    address = urlsplit(target)
    fields = parse_qs(address.query)
    assert (address.scheme, address.path) == ("mailto", "")
    assert fields["subject"] == ["Unmasking the Shadow Side of Therapist Platforms: Alma and Headway"]
    assert ADDRESS + LEAD in fields["body"][0]


def test_a_post_goes_to_the_share_sheet_only_of_a_device_that_has_one(visit: Open) -> None:
    page = visit("/about/")
    share = page.get_by_role("button", name="Share", exact=True)
    page.add_init_script("delete Navigator.prototype.share")
    page.goto(page.url.replace("/about/", LEAD))
    expect(page.get_by_role("button", name="Copy link")).to_be_visible()
    expect(share).to_be_hidden()
    page.add_init_script("navigator.share = async (data) => { window.shared = data }")
    page.reload()
    share.click()
    assert page.evaluate("shared.url") == ADDRESS + LEAD


# For members


@pytest.mark.parametrize("slug", ["a-caseload-you-can-carry", "reading-a-platform-contract-before-you-sign"])
def test_a_gated_post_ends_with_the_call_to_action_and_its_rest_is_not_there(visit: Open, slug: str) -> None:
    page = visit(f"/blog/{slug}/")
    gate = page.locator(".sheet .gate")
    expect(gate).to_contain_text("This text goes on for members.")
    expect(gate.get_by_role("link", name="Become a Member")).to_have_attribute("href", "/join/")
    expect(page.locator(".cta")).to_have_count(0)
    assert page.locator(".prose + .gate").count() == 1

    source = (ROOT / f"content/posts/{slug}.md").read_text(encoding="utf-8")
    free, _, kept = source.partition("<!--members-only-->")
    # Words of links name other posts, which may stand on the page as related ones.
    kept = re.sub(r"\[[^]]*\]\([^)]*\)", " 0 ", kept)
    shown = _phrases(re.sub("<[^>]*>", " ", page.content()))
    assert len(_phrases(free) & shown) > 100
    assert len(_phrases(kept)) > 100
    assert (_phrases(kept) - _phrases(free)) & shown == set()


def test_a_post_that_is_all_for_members_shows_its_summary_and_the_way_in(visit: Open) -> None:
    page = visit("/blog/members/", "small")
    expect(page.locator(".prose")).to_have_text("What everybody may know.")
    expect(page.locator(".gate")).to_be_visible()
    expect(page.locator(".hero .badge")).to_have_text("For members")
    assert "The whole text" not in page.content()


def _phrases(text: str) -> set[str]:
    """All runs of six words."""
    words = re.findall(r"[a-z]+", unescape(text).lower())
    return {" ".join(words[at : at + 6]) for at in range(len(words) - 5)}


# Lists


def test_pages_of_a_list_lead_on_and_back(visit: Open) -> None:
    page = visit("/")
    page.get_by_role("link", name="All posts").click()
    pages = page.get_by_role("navigation", name="Pages")
    expect(pages.locator("[aria-current=page]")).to_have_text("Page 1")
    expect(page.locator(".card h2").first).to_have_text("A Caseload You Can Carry")
    pages.get_by_role("link", name="Older").click()
    expect(pages.locator("[aria-current=page]")).to_have_text("Page 2")
    expect(page).to_have_title("All posts, page 2 · The Open Practice")
    expect(page.locator(".card")).to_have_count(6)
    pages.get_by_role("link", name="Older").click()
    expect(pages.locator("[aria-current=page]")).to_have_text("Page 3")
    expect(pages.get_by_role("link", name="Older")).to_have_count(0)
    expect(page.locator(".card")).to_have_count(4)
    pages.get_by_role("link", name="Page 1").click()
    expect(pages.get_by_role("link", name="Newer")).to_have_count(0)


@pytest.mark.parametrize(
    ("address", "kind", "heading", "description", "count"),
    [
        ("/category/industry/", "Category", "Industry", "Platforms, insurers, contracts", 3),
        ("/tag/therapist-platforms/", "Tag", "therapist platforms", "2 posts", 2),
        ("/author/web-desk/", "Author", "Web Desk", "Writes about websites", 4),
    ],
)
def test_a_list_says_what_it_lists(
    visit: Open, address: str, kind: str, heading: str, description: str, count: int
) -> None:
    page = visit(address)
    expect(page.locator(".hero-kind")).to_have_text(kind)
    expect(page.locator("h1")).to_have_text(heading)
    expect(page.locator(".hero")).to_contain_text(description)
    expect(page.locator(".hero")).to_contain_text(f"{count} posts")
    expect(page.locator(".card")).to_have_count(count)
    _expect_drawn(page, ".hero-symbol .icon", 1)
    symbol = _box(page.locator(".hero-symbol .icon"))
    assert symbol["width"] > 0.4 * _box(page.locator(".hero-symbol"))["width"]


@pytest.mark.parametrize(
    ("name", "terms", "says"),
    [
        ("Categories", 5, "without shouting"),
        ("Authors", 3, "what visitors are owed"),
        ("Tags", 15, "fees"),
    ],
)
def test_the_foot_of_the_page_leads_to_all_terms_which_say_what_they_are(
    visit: Open, name: str, terms: int, says: str
) -> None:
    page = visit("/")
    page.get_by_role("navigation", name="Footer").get_by_role("link", name=name).click()
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator(".terms > li")).to_have_count(terms)
    expect(page.locator(".terms")).to_contain_text(says)
    page.locator(".terms > li").first.click()
    expect(page.locator("body")).to_have_class("is-list")


def test_the_archive_holds_all_posts_by_year_and_month(visit: Open) -> None:
    page = visit("/archive/")
    expect(page.locator(".archive h2")).to_have_text(["2024", "2023"])
    expect(page.locator(".archive-post")).to_have_count(16)
    expect(page.locator(".archive-year").last.locator("h3")).to_have_text(
        ["November", "October", "September"]
    )
    expect(page.locator(".archive-post").last).to_contain_text("Sep 05 2023")


def test_an_address_with_nothing_behind_it_gets_a_page_with_ways_on(visit: Open) -> None:
    page = visit("/blog/gone/astray")
    expect(page.locator("h1")).to_have_text("Page not found")
    expect(page.locator("meta[name=robots]")).to_have_attribute("content", "noindex")
    expect(page.locator(".card")).to_have_count(3)
    page.get_by_role("link", name="To the home page").click()
    expect(page.locator("body")).to_have_class("is-home")


# The keyboard

_FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const shown = [one, one.closest(".card, .lead, .term")].filter(Boolean).some((ring) => {
    const style = getComputedStyle(ring);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  const box = one.getBoundingClientRect();
  const inside =
    box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const text = (one.textContent || "").trim();
  const link = one.getAttribute("href");
  return { shown, inside, text, link, tag: one.localName, within: one.closest("main") !== null };
}"""


def test_the_skip_link_comes_first_and_leads_past_the_menu(visit: Open) -> None:
    page = visit(LEAD)
    page.keyboard.press("Tab")
    first = page.evaluate(_FOCUS)
    assert first["text"] == "Skip to the text"
    assert first["inside"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(_FOCUS)["within"]


@pytest.mark.parametrize(
    ("kind", "width"),
    [
        *(("home", 390), ("post", 390), ("features", 390), ("right to left", 390)),
        *(("home", 1280), ("long post", 1280), ("gated post", 1280), ("categories", 1280)),
    ],
)
def test_every_stop_of_the_tab_key_is_in_view_and_shows_that_it_is(
    visit: Open, kind: str, width: int
) -> None:
    site, address = KINDS[kind]
    page = visit(address, site, width)
    stops = _stops(page)
    assert [stop for stop in stops if not (stop["shown"] and stop["inside"])] == []
    # A link without a box is in a part that this width does not show.
    links = "all => all.filter(one => one.checkVisibility()).map(one => one.getAttribute('href'))"
    assert [stop["link"] for stop in stops if stop["tag"] == "a"] == page.locator("a").evaluate_all(links)


def _stops(page: Page) -> list[dict[str, Any]]:
    """What the tab key stops at, from the top of a page to its end."""
    stops: list[dict[str, Any]] = []
    for _ in range(150):
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUS)
        if stop is None:
            return stops
        stops.append(stop)
    raise AssertionError("the tab key never leaves the page")


def _tab_to(page: Page, selector: str) -> None:
    """Press the tab key until what the selector names has the focus."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the tab key never reaches {selector}")


def test_on_a_small_screen_the_menu_opens_and_closes_by_keyboard(visit: Open) -> None:
    page = visit(LEAD, width=390)
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    menu = page.get_by_role("navigation", name="Menu")
    _tab_to(page, ".folded-menu > summary")
    expect(menu).to_be_hidden()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(page.locator(".folded-menu > summary")).to_be_focused()
    page.keyboard.press("Space")
    _tab_to(page, ".folded-menu [href='/category/networking/']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Networking")


def test_the_open_menu_closes_when_the_focus_or_a_click_goes_elsewhere(visit: Open) -> None:
    page = visit(LEAD, width=390)
    menu = page.get_by_role("navigation", name="Menu")
    page.locator(".folded-menu > summary").click()
    _tab_to(page, ".crumbs a")
    expect(menu).to_be_hidden()
    page.locator(".folded-menu > summary").click()
    expect(menu).to_be_visible()
    page.mouse.click(200, 830)
    expect(menu).to_be_hidden()


def test_a_related_post_is_reached_and_followed_by_keyboard(visit: Open) -> None:
    page = visit(LEAD, width=390)
    _tab_to(page, ".shelf .card-title a")
    title = page.evaluate(_FOCUS)["text"]
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(title)


# What a page asks for, and what it needs


class Visited(NamedTuple):
    """What a browser noticed on all pages of a site, 320 pixels wide."""

    requests: list[str]
    complaints: list[str]
    """Errors and warnings of the console, scripts that failed, what could not be had."""
    sideways: list[str]
    """Pages that are wider than the screen."""
    undrawn: list[str]
    """Pages with pictures or icons that did not appear."""


_UNDRAWN = """async () => {
  for (const image of document.images) image.loading = "eager";
  await Promise.allSettled([...document.images].map((image) => image.decode()));
  const broken = [...document.images].filter((image) => !image.naturalWidth).length;
  const icons = [...document.querySelectorAll("svg.icon use")].filter((one) => one.checkVisibility());
  const empty = () => icons.filter((one) => !one.getBBox().width).length;
  for (let tries = 0; tries < 40 && empty(); tries++) await new Promise((done) => setTimeout(done, 25));
  return broken + empty();
}"""


def _crawl(browser: Browser, url: str, pages: list[str]) -> Visited:
    context = browser.new_context(viewport={"width": 320, "height": 700})
    page = context.new_page()
    seen = Visited([], [], [], [])
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("requestfailed", lambda request: seen.complaints.extend(_failure(request)))
    page.on("pageerror", lambda error: seen.complaints.append(f"{page.url}: {error}"))
    for address in pages:
        # Chromium reports the status of a page that is meant to be missing as an error.
        missing = f"{url}{address}" if address == "/nothing/here" else None

        def heard(message: Any, missing: str | None = missing) -> None:
            if message.type in ("error", "warning") and message.location["url"] != missing:
                seen.complaints.append(f"{page.url}: {message.text}")

        page.on("console", heard)
        page.goto(url + address)
        if page.evaluate(_UNDRAWN):
            seen.undrawn.append(address)
        if page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)") > 320:
            seen.sideways.append(address)
        page.remove_listener("console", heard)
    context.close()
    return seen


def _failure(request: Any) -> list[str]:
    """What went wrong, unless the page was left before its icon was there."""
    return [] if request.failure == "net::ERR_ABORTED" else [f"{request.url}: {request.failure}"]


@pytest.fixture(scope="module", params=["own", "small", "hebrew"])
def visited(
    browser: Browser, sites: dict[str, Hosted], request: pytest.FixtureRequest
) -> tuple[Hosted, Visited]:
    """A site, and what a browser noticed on its pages."""
    site = sites[request.param]
    return site, _crawl(browser, site.url, site.pages)


def test_no_page_asks_another_host_for_anything(visited: tuple[Hosted, Visited]) -> None:
    site, seen = visited
    assert len(seen.requests) > len(site.pages)
    assert [url for url in seen.requests if not url.startswith(f"{site.url}/")] == []


def test_no_page_makes_the_browser_complain_under_the_strictest_policy(
    visited: tuple[Hosted, Visited],
) -> None:
    assert visited[1].complaints == []


def test_every_picture_and_icon_appears(visited: tuple[Hosted, Visited]) -> None:
    assert visited[1].undrawn == []


def test_no_page_scrolls_sideways_on_the_smallest_screen(visited: tuple[Hosted, Visited]) -> None:
    assert visited[1].sideways == []


def test_what_these_tests_must_not_find_they_would_find(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<!doctype html><p style="width: 900px">wide</p><div><img src="/none.png"></div>'
        '<script>throw 1</script><img src="http://127.0.0.1:9/elsewhere.png">'
        '<table style="width: 900px"><td>' + "wide" * 200 + "</table>"
    )
    (tmp_path / "404.html").write_text("")
    with hosted(tmp_path) as url:
        seen = _crawl(browser, url, ["/"])
    assert any("inline style" in complaint for complaint in seen.complaints)
    assert any("inline script" in complaint for complaint in seen.complaints)
    assert any("elsewhere.png" in complaint for complaint in seen.complaints)
    assert any(POLICY.split()[0] in complaint for complaint in seen.complaints)
    assert (seen.undrawn, seen.sideways) == (["/"], ["/"])


def test_the_fonts_are_those_of_the_site_and_arrive(visit: Open) -> None:
    page = visit(LEAD)
    page.evaluate("document.fonts.ready.then(() => true)")
    loaded = page.evaluate(
        "[...document.fonts].filter(one => one.status === 'loaded').map(one => one.family)"
    )
    assert {"Newsreader", "Figtree"} <= set(loaded)
    fonts = page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    origin = page.evaluate("location.origin")
    used = [name for name in fonts if name.endswith(".woff2")]
    assert used
    assert all(name.startswith(f"{origin}/assets/fonts/") for name in used)
    assert len(used) == len(set(used)), "a font is fetched twice: its preload and its use disagree"


# Without scripts, in the dark, on paper, from right to left


@pytest.mark.parametrize("kind", ["home", "post", "gated post", "archive", "features"])
def test_without_scripts_all_text_can_be_read(visit: Open, kind: str) -> None:
    site, address = KINDS[kind]
    read = "main => main.innerText.replace(/Copy link|Share\\n/g, '').replace(/\\s+/g, ' ')"
    without = visit(address, site, java_script_enabled=False)
    text = without.locator("main").evaluate(read)
    assert len(text) > 400
    assert text == visit(address, site).locator("main").evaluate(read)
    expect(without.get_by_role("button", name="Copy link")).to_have_count(0)


def test_without_scripts_the_folded_menu_works(visit: Open) -> None:
    page = visit("/", width=390, java_script_enabled=False)
    page.locator(".folded-menu > summary").click()
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Ethics").click()
    expect(page.locator("h1")).to_have_text("Ethics")


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_has_a_barrier_that_axe_can_find(visit: Open, kind: str) -> None:
    site, address = KINDS[kind]
    page = visit(address, site)
    page.evaluate(Axe().axe_script)
    found = {}
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme="light")
        light = _ground(page)
        found[width, "light"] = _barriers(page)
        page.emulate_media(color_scheme="dark")
        assert _ground(page) != light
        # Nothing but colours changes in the dark.
        found[width, "dark"] = _barriers(page, "color-contrast")
    assert {where: barriers for where, barriers in found.items() if barriers} == {}


def _barriers(page: Page, *rules: str) -> list[Any]:
    """What axe, which is in the page already, has to say: rules, and the elements that break them."""
    options = {**AXE, "runOnly": list(rules)} if rules else AXE
    run = """async (options) => (await axe.run(options)).violations.map(
      (rule) => [rule.id, rule.help, ...rule.nodes.map((node) => node.html)])"""
    found: list[Any] = page.evaluate(run, options)
    return found


def _ground(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_the_open_menu_has_no_barrier_either(visit: Open) -> None:
    page = visit("/", width=390)
    page.locator(".folded-menu > summary").click()
    results = Axe().run(page, context=".folded-menu")
    assert results.violations_count == 0, results.generate_report()


def test_on_paper_the_text_stands_alone_black_on_white(visit: Open) -> None:
    page = visit(LEAD, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    for left_out in (".menu", ".doors", ".folded-menu", ".crumbs", ".share", ".toc--beside", ".toc--folded"):
        expect(page.locator(f"{left_out}").first).to_be_hidden()
    for left_out in (".neighbours", ".band", ".cta", ".colophon-menu", ".skip"):
        expect(page.locator(left_out)).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".prose")).to_be_visible()
    assert _ground(page) == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.prose p')).color") == "rgb(0, 0, 0)"


def test_a_hebrew_site_is_laid_out_from_right_to_left(visit: Open) -> None:
    page = visit("/blog/rest/", "hebrew")
    html = page.locator("html")
    expect(html).to_have_attribute("lang", "he")
    expect(html).to_have_attribute("dir", "rtl")
    assert _box(page.locator(".brand"))["x"] > _box(page.locator(".doors"))["x"]
    assert _box(page.locator(".hero-text"))["x"] > _box(page.locator(".hero-cover"))["x"]
    assert _box(page.locator(".toc--beside"))["x"] > _box(page.locator(".prose"))["x"]
    quote = page.locator("blockquote")
    assert quote.evaluate("one => getComputedStyle(one).borderRightWidth") != "0px"
    assert quote.evaluate("one => getComputedStyle(one).fontStyle") == "normal"
    arrow = page.locator(".neighbour .icon--flip").first
    assert arrow.evaluate("one => getComputedStyle(one).transform").startswith("matrix(-1")


def test_who_asked_for_less_motion_gets_none(visit: Open) -> None:
    moving = """[...document.querySelectorAll("*")].filter((one) => {
      const style = getComputedStyle(one);
      return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
    }).length + (getComputedStyle(document.documentElement).scrollBehavior === "smooth" ? 1 : 0)"""
    assert visit(f"{LEAD}#source").evaluate(moving) == 0
    assert visit(f"{LEAD}#source", reduced_motion="no-preference").evaluate(moving) > 0


def test_drawn_covers_fill_their_place_and_differ(visit: Open) -> None:
    page = visit("/", "small")
    covers = page.locator("main svg.cover")
    expect(covers).to_have_count(3)
    assert len(set(covers.evaluate_all("all => all.map(one => one.innerHTML)"))) == 3
    box = _box(page.locator(".card .cover").first)
    assert round(box["width"] / box["height"], 1) == 1.8


# Helpers


def _box(locator: Any) -> dict[str, float]:
    box: dict[str, float] | None = locator.bounding_box()
    assert box is not None
    return box


def _expect_drawn(page: Page, icons: str, count: int) -> None:
    """That these icons are there, and their symbols were found and have a size."""
    expect(page.locator(icons)).to_have_count(count)
    drawn = "icons => [...document.querySelectorAll(`${icons} use`)].every((one) => one.getBBox().width > 5)"
    page.wait_for_function(drawn, arg=icons)
