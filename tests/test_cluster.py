"""A run on a Dask cluster leaves what a local run leaves, whatever dies on the way. Real scheduler, real workers."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from scheduler.run import Order, Run
from storage.database import open_database, open_for_reading
from storage.ledger import find_gaps, last_run
from tests.cluster import Cluster, cluster, crawl_processes, end, wait_for
from tests.crawling import EVERYTHING, crawl_rules
from tests.slow_sites import SlowSites
from wirewatch.config import Workers
from wirewatch.outcome import FeedState

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
ROOT = Path(__file__).resolve().parents[1]
SILENCE = "10s"


def run(file, sources, workers, **rules):
    """One run; the report and the database as it was left."""
    with closing(open_database(file)) as db:
        order = Order(tuple(sources), (EVERYTHING,), {each.id: each for each in sources})
        report = Run(db, db, crawl_rules(**rules), workers=workers).execute(order)
        assert find_gaps(db) == []
        return report


def stored(file):
    """What a run left behind, ports of the moment and times apart."""
    with closing(open_for_reading(file)) as db:
        articles = db.execute("SELECT url, source, title, text, language FROM articles ORDER BY url").fetchall()
        items = db.execute("SELECT source, url, state FROM ledger ORDER BY source, url").fetchall()
        accounts = db.execute("SELECT source, state, found, stored FROM source_runs ORDER BY source").fetchall()
        return articles, items, accounts


def pages_asked(sites, at_least):
    return lambda: sum(path.startswith("/story") for some in sites.asked.values() for _, path in some) >= at_least


def meanwhile(work):
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_run_on_workers_leaves_what_a_local_run_leaves_and_regions_are_kept(tmp_path):
    with SlowSites() as sites, cluster(1) as nodes:
        nodes.start_worker("--region", "AZ")
        sources = sites.sources(s1="AZ", s2="MARS")
        report = run(tmp_path / "far.db", sources, Workers(at=nodes.address, silence=SILENCE))
        assert report.finished
        assert max(sites.most.values()) == 1, "a host was asked by two at once"
        states = {account.source: (account.state, account.reason) for account in report.accounts}
        assert states["s2"][0] is FeedState.NO_WORKER
        assert "MARS" in states["s2"][1]
        assert not sites.asked["127.0.40.3"]
        run(tmp_path / "near.db", sites.sources(s2="MARS"), Workers())
    assert stored(tmp_path / "far.db") == stored(tmp_path / "near.db")


def test_a_plain_dask_worker_does_as_well(tmp_path):
    with SlowSites(hosts=2) as sites, cluster(0) as nodes:
        nodes.start_plain_worker()
        report = run(tmp_path / "far.db", sites.sources(), Workers(at=nodes.address, silence="60s"))
        assert report.finished
        assert report.stored == 10
        assert not any("asked on this machine" in account.reason for account in report.accounts)
        assert max(sites.most.values()) == 1, "a host was asked by two at once"


def test_a_worker_killed_mid_run_costs_nothing_but_time(tmp_path):
    with SlowSites(pages=12) as sites, cluster(2) as nodes:
        workers = Workers(at=nodes.address, silence=SILENCE)

        def kill():
            wait_for(pages_asked(sites, 6))
            end(nodes.workers[0])

        killer = meanwhile(kill)
        report = run(tmp_path / "far.db", sites.sources(), workers)
        killer.join()
        assert report.finished
        assert report.stored == 48
        assert report.failed_sources == 0
        assert max(sites.most.values()) == 1, "a host was asked by two at once"
        run(tmp_path / "near.db", sites.sources(), Workers())
    assert stored(tmp_path / "far.db") == stored(tmp_path / "near.db")


def test_a_host_that_said_to_wait_is_left_alone_by_the_worker_that_takes_over(tmp_path):
    waits, slow = "127.0.40.1", "127.0.40.2"
    with SlowSites(hosts=2, pages=12, retry_after={waits: 600}) as sites, cluster(2) as nodes:
        killed: list[float] = []

        def kill():
            wait_for(lambda: sum(path.startswith("/story") for _, path in sites.asked[slow]) >= 8)
            busy = next(node for node in nodes.workers if crawl_processes(node.pid))
            killed.append(time.monotonic())
            end(busy)

        killer = meanwhile(kill)
        sources = (sites.source("a", waits), sites.source("b", slow, waits))
        report = run(tmp_path / "far.db", sources, Workers(at=nodes.address, silence=SILENCE))
        killer.join()
        assert report.finished
        assert report.stored == 12
        assert len({path for when, path in sites.asked[slow] if when > killed[0]}) >= 4, "nobody took over"
        assert not [path for when, path in sites.asked[waits] if when > killed[0]]
        assert [path.startswith("/story") for _, path in sites.asked[waits]].count(True) == 1


def test_when_the_scheduler_is_killed_this_machine_finishes_and_says_so(tmp_path):
    with SlowSites(pages=12) as sites, cluster(2) as nodes:

        def kill():
            wait_for(pages_asked(sites, 6))
            end(nodes.scheduler)

        killer = meanwhile(kill)
        report = run(tmp_path / "far.db", sites.sources(), Workers(at=nodes.address, silence=SILENCE))
        killer.join()
        assert report.finished
        assert report.stored == 48
        reasons = [account.reason for account in report.accounts]
        assert any(f"asked on this machine: {nodes.address}" in reason for reason in reasons)
        assert max(sites.most.values()) == 1, "a worker was still asking when this machine began"
        run(tmp_path / "near.db", sites.sources(), Workers())
    assert stored(tmp_path / "far.db") == stored(tmp_path / "near.db")


def test_without_a_scheduler_the_run_is_done_on_this_machine(tmp_path):
    with SlowSites(hosts=1, pages=1, seconds=0) as sites:
        report = run(tmp_path / "w.db", sites.sources(), Workers(at="tcp://127.0.0.1:9", silence="1s"))
    assert report.stored == 1
    assert "cannot be reached" in report.accounts[0].reason


COORDINATOR = """
import sys
from pathlib import Path
from tests.slow_sites import SlowSites
from tests.test_cluster import run
from wirewatch.config import Workers
sites = SlowSites(hosts=4)
sites.port = int(sys.argv[3])
run(Path(sys.argv[1]), sites.sources(), Workers(at=sys.argv[2], silence="10s"))
"""


def test_when_the_coordinator_is_killed_the_next_one_carries_on_from_the_database(tmp_path):
    file = tmp_path / "w.db"
    with SlowSites(pages=12) as sites, cluster(2) as nodes:
        command = [sys.executable, "-c", COORDINATOR, str(file), nodes.address, str(sites.port)]
        with subprocess.Popen(command, cwd=ROOT) as first:
            wait_for(pages_asked(sites, 6))
            first.send_signal(signal.SIGKILL)
        with closing(open_for_reading(file)) as db:
            assert last_run(db).finished is None
        report = run(file, sites.sources(), Workers(at=nodes.address, silence=SILENCE))
        assert report.finished
        assert max(sites.most.values()) == 1, "workers of the dead coordinator were still asking"
        run(tmp_path / "near.db", sites.sources(), Workers())
    assert stored(file)[0] == stored(tmp_path / "near.db")[0]


def make_certificates(folder, names):
    """A certificate authority and a certificate for each name, for 127.0.0.1."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    def make(name, issuer=None, issuer_key=None):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer or subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        )
        certificate = builder.sign(issuer_key or key, hashes.SHA256())
        pem = serialization.Encoding.PEM
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(pem))
        plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (folder / f"{name}.key").write_bytes(plain)
        return subject, key

    issuer, issuer_key = make("ca")
    for name in names:
        make(name, issuer, issuer_key)


