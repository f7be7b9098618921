"""One thread a story: what later reports, changes and limits make of it, over real SMTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from alerts.deliver import deliver_due
from storage.audience import Change, Find, queue_alerts, queue_changes, read_audience
from storage.database import write
from storage.outbox import due, summary
from storage.subscribers import Subscription, unsubscribe
from storage.threads import read_thread, release_catch_up
from tests.mailing import ARTICLE, NOW, Clock, add_article, mail_server, make_config, states, tell, term, wish
from wirewatch.article import Article
from wirewatch.search import Match
from wirewatch.source import Source

LATER = ARTICLE.with_changes(
    url="https://lakewire.test/2",
    canonical_url=None,
    source="lakewire",
    title="Border talks: Yerevan names its negotiator",
    text=(
        "Envoys of Armenia and Azerbaijan agreed to open talks on their border in May.\n\n"
        "Yerevan will send Deputy Minister Aram Sarkisian with a delegation of 14 people, its ministry said."
    ),
)
COPY = ARTICLE.with_changes(url="https://peyk.test/3", canonical_url=None, source="peyk", title="Envoys agree on talks")


def find(
    db: Database, article: Article, who: Subscription, at: datetime, relation: str = "report", story: str = "s1"
) -> int:
    """A report of the story is stored and found; returns its row id."""
    number = add_article(db, article, story)
    with write(db):
        db.execute("UPDATE articles SET relation = ? WHERE id = ?", [relation, number])
        matches = [Match(who.search_id, (term(article, "border"),))]
        seen = Find(story, number, matches, article.language, article.published, relation)
        queue_alerts(db, read_audience(db), seen, at)
    return number


def change(db: Database, *changes: Change, at: datetime, story: str = "s1") -> int:
    with write(db):
        return queue_changes(db, read_audience(db), story, changes, at)


class Post:
    """A reader whose mail is delivered whenever the test moves the clock."""

    def __init__(self, db: Database, folder: Path, port: int) -> None:
        self._db, self._config, self.clock = db, make_config(folder, port=port), Clock()

    async def pass_by(self, **span: float) -> int:
        self.clock.time += timedelta(**span)
        return (await deliver_due(self._db, self._config, now=self.clock)).sent


async def test_a_later_report_replies_in_the_thread_with_only_what_is_new(db, tmp_path):
    who = wish(db, "a@x.test", "Border")
    find(db, ARTICLE, who, NOW, "original")
    async with mail_server() as box:
        post = Post(db, tmp_path, box.port)
        assert await post.pass_by() == 1
        find(db, COPY, who, post.clock(), "copy")
        assert await post.pass_by(minutes=5) == 0
        find(db, LATER, who, post.clock())
        assert await post.pass_by(minutes=30) == 0
        assert await post.pass_by(minutes=30) == 1
    first, reply = box.messages
    text = " ".join(reply.get_body(("plain",)).get_content().split())
    assert str(reply["Subject"]) == f"Re: {first['Subject']}"
    assert reply["In-Reply-To"] == reply["References"] == first["Message-ID"]
    assert reply["Message-ID"] != first["Message-ID"]
    assert "14 people" in text
    assert "agreed to open talks" not in text.partition("WHY YOU GET THIS")[0]
    assert "Lake Wire" in text
    assert "NOW CARRIED BY" in text
    assert "Envoys agree on talks" in text


async def test_copies_alone_are_no_reason_to_write_again(db, tmp_path):
    who = wish(db, "a@x.test", "Border")
    find(db, ARTICLE, who, NOW, "original")
    async with mail_server() as box:
        post = Post(db, tmp_path, box.port)
        await post.pass_by()
        find(db, COPY, who, post.clock(), "copy")
        assert await post.pass_by(days=3) == 0
    assert states(db) == {"sent": 1}


async def test_updates_of_a_story_come_at_growing_distances(db, tmp_path):
    who = wish(db, "a@x.test", "Border")
    find(db, ARTICLE, who, NOW, "original")
    sent = []
    async with mail_server() as box:
        post = Post(db, tmp_path, box.port)
        for hour in range(16):
            if await post.pass_by(hours=1 if hour else 0):
                sent.append(hour)
            url = f"https://lakewire.test/{hour}"
            more = (
                f"{LATER.text}\n\nDelegate number {hour * 7919 + 11} Name{hour} Surname{hour} joined the border talks."
            )
            find(db, LATER.with_changes(url=url, text=more), who, post.clock())
    assert sent == [0, 1, 3, 7, 15]


async def test_a_correction_and_a_withdrawal_reply_and_the_withdrawal_does_not_wait(db, tmp_path):
    who = wish(db, "a@x.test", "Border")
    number = find(db, ARTICLE, who, NOW, "original")
    async with mail_server() as box:
        post = Post(db, tmp_path, box.port)
        await post.pass_by()
        edit = Change("correction", number, "title", "agree on a date", "agree on no date")
        assert change(db, edit, at=post.clock()) == 1
        assert await post.pass_by(minutes=10) == 0
        change(db, Change("withdrawal", number, after="This report was sent in error."), at=post.clock())
        assert await post.pass_by() == 1
    first, reply = box.messages
    text = reply.get_body(("plain",)).get_content()
    assert reply["In-Reply-To"] == first["Message-ID"]
    assert text.startswith("UPDATE: 1 report withdrawn, 1 report changed")
    for words in ("Hill Post has corrected its report", "- agree on a date", "+ agree on no date"):
        assert words in text
    assert "Hill Post has withdrawn its report" in text
    assert "This report was sent in error." in text


def test_who_was_not_told_of_a_story_is_not_told_of_its_correction(db):
    told, other = wish(db, "a@x.test", "Border"), wish(db, "b@x.test", "Talks")
    number = find(db, ARTICLE, told, NOW, "original")
    assert change(db, Change("edit", number, "title", "a", "b"), at=NOW) == 0
    assert [row.kind for row in due(db, NOW, 9)] == ["story"]
    assert other.subscriber_id != told.subscriber_id


def test_who_ended_the_search_is_not_told_of_a_correction(db):
    who = wish(db, "a@x.test", "Border")
    wish(db, "a@x.test", "Talks")
    number = find(db, ARTICLE, who, NOW, "original")
    db.execute("UPDATE outbox SET state = 'sent', upto = article_id")
    unsubscribe(db, "a@x.test", "border", now=NOW)
    assert change(db, Change("edit", number, "title", "a", "b"), at=NOW) == 0


async def test_another_search_that_fires_while_the_mail_waits_is_named_in_it(db, tmp_path):
    one, two = wish(db, "a@x.test", "Border", quiet="13:00-15:00"), wish(db, "a@x.test", "Talks", quiet="13:00-15:00")
    find(db, ARTICLE, one, NOW, "original")
    find(db, LATER, two, NOW + timedelta(minutes=10))
    async with mail_server() as box:
        assert await Post(db, tmp_path, box.port).pass_by(hours=2) == 1
    text = box.messages[0].get_body(("plain",)).get_content()
    assert "“Border” found it" in text
    assert "“Talks” found it" in text


async def test_after_the_limit_of_a_day_the_rest_comes_as_one_digest(db, tmp_path):
    who = wish(db, "a@x.test", "Border", per_day=2)
    async with mail_server() as box:
        post = Post(db, tmp_path, box.port)
        for number in range(5):
            tell(db, f"s{number}", who, at=post.clock())
            await post.pass_by(minutes=5)
        assert await post.pass_by(hours=17) == 0  # 07:00 in Baku
        assert await post.pass_by(hours=2) == 1
        tell(db, "next-day", who, at=post.clock())
        assert await post.pass_by() == 1
    subjects = [str(message["Subject"]) for message in box.messages]
    assert subjects == ["Title of s0", "Title of s1", "3 stories: Title of s2", "Title of next-day"]


async def test_the_limit_counts_the_local_day_on_which_the_mail_is_due(db):
    who = wish(db, "a@x.test", "Border", per_day=1, quiet="22:00-07:00")
    evening = datetime(2026, 3, 4, 19, 0, tzinfo=UTC)  # 23:00 in Baku: due at 07:00
    tell(db, "s1", who, at=evening)
    tell(db, "s2", who, at=evening + timedelta(minutes=1))
    rows = due(db, evening + timedelta(days=2), 9)
    assert [(row.form, datetime.fromtimestamp(row.due, UTC).hour) for row in rows] == [("alert", 3), ("digest", 4)]


def test_the_limit_of_one_search_leaves_the_others_alone(db):
    limited, free = wish(db, "a@x.test", "Border", per_day=1), wish(db, "a@x.test", "Talks")
    for story in ("s1", "s2"):
        tell(db, story, limited)
    tell(db, "s3", limited, free)
    assert [(row.story_id, row.form) for row in due(db, NOW, 9)] == [("s1", "alert"), ("s3", "alert")]


async def test_old_stories_of_a_run_come_as_one_digest_when_it_has_ended(db, tmp_path):
    who = wish(db, "a@x.test", "Border")
    for number in range(3):
        url = f"https://hillpost.test/{number}"
        old = ARTICLE.with_changes(url=url, canonical_url=url, published=NOW - timedelta(days=3 + number))
        find(db, old, who, NOW, "original", f"old{number}")
    find(db, ARTICLE, who, NOW, "original", "fresh")
    async with mail_server() as box:
        post = Post(db, tmp_path, box.port)
        assert await post.pass_by() == 1
        release_catch_up(db, post.clock())
        assert await post.pass_by() == 1
    assert [str(each["Subject"])[:10] for each in box.messages] == ["Envoys of ", "3 stories:"]


async def test_a_digest_tells_an_update_in_short(db, tmp_path):
    who = wish(db, "a@x.test", "Border", every="hourly")
    find(db, ARTICLE, who, NOW, "original")
    async with mail_server() as box:
        post = Post(db, tmp_path, box.port)
        await post.pass_by(hours=1)
        find(db, LATER, who, post.clock())
        tell(db, "other", who, at=post.clock())
        await post.pass_by(hours=3)
    text = box.messages[1].get_body(("plain",)).get_content()
    assert "2 stories" in text
    assert f"Update: {ARTICLE.title}"[:60] in " ".join(text.split())
    assert "14 people" in " ".join(text.split())


def test_a_story_that_was_cancelled_before_it_was_told_may_be_told_later(db):
    who = wish(db, "a@x.test", "Border")
    find(db, ARTICLE, who, NOW, "original")
    unsubscribe(db, "a@x.test", now=NOW)
    who = wish(db, "a@x.test", "Border")
    find(db, LATER, who, NOW)
    assert [row.kind for row in due(db, NOW, 9)] == ["story"]
    assert read_thread(db, who.subscriber_id, "s1").told == 0
    assert summary(db).counts["cancelled"] == 1


async def test_a_mail_leads_with_the_outlet_that_an_aggregator_took_the_report_from(db, tmp_path):
    who = wish(db, "a@x.test", "Border")
    copy = ARTICLE.with_changes(url="https://passer.test/1", canonical_url=None, source="passer", published=NOW)
    find(db, copy, who, NOW, "original")
    original = ARTICLE.with_changes(published=NOW + timedelta(minutes=5))  # the aggregator states an earlier time
    find(db, original, who, NOW, "copy")
    find(db, LATER, who, NOW, "report")
    async with mail_server() as box:
        config = make_config(tmp_path, port=box.port)
        passer = Source(id="passer", name="Passer", kind="aggregator")
        config = config.model_copy(update={"sources": {**config.sources, "passer": passer}})
        await deliver_due(db, config, now=Clock())
    text = box.messages[0].get_body(("plain",)).get_content()
    assert "\r\n\r\nHill Post\r\n" in text
    assert "Passer" in text.partition("ALSO REPORTED BY")[2]


async def test_a_report_that_was_withdrawn_before_it_was_mailed_is_not_mailed(db, tmp_path):
    who = wish(db, "a@x.test", "Border")
    gone = find(db, ARTICLE, who, NOW, "original", "gone")
    other = find(
        db, ARTICLE.with_changes(url="https://hillpost.test/b", canonical_url=None), who, NOW, "original", "both"
    )
    find(db, COPY.with_changes(title="Another outlet still has it"), who, NOW, "copy", "both")
    db.execute("UPDATE articles SET withdrawn = ? WHERE id IN (?, ?)", [NOW.isoformat(), gone, other])
    async with mail_server() as box:
        await deliver_due(db, make_config(tmp_path, port=box.port), now=Clock())
    assert [str(message["Subject"]) for message in box.messages] == ["Another outlet still has it"]
    assert states(db) == {"cancelled": 1, "sent": 1}
