"""Random histories loaded in random order, against the model."""

import json
import os
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from itertools import chain
from random import Random
from typing import Any, ClassVar, Final, LiteralString

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from psycopg.errors import QueryCanceled

from driver.tests.model import (
    STRENGTH,
    Connection,
    Event,
    dimension,
    model_dimension,
    model_report,
    raw_events,
    report,
)

# HISTORIES: how many (default 100)
HISTORIES: Final = int(os.environ.get("HISTORIES") or 100)
SAME_EACH_TIME: Final = "HISTORIES" not in os.environ


def places(conn: Connection) -> list[Any]:
    """Where the rows of both tables are and who wrote them: a row written again moves."""
    return conn.execute("""
        SELECT tableoid, ctid, xmin::text FROM crm.users_dim
        UNION ALL
        SELECT tableoid, ctid, xmin::text FROM reports.user_events_daily
        ORDER BY 1, 2, 3
        """).fetchall()


def rows(conn: Connection) -> set[str]:
    """The rows of both tables, in the zone of a preview."""
    with conn.transaction():
        conn.execute("SET LOCAL timezone = 'UTC'")
        found = conn.execute("""
            SELECT to_jsonb(dim)::text FROM crm.users_dim AS dim
            UNION ALL
            SELECT to_jsonb(daily)::text FROM reports.user_events_daily AS daily
            """)
        return {row for (row,) in found}


# The ends of a year and of a leap month, each with the day after it; and years later.
DAYS: Final = [
    date.fromisoformat(day)
    for day in ("2019-12-31", "2020-01-01", "2020-02-29", "2020-03-01", "2024-02-29")
]
QUIET: Final = date(2022, 7, 1)  # without events
STALE: Final = "SELECT import_date FROM etl.stale_dates WHERE load_name <> 'states'"
TIMES: Final = ("00:00:00", "12:00:00", "23:59:59.999999")
# Whether partitions are exchanged: never on Citus, elsewhere at times, as it takes much longer.
EXCHANGES: Final = (
    st.just(False) if "CITUS" in os.environ else st.sampled_from([True] + 3 * [False])
)
DAY: Final = st.sampled_from([*DAYS, QUIET])
USER: Final = st.sampled_from(("anna", "bert", "Çem"))
TEXT: Final = st.sampled_from((None, "", " \t", "\xa0\u200b", "a", "b", " v"))

# A load that reads the dimension: the users who exist at the end of a day.
READER: Final = """
    CREATE TABLE reports.states (
        day date, user_id text COLLATE "C", username text, PRIMARY KEY (day, user_id)
    );
    CREATE FUNCTION reports.states_of_day(p_day date) RETURNS SETOF reports.states
        LANGUAGE plpgsql STABLE
    AS $$
    BEGIN
        RETURN QUERY
        SELECT p_day, user_id, username
        FROM crm.users_dim
        WHERE valid_from < (p_day + 1)::timestamp AT TIME ZONE 'UTC'
          AND coalesce(valid_to, 'infinity') >= (p_day + 1)::timestamp AT TIME ZONE 'UTC'
          AND NOT is_deleted;
    END
    $$;
    INSERT INTO etl.loads (load_name, load_function, depends_on, table_name, table_key)
    VALUES (
        'states', 'reports.states_of_day', '{crm.users_dim}', 'reports.states', '{day,user_id}'
    )"""
NO_READER: Final = """
    DROP TABLE reports.states CASCADE;
    DELETE FROM etl.loads WHERE load_name = 'states'"""

Message = tuple[bytes, str | None]  # a body and a message id

MESSAGE: Final[st.SearchStrategy[Message]] = st.tuples(
    st.fixed_dictionaries(
        {
            "id": USER,
            "event_type": st.sampled_from(list(STRENGTH)),
            "received_at": st.tuples(st.sampled_from(DAYS).map(str), st.sampled_from(TIMES)).map(
                " ".join
            ),
            "username": TEXT,
            "plan_name": TEXT,
        },
        optional={"sequence": st.sampled_from((None, -1, 0, 1, "2"))},
    ).map(lambda fields: json.dumps(fields).encode()),
    st.sampled_from((None, "1", "2", "3", "4", "5")),
)


