"""Indexes that answer lists and counts without touching the articles' texts."""

from __future__ import annotations

from sqlite_utils import Database

from storage.migrations.statements import split_statements

# A row's columns after its text lie on overflow pages: reading one of them costs as much as reading the text.
_SQL = """
-- newest first, and how many a day, of all or by source and language; takes the place of articles_by_time
CREATE INDEX articles_for_lists ON articles (sort_time DESC, source, language, story_id);
DROP INDEX articles_by_time;
-- the same facts of articles whose numbers are known (from the full-text index)
CREATE INDEX articles_facts ON articles (id, sort_time, source, language, story_id);
-- the newest of a source, and its figures
CREATE INDEX articles_by_source ON articles (source, sort_time DESC, language, relation, story_id, published_precision);
-- the reports of a story in order; takes the place of articles_by_story
CREATE INDEX articles_of_story ON articles (story_id, sort_time, source, published_precision);
DROP INDEX articles_by_story;
"""


def apply(db: Database) -> None:
    """Make the indexes; some seconds for each 100,000 articles."""
    for statement in split_statements(_SQL):
        db.execute(statement)
