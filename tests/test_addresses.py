"""Which addresses may be connected to."""

import pytest

from crawler.addresses import AddressRule, parse_literal
from crawler.plan import Scope
from demo.faults import Fault
from demo.newsroom import Newsroom
from tests.crawling import crawl_rules, run_crawl
from wirewatch.outcome import FeedState

NOT_PUBLIC = (
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.254",
    "0.0.0.0",
    "192.0.2.1",
    "198.18.0.1",
    "192.88.99.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2002:0a00:0001::",
    "2001::1",
    "2001:db8::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
)
PUBLIC = ("8.8.8.8", "100.63.255.255", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "2a00:1450:4001::1")


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused(address):
    assert not AddressRule().permits(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_permitted(address):
    assert AddressRule().permits(address)


SPELLINGS = {
    "127.1": "127.0.0.1",
    "127.0.1": "127.0.0.1",
    "2130706433": "127.0.0.1",
    "0x7f.1": "127.0.0.1",
    "0x7f000001": "127.0.0.1",
    "0X7F.0.0.1": "127.0.0.1",
    "0177.0.0.1": "127.0.0.1",
    "017700000001": "127.0.0.1",
    "127.0.0.1.": "127.0.0.1",
    "[::1]": "::1",
    "[::ffff:127.0.0.1]": "::ffff:7f00:1",
    "012.1": "10.0.0.1",
    "0": "0.0.0.0",
    "0.0.0.0": "0.0.0.0",
    "00.0.0.0": "0.0.0.0",
    "１２７.0.0.1": "127.0.0.1",
    "127。0。0。1": "127.0.0.1",
    "①②⑦.0.0.1": "127.0.0.1",
}


@pytest.mark.parametrize(("written", "meant"), SPELLINGS.items())
def test_an_address_is_known_in_every_spelling(written, meant):
    assert parse_literal(written) == meant
    assert not AddressRule().permits_host(written)


@pytest.mark.parametrize(
    "name", ["example.org", "1.2.3.4.5", "256.1.1.1", "08.1.1.1", "0x.1", "a.1", "1..2", "-1", "", "1_0"]
)
def test_a_name_is_no_literal_address(name):
    assert parse_literal(name) is None
    assert AddressRule().permits_host(name)


def test_the_operator_may_allow_a_network_and_nothing_beside_it():
    rule = AddressRule(["10.0.0.0/8", "127.0.0.1", "fd00::/8"])
    assert all(map(rule.permits, ("10.1.2.3", "127.0.0.1", "::ffff:10.0.0.1", "fd00::1", "8.8.8.8")))
    assert not any(map(rule.permits, ("127.0.0.2", "192.168.0.1", "64:ff9b::10.0.0.1", "::1")))
    assert rule.permits_host("0x7f.1")


def test_a_crawl_that_may_not_ask_loopback_asks_nothing(tmp_path):
    with Newsroom() as newsroom:
        sources = [source for source in newsroom.sources() if source.id in ("daryal", "kurportal")]
        outcome = run_crawl(tmp_path / "wire.db", sources, crawl=crawl_rules(allow_private=()), scope=Scope())
        assert newsroom.requests == []
    assert {account.state for account in outcome.report.accounts} == {FeedState.REFUSED}
    assert all("private-address" in account.reason for account in outcome.report.accounts)


def test_redirects_and_names_that_lead_to_a_private_address_are_refused(tmp_path):
    with Newsroom(spread=True) as newsroom:
        port = newsroom.root("araks").rsplit(":", 1)[1]
        targets = {
            "daryal": newsroom.root("araks") + "/hy/atom.xml",  # another loopback address, which is not allowed
            "aftab": f"http://localhost:{port}/",
            "bogaz": f"http://0x7f.0.0.4:{port}/",
            "peachtree": f"http://[::ffff:127.0.0.4]:{port}/",
        }
        allowed = []
        for site, target in targets.items():
            newsroom.set_fault(site, Fault("redirect", target=target))
            allowed.append(newsroom.root(site).split("//")[1].rsplit(":", 1)[0])
        sources = [source for source in newsroom.sources() if source.id in targets]
        outcome = run_crawl(tmp_path / "wire.db", sources, crawl=crawl_rules(allow_private=tuple(allowed)))
        assert newsroom.asked("araks") == []
    assert {account.source: (account.state, account.reason) for account in outcome.report.accounts} == dict.fromkeys(
        targets, (FeedState.REFUSED, "private-address")
    )