class Warehouse(RuleBasedStateMachine):
    """The database under test, and the events that each day had when it was loaded last."""

    by_arrivals: ClassVar = Counter[str]()  # the loads that took only what had arrived
    exchanges: ClassVar = True  # whether partitions can be exchanged

    def __init__(self, conn: Connection) -> None:
        super().__init__()
        self.conn = conn
        self.mark: str | None = None  # of the last copy, if the dimension is copied
        self.copied: dict[Any, Any] = {}
        self.sent: list[Message] = []
        self.loaded: dict[date, list[Event]] = {}
        self.purged: set[date] = set()  # and not loaded since
        self.corrected: set[date] = set()  # by hand, and not compared as a whole since

    @initialize(new=st.lists(MESSAGE, min_size=10, max_size=20), copy=st.booleans())
    def begin(self, new: list[Message], copy: bool) -> None:
        """Begin with something to load."""
        self.conn.execute("DELETE FROM reports.states")
        if copy:
            self.conn.execute("SELECT etl.keep_changes('1 day')")
            self.mark = self.one("SELECT crm.users_mark()")
        self.ingest(new, set())

    def one(self, query: LiteralString) -> Any:
        """The only value of a query."""
        ((value,),) = self.conn.execute(query).fetchall()
        return value

    def copy(self) -> None:
        """Bring a copy of the dimension up to date by what changed since the last time."""
        if self.mark is None:
            return
        since, self.mark = self.mark, self.one("SELECT crm.users_mark()")
        changed = self.conn.execute(
            "SELECT is_gone, user_id, valid_from, valid_to, is_deleted, username, plan_name"
            " FROM crm.users_changed(%s, %s)",
            (since, self.mark),
        ).fetchall()
        assert len({row[1:3] for row in changed}) == len(changed), "each version once"
        for is_gone, *key, valid_to, is_deleted, username, plan_name in changed:
            self.copied.pop(tuple(key), None)
            if not is_gone:
                self.copied[tuple(key)] = (valid_to, is_deleted, username, plan_name)
        everything = self.conn.execute(
            "SELECT user_id, valid_from, valid_to, is_deleted, username, plan_name"
            " FROM crm.users_dim"
        ).fetchall()
        assert self.copied == {row[:2]: row[2:] for row in everything}

    def follow(self) -> None:
        """Load what reads the dimension, for the days that are stale; the others are right."""
        wrong = self.conn.execute("""
            SELECT run.import_date
            FROM (SELECT DISTINCT import_date FROM etl.load_runs WHERE load_name = 'states') AS run
            LEFT JOIN etl.stale_dates AS stale
                ON stale.load_name = 'states' AND stale.import_date = run.import_date
            WHERE stale.reason IS NULL
              AND EXISTS (
                  (
                      SELECT * FROM reports.states WHERE day = run.import_date
                      EXCEPT ALL
                      SELECT * FROM reports.states_of_day(run.import_date)
                  )
                  UNION ALL
                  (
                      SELECT * FROM reports.states_of_day(run.import_date)
                      EXCEPT ALL
                      SELECT * FROM reports.states WHERE day = run.import_date
                  )
              )""").fetchall()
        assert wrong == [], "a day of which the dimension changed is stale"
        self.conn.execute("""
            SELECT etl.run_load(load_name, import_date)
            FROM (SELECT * FROM etl.stale_dates WHERE load_name = 'states') AS stale""")

    @rule(zone=st.sampled_from(("UTC", "America/New_York", "Pacific/Kiritimati")))
    def move(self, zone: str) -> None:
        """Put the session into another time zone, which must not matter, and look at the copies."""
        self.copy()
        self.follow()
        self.conn.execute("SELECT set_config('timezone', %s, false)", (zone,))

    @rule(new=st.lists(MESSAGE, min_size=1, max_size=6), again=st.sets(st.integers(0, 20)))
    def ingest(self, new: list[Message], again: set[int]) -> None:
        """Deliver new messages, and some that were delivered before."""
        batch = new + [self.sent[number] for number in again if number < len(self.sent)]
        self.sent += new
        self.conn.execute(
            "SELECT raw.ingest_user_events(%b::bytea[], %b::text[])",
            ([body for body, _ in batch], [message_id for _, message_id in batch]),
        )

    @rule(day=DAY, user_id=USER, time=st.sampled_from((*TIMES, "%")), reload=st.booleans())
    def remove(self, day: date, user_id: str, time: str, reload: bool) -> None:
        """Correct raw: take out what a user did on a day, once or ever."""
        removed = self.conn.execute(
            """
            DELETE FROM raw.user_events
            WHERE event_date = %s
              AND user_id = %s
              AND (received_at AT TIME ZONE 'UTC')::time::text LIKE %s
            """,
            (day, user_id, time),
        )
        if removed.rowcount > 0:
            self.corrected.add(day)
        if reload:
            self.load(day)

    @rule(month=DAY.map(lambda day: day.strftime("%Y-%m")))
    def purge(self, month: str) -> None:
        """Take a month out of raw for good: loads of other days leave its history alone."""
        self.conn.execute(
            "DELETE FROM raw.user_events WHERE date_trunc('month', event_date::timestamp) = %s",
            (datetime.strptime(month, "%Y-%m"),),
        )
        self.purged |= {day for day in self.loaded if day.strftime("%Y-%m") == month}
        self.corrected |= self.purged

    @rule(day=DAY, milliseconds=st.sampled_from((0, 0, 0, 1, 2, 4, 8)))
    def load(self, day: date, milliseconds: int = 0) -> None:
        """Load a day and compare all of both tables with the model.

        In vain, when there are not enough milliseconds for it: then nothing is left of it. Of a day
        that was corrected by hand, the first load may take only what arrived.
        """
        events = raw_events(self.conn, day)
        unchanged = self.loaded.get(day) == events and day not in self.corrected
        before = places(self.conn)
        try:
            with self.conn.transaction():
                self.conn.execute(
                    "SELECT set_config('statement_timeout', %s, true)", (str(milliseconds),)
                )
                for _ in range(2 if day in self.corrected else 1):
                    written = self.conn.execute(
                        "SELECT crm.load_users_dim(%s), reports.load_user_events_daily(%s)",
                        (day, day),
                    ).fetchone()
        except QueryCanceled:
            assert places(self.conn) == before
            return
        self.corrected.discard(day)
        self.loaded[day] = events
        self.purged.discard(day)

        assert dimension(self.conn) == model_dimension(chain.from_iterable(self.loaded.values()))
        assert report(self.conn) == [model_report(*each) for each in sorted(self.loaded.items())]
        assert self.conn.execute("SELECT * FROM etl.check_users_dim()").fetchall() == []
        if unchanged:
            assert written == (0, 0)
            assert places(self.conn) == before

    @rule(day=DAY)
    def preview(self, day: date) -> None:
        """What loads are said to change is what they change then, and nothing before."""
        before = rows(self.conn)
        said = self.conn.execute(
            "SELECT old_row::text, new_row::text"
            " FROM etl.preview_loads('{users_dim,user_events_daily}', ARRAY[%s, %s]::date[], 1000)",
            (day, day),
        ).fetchall()
        assert rows(self.conn) == before
        corrected = day in self.corrected
        self.corrected.discard(day)  # one load, as in the preview
        self.load_once(day)
        after = rows(self.conn)
        assert {old for old, _ in said if old} == before - after
        assert {new for _, new in said if new} == after - before
        if corrected:
            self.corrected.add(day)
        self.load(day)

    @rule(exchange=EXCHANGES)
    def rebuild(self, exchange: bool) -> None:
        """Build the dimension anew: then it is as if all that is in raw had been loaded."""
        raw = {day: raw_events(self.conn, day) for day in [*DAYS, QUIET]}
        if exchange:
            self.conn.execute("CALL etl.build_history()")
        else:
            self.conn.execute("SELECT FROM etl.rebuild_users_dim()")
        assert dimension(self.conn) == model_dimension(chain.from_iterable(raw.values()))
        stale = "SELECT FROM etl.stale_dates WHERE load_name = 'users_dim'"
        assert self.conn.execute(stale).fetchall() == []
        before = places(self.conn)
        for day in raw:
            self.load_once(day, ("users_dim",))
        assert places(self.conn) == before, "loads agree"
        for day in [*raw, *raw]:  # once for what arrived, once for what was corrected
            self.load_once(day, ("user_events_daily",))
        self.loaded = raw
        self.corrected.clear()
        self.purged.clear()
        assert report(self.conn) == [model_report(*each) for each in sorted(raw.items())]

    @rule(days=st.sets(DAY, min_size=1), exchange=EXCHANGES)
    def load_together(self, days: set[date], exchange: bool) -> None:
        """Load days in one pass: then the loaded ones, too, are as raw is. Or day by day."""
        if exchange and self.exchanges and self.mark is None:
            both = [(name, day) for day in days for name in ("users_dim", "user_events_daily")]
            self.conn.execute("SET warehouse.in_one_pass = on")
            self.conn.execute("CALL etl.run_loads(%s, %s)", tuple(map(list, zip(*both))))
            self.conn.execute("RESET warehouse.in_one_pass")
            self.loaded = {day: raw_events(self.conn, day) for day in self.loaded.keys() | days}
            for day in [*self.loaded, *self.loaded]:  # as in a rebuild
                self.load_once(day, ("user_events_daily",))
            self.corrected -= self.loaded.keys()
            self.purged.clear()
        for day in days:
            self.load(day)

    def load_once(
        self, day: date, names: tuple[str, ...] = ("users_dim", "user_events_daily")
    ) -> None:
        """Load a day without a look at it."""
        for name in names:
            self.conn.execute("SELECT etl.run_load(%s, %s)", (name, day))

    @rule(seed=st.integers(0, 99))
    def catch_up(self, seed: int) -> None:
        """Load every day that changed, in any order: then both tables show all there is."""
        raw = {day: raw_events(self.conn, day) for day in [*DAYS, QUIET]}
        stale = {day for (day,) in self.conn.execute(STALE)}
        for day, events in raw.items():
            if not set(events) <= set(self.loaded.get(day, [])):
                assert day in stale, "an event that no load has seen makes its day stale"
        removed = {day for day, events in self.loaded.items() if events != raw[day]} - self.purged
        days = sorted(stale | removed)
        Random(seed).shuffle(days)
        for day in days:
            self.load(day)
        kept = {day: self.loaded[day] for day in self.purged}
        assert dimension(self.conn) == model_dimension(chain.from_iterable((raw | kept).values()))
        assert self.conn.execute(STALE).fetchall() == []

    def teardown(self) -> None:
        self.copy()
        self.follow()
        self.conn.execute("RESET timezone")
        by_arrivals = self.conn.execute(
            "SELECT load_name FROM etl.load_runs WHERE events_arrived IS NOT NULL"
        )
        self.by_arrivals.update(name for (name,) in by_arrivals)


def run(machine: type[Warehouse], conn: Connection, histories: int) -> None:
    """Run so many histories, with a load that reads the dimension."""
    conn.execute(READER)
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=histories,
                stateful_step_count=20,
                deadline=None,
                derandomize=SAME_EACH_TIME,
            ),
        )
    finally:
        conn.execute(NO_READER)


def test_tables_follow_the_model(empty: Callable[[], Connection]) -> None:
    """Whatever arrives, disappears and is loaded, in whatever order and zone, to whatever end."""

    class EmptyWarehouse(Warehouse):
        """A warehouse at the beginning."""

        def __init__(self) -> None:
            super().__init__(empty())

    run(EmptyWarehouse, empty(), HISTORIES)
    if SAME_EACH_TIME:  # a few that are drawn anew may hardly have a stale day
        assert Warehouse.by_arrivals["users_dim"] >= HISTORIES / 2
        if "CITUS" not in os.environ:  # there the report is counted as a whole
            assert Warehouse.by_arrivals["user_events_daily"] >= HISTORIES / 2
