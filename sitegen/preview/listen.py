"""The sockets that the preview listens on: this machine's own unless asked otherwise."""

from __future__ import annotations

import errno
import socket
from ipaddress import ip_address

from msgspec import Struct

from sitegen.errors import UsageError

LOOPBACK = ("127.0.0.1", "localhost")
"""Both mean this machine, by IPv4 and IPv6."""
TRIES = 20


class Listening(Struct, frozen=True):
    """Sockets that listen on one port."""

    sockets: tuple[socket.socket, ...]
    port: int


def listen(host: str, port: int) -> Listening:
    """Listen on `port` or, where it is taken, on the next free one of the 20 after it; 0 for any.

    Raises `UsageError` if there is none, or if the machine has no such address.
    """
    last = min(65_535, port + TRIES)
    for candidate in [0] * TRIES if port == 0 else range(port, last + 1):
        try:
            return _listen(host, candidate)
        except socket.gaierror:
            raise UsageError(f"There is no address `{host}`") from None
        except (OSError, OverflowError) as error:
            if getattr(error, "errno", 0) != errno.EADDRINUSE:
                reason = getattr(error, "strerror", None) or error
                raise UsageError(f"Cannot listen on {host}, port {candidate}: {reason}") from error
    raise UsageError(f"The ports from {port} to {last} are all taken. `--port` names another")


def is_local(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host in LOOPBACK:
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int) -> Listening:
    if host not in LOOPBACK:
        family, *_rest, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        only = _bound(family, str(address[0]), port)
        return Listening((only,), only.getsockname()[1])
    first = _bound(socket.AF_INET, "127.0.0.1", port)
    port = first.getsockname()[1]
    try:
        return Listening((first, _bound(socket.AF_INET6, "::1", port)), port)
    except OSError as error:
        # A machine without IPv6 has nobody who could take its side of the port.
        if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT):
            return Listening((first,), port)
        first.close()
        raise


def _bound(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    """A listening socket. Tornado's own `bind_sockets` leaves one open where a port is taken."""
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        # What the last run left in TIME_WAIT does not count as taken.
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        found.setblocking(False)
        found.bind((address, port))
        found.listen(128)
    except (OSError, OverflowError):
        found.close()
        raise
    return found
