import errno
import socket
from collections.abc import Iterator

import pytest

from sitegen.errors import UsageError
from sitegen.preview import listen as module
from sitegen.preview.listen import Listening, is_local, listen


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of this machine that somebody listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def addresses(listening: Listening) -> set[str]:
    found = {one.getsockname()[0] for one in listening.sockets}
    for one in listening.sockets:
        one.close()
    return found


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_it_listens_on_this_machines_own_addresses_by_both_protocols(host: str) -> None:
    assert addresses(listen(host, 0)) in ({"127.0.0.1", "::1"}, {"127.0.0.1"})


def test_both_protocols_have_the_same_port() -> None:
    listening = listen("127.0.0.1", 0)
    assert {one.getsockname()[1] for one in listening.sockets} == {listening.port}
    addresses(listening)


def test_where_a_port_is_taken_a_following_one_is_used(taken: int) -> None:
    listening = listen("127.0.0.1", taken)
    assert taken < listening.port <= taken + 20
    addresses(listening)


def test_a_port_that_is_taken_on_one_protocol_only_is_taken() -> None:
    with socket.socket(socket.AF_INET6) as other:
        other.bind(("::1", 0))
        other.listen()
        port = other.getsockname()[1]
        listening = listen("127.0.0.1", port)
    assert listening.port > port
    addresses(listening)


def test_a_machine_without_ipv6_is_served_by_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = module._bound

    def without(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return bound(family, address, port)

    monkeypatch.setattr(module, "_bound", without)
    assert addresses(listen("127.0.0.1", 0)) == {"127.0.0.1"}


def test_where_all_ports_are_taken_the_message_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_args: object) -> socket.socket:
        raise OSError(errno.EADDRINUSE, "Address already in use")

    monkeypatch.setattr(module, "_bound", none)
    with pytest.raises(UsageError, match=r"^The ports from 8000 to 8020 are all taken"):
        listen("127.0.0.1", 8000)


def test_an_address_of_another_machine_is_refused_in_plain_words() -> None:
    with pytest.raises(UsageError, match=r"^Cannot listen on 192\.0\.2\.1, port 8000: Cannot assign"):
        listen("192.0.2.1", 8000)


def test_a_port_that_cannot_exist_is_refused_in_plain_words() -> None:
    with pytest.raises(UsageError, match="70000"):
        listen("127.0.0.1", 70_000)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        *[(host, True) for host in ("127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]")],
        *[(host, False) for host in ("0.0.0.0", "::", "192.168.1.2", "box.example")],
    ],
)
def test_only_loopback_addresses_are_local(host: str, local: bool) -> None:
    assert is_local(host) is local
