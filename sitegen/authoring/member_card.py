"""A card to print for a member: their passcode, and where to enter it."""

from __future__ import annotations

from html import escape
from pathlib import Path

from sitegen.adapters.qr import qr_svg
from sitegen.authoring.members import Issued
from sitegen.authoring.private_file import check_private
from sitegen.config import Config
from sitegen.errors import UsageError

_CARD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>{title}: passcode</title>
<style>
  body {{ margin: 2rem; font: 1rem/1.5 Georgia, serif; color: #222; background: #fff }}
  main {{ max-width: 30rem; padding: 1.5rem 2rem; border: 1px solid #767676; border-radius: .5rem }}
  h1 {{ margin: 0; font-size: 1.4rem }}
  .code {{ font: bold 1.25rem/1.5 ui-monospace, monospace; white-space: nowrap }}
  .qr {{ display: block; width: 10rem; height: 10rem }}
  p {{ margin: .75rem 0; overflow-wrap: anywhere }}
  @media print {{ body {{ margin: 0 }} main {{ break-inside: avoid }} }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>A passcode for {name}{until}</p>
<p class="code">{passcode}</p>
<p>Enter it here:<br><a href="{url}">{url}</a></p>
{qr}
<p>It is for you alone. Capitals, blanks and hyphens do not matter. If you lose it, ask for a new one: nobody
can look it up.</p>
</main>
</body>
</html>
"""


def login_url(config: Config) -> str:
    """The whole address of the page to log in on. Raises `UsageError` for a site without its own."""
    path = config.members.login_url
    if "://" in path:
        return path
    if not config.site.url:
        raise UsageError(
            "A card names the site's address, and sitegen.toml has none. Write it there: [site] url."
        )
    return f"{config.site.url.rstrip('/')}/{path.lstrip('/')}"


def plan_card(issued: Issued, config: Config) -> str:
    """The text of a card: an HTML file that needs no other. The code in its picture is the address alone."""
    url = login_url(config)
    expires = issued.member.expires
    return _CARD.format(
        title=escape(config.site.title),
        name=escape(issued.member.name),
        until=f", until {expires:%Y-%m-%d}" if expires else "",
        passcode=escape(issued.passcode),
        url=escape(url),
        qr=qr_svg(url).replace("<svg ", '<svg role="img" aria-label="The same address as a QR code" ', 1),
    )


def check_card(path: Path, site: Path, config: Config, output: Path) -> None:
    """Raise `UsageError` if there can be no card, or not at that place."""
    login_url(config)
    check_private(path, site, config, output)
