"""Which hosts a grant covers, however they are spelt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inhouse_tools.host_proxy.names import grant, is_granted, may_be_reached
from inhouse_tools.sandbox import Network

GRANTED = ("example.org", "10.1.2.3", "localhost:3000")


@pytest.mark.parametrize(
    ("host", "port", "granted"),
    [
        ("example.org", 443, True),
        ("EXAMPLE.ORG.", 80, True),
        ("a.b.example.org", 443, True),
        ("example.org", 22, False),
        ("notexample.org", 443, False),
        ("example.org.evil.net", 443, False),
        ("example.orgx", 443, False),
        ("org", 443, False),
        ("", 443, False),
        ("example.org@evil.net", 443, False),
        ("evil.net#example.org", 443, False),
        ("evil.net/.example.org", 443, False),
        ("xn--exmple-cua.org", 443, False),
        ("10.1.2.3", 80, True),
        ("10.1.2.30", 80, False),
        ("1.10.1.2.3", 80, False),
        ("0x0a.1.2.3", 80, False),
        ("167838211", 80, False),
        ("[::ffff:10.1.2.3]", 80, False),
        ("localhost", 3000, True),
        ("localhost", 80, False),
        ("x.localhost", 3000, True),
    ],
)
def test_what_is_granted(host: str, port: int, granted: bool) -> None:
    assert is_granted(host, port, GRANTED) is granted


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("10.1.2.3", True),
    ],
)
def test_a_name_leads_to_no_inner_address(address: str, reached: bool) -> None:
    assert may_be_reached(address, "example.org", GRANTED) is reached


def test_only_localhost_is_this_machine() -> None:
    assert may_be_reached("127.0.0.1", "localhost", ("localhost:3000",))
    assert not may_be_reached("10.0.0.1", "localhost", ("localhost:3000",))


@given(st.text(max_size=300))
def test_no_text_is_granted_by_accident(text: str) -> None:
    if is_granted(text, 443, ("example.org",)):
        name = text.strip().lower().removesuffix(".")
        assert name == "example.org" or name.endswith(".example.org")
    assert grant(grant(text)) == grant(text)


def test_how_grants_are_written() -> None:
    names = ("*.Example.org.", "[::1]:8080", "bad name", "", "a..b", "LOCALHOST:3000", "[FE80::1]")
    assert Network.hosts(names).names == (
        "[::1]:8080",
        "example.org",
        "fe80::1",
        "localhost:3000",
    )
    assert Network.hosts(("bad name",)) == Network.none()
    assert Network.hosts(("example.org",)).label == "network: example.org"