def test_nodes_that_show_their_certificates_work_together_and_a_stranger_is_not_let_in(tmp_path):
    make_certificates(tmp_path, ["node"])
    (tmp_path / "other").mkdir()
    make_certificates(tmp_path / "other", ["node"])
    files = {"ca_file": tmp_path / "ca.pem", "cert_file": tmp_path / "node.pem", "key_file": tmp_path / "node.key"}
    options = tuple(part for name, file in files.items() for part in (f"--{name.replace('_', '-')}", str(file)))
    with SlowSites(hosts=1, pages=2) as sites, cluster(1, scheme="tls", options=options) as nodes:
        report = run(tmp_path / "w.db", sites.sources(), Workers(at=nodes.address, silence=SILENCE, **files))
        assert report.stored == 2
        assert report.accounts[0].reason == ""
        strange = {name: tmp_path / "other" / file.name for name, file in files.items()}
        report = run(tmp_path / "x.db", sites.sources(), Workers(at=nodes.address, silence="1s", **strange))
        assert "cannot be reached" in report.accounts[0].reason


def can_make_networks():
    if os.geteuid() != 0:
        return False
    made = subprocess.run(["ip", "netns", "add", "wwprobe"], capture_output=True, check=False)
    subprocess.run(["ip", "netns", "del", "wwprobe"], capture_output=True, check=False)
    return made.returncode == 0


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def far_network():
    """A network namespace behind a cable: its name, our address, and the cable's end on our side."""
    if not Path("/usr/sbin/ip").exists() or not can_make_networks():
        pytest.skip("needs root and network namespaces (iproute2)")
    name, near, far = f"ww{os.getpid()}", f"wwa{os.getpid()}"[:15], f"wwb{os.getpid()}"[:15]
    ip("netns", "add", name)
    try:
        ip("link", "add", near, "type", "veth", "peer", "name", far)
        ip("link", "set", far, "netns", name)
        ip("addr", "add", "10.213.77.1/24", "dev", near)
        ip("link", "set", near, "up")
        ip("-n", name, "addr", "add", "10.213.77.2/24", "dev", far)
        ip("-n", name, "link", "set", far, "up")
        ip("-n", name, "link", "set", "lo", "up")
        yield name, "10.213.77.1", far
    finally:
        ip("netns", "del", name)


def test_a_worker_whose_cable_is_cut_stops_by_itself_and_another_takes_over(tmp_path, far_network):
    name, here, cable = far_network
    with SlowSites(hosts=1, pages=12) as sites, Cluster(host=here) as nodes:
        sources = (sites.source("s0", here),)
        nodes.start_scheduler()
        nodes.start_worker(within=("ip", "netns", "exec", name))
        rules = {"allow_private": ("10.0.0.0/8", "127.0.0.0/8")}

        def cut():
            wait_for(pages_asked(sites, 3))
            ip("-n", name, "link", "set", cable, "down")  # at its end, so that our address stays
            nodes.start_worker()

        cutter = meanwhile(cut)
        report = run(tmp_path / "far.db", sources, Workers(at=nodes.address, silence="5s"), **rules)
        cutter.join()
        assert report.finished
        assert report.stored == 12
        ip("-n", name, "link", "set", cable, "up")
        before = len(sites.asked[here])
        time.sleep(2)
        assert len(sites.asked[here]) == before, "the worker that was cut off went on asking"
        run(tmp_path / "near.db", sources, Workers(), **rules)
    assert stored(tmp_path / "far.db") == stored(tmp_path / "near.db")


def test_dask_is_not_loaded_by_those_who_have_no_cluster():
    code = "import sys, scheduler.run, scheduler.cli, scheduler.daemon; print('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
