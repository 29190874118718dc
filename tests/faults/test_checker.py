"""The judge itself: whatever is wrong with a history or a ledger, it finds, and a sound one it lets pass."""

import hashlib
import json
import sqlite3

import pytest

from tests.faults.checker import FIRST_LINK, Stored, check, stored_sqlite
from tests.faults.history import History, digest_of, key_of, merged, read

CONTEST = "c1"


def mark(number, value=8000, device="t1", **changes):
    said = {"session": "s", "entry": "e", "aspect": "a", "kind": "entered", "replaces": None}
    return {"mark": f"{device}-{number}", "device": device, "device_seq": number, "value": value} | said | changes


def answer(row, verdict="stored", because=""):
    return {"verdict": verdict, "seq": row["seq"], "link": row["link"], "because": because}


REFUSED = {"verdict": "refused", "seq": None, "link": "", "because": "mark_out_of_range"}


class Ledger:
    """A ledger as it must be, made without the product."""

    def __init__(self):
        self.rows, self.receipts = [], []

    def hold(self, body):
        prev = self.rows[-1]["link"] if self.rows else FIRST_LINK
        seq = len(self.rows) + 1
        content = json.dumps({"contest": CONTEST, "seq": seq, "at": "", "body": body})
        link = hashlib.sha256(bytes.fromhex(prev) + content.encode()).hexdigest()
        self.rows.append({"contest": CONTEST, "seq": seq, "content": content, "prev": prev, "link": link})
        return self.rows[-1]

    def enter(self, one, standing="counts", because=""):
        fact = {"fact": "mark_entered", "standing": standing, "because": because, "seat": "j", "revision": 1}
        row = self.hold(one | fact)
        self.keep(one, answer(row, "stored" if standing == "counts" else "pending", because))
        return row

    def keep(self, one, said):
        self.receipts.append({"id": key_of(one), "receipt": json.dumps(said)})

    @property
    def stored(self):
        last = self.rows[-1]
        return Stored(self.rows, [{"id": CONTEST, "seq": last["seq"], "link": last["link"]}], self.receipts)


@pytest.fixture
def run():
    """Two tablets, four marks: one of them answered twice, one pending, one refused, one without an answer."""
    history, ledger = History(seed=1, clock=lambda: 0.0), Ledger()
    ledger.hold({"fact": "gate_passed", "gate": "opened"})
    first, second, third, bad = mark(1), mark(2, device="t2"), mark(3), mark(4, value=99)
    for one in (first, second, third, bad):
        history.saved(one["device"], one)
    history.sent("t1", first)
    stored = ledger.enter(first)
    history.unknown("t1", first)
    history.sent("t1", first)
    history.answered("t1", first, answer(stored))
    history.answered("t1", first, answer(stored))
    history.sent("t2", second)
    history.answered("t2", second, answer(ledger.enter(second, "pending", "not_newest"), "pending", "not_newest"))
    history.sent("t1", bad)
    ledger.keep(bad, REFUSED)
    history.answered("t1", bad, REFUSED)
    history.sent("t1", third)
    ledger.enter(third)
    history.unknown("t1", third)
    history.write("drained", client="t2")
    return history, ledger


def found(run, *kinds):
    """The kinds of what is wrong."""
    history, ledger = run
    problems = check(history.lines, ledger.stored)
    assert {problem.partition(":")[0] for problem in problems} >= set(kinds), problems
    return {problem.partition(":")[0] for problem in problems}


def test_a_sound_run_passes(run):
    assert found(run) == set()


# ---- what the ledger can have wrong --------------------------------------------------------------------------


def test_a_fact_that_is_missing_is_found(run):
    del run[1].rows[1]
    found(run, "chain", "lost")


def test_the_last_fact_that_is_missing_is_found_by_the_head(run):
    stored = run[1].stored
    shorter = Stored(stored.facts[:-1], stored.heads, stored.receipts[:-1])
    assert check(run[0].lines, shorter) == ["head: c1 does not end where its head says"]


@pytest.mark.parametrize("part", ["value", "entry", "aspect", "session", "kind", "replaces", "mark"])
def test_a_mark_that_was_altered_is_found_even_where_the_chain_was_made_anew(run, part):
    history, before = run
    after = Ledger()
    for row in before.rows:
        body = json.loads(row["content"])["body"]
        after.hold(body | {part: "other"} if body.get("device_seq") == 1 and body["device"] == "t1" else body)
    after.receipts = before.receipts
    found((history, after), "altered", "invented")


@pytest.mark.parametrize("part", ["content", "prev", "link"])
def test_a_byte_of_a_fact_that_changed_is_found(run, part):
    row = run[1].rows[2]
    row[part] = row[part].replace("8000", "9000") if part == "content" else "1" + row[part][1:]
    found(run, "chain")


def test_a_fact_of_another_number_or_contest_than_its_own_is_found(run):
    rows = run[1].rows
    rows[0] = rows[0] | {"contest": "c2"}
    found(run, "chain")


def test_a_mark_that_is_stored_twice_is_found(run):
    run[1].enter(mark(1))
    found(run, "twice")


def test_a_mark_that_came_under_two_numbers_is_found(run):
    history, ledger = run
    again = mark(9, mark="t1-1")
    history.sent("t1", again)
    ledger.enter(again)
    assert found(run) == {"twice"}


def test_a_mark_that_nobody_sent_is_found(run):
    run[1].enter(mark(7))
    assert found(run) == {"invented"}


def test_marks_of_devices_that_the_history_does_not_know_are_left_alone(run):
    run[1].enter(mark(7, device="desk:somebody"))
    assert found(run) == set()


def test_a_receipt_that_says_what_no_fact_says_is_found(run):
    receipts = run[1].receipts
    receipts[0] = {"id": "t1:1", "receipt": json.dumps(REFUSED)}
    assert found(run) == {"receipt"}
    receipts[0] = {"id": "t1:1", "receipt": json.dumps(answer(run[1].rows[2]))}
    assert found(run) == {"receipt"}
    del receipts[0]
    assert found(run) == {"receipt"}


# ---- what an answer can have wrong ---------------------------------------------------------------------------


def change(history, place, **changes):
    """Change the n-th answer."""
    lines = [line for line in history.lines if line["kind"] == "answered"]
    lines[place].update(changes)


def test_an_acknowledged_mark_that_is_not_stored_is_found(run):
    history, _ = run
    late = mark(5)
    history.sent("t1", late)
    history.answered("t1", late, {"verdict": "stored", "seq": 5, "link": "ab" * 32})
    assert found(run) == {"lost"}


@pytest.mark.parametrize(
    "changes",
    [{"seq": 9}, {"link": "ab" * 32}, {"verdict": "stored"}, {"because": "x"}],
    ids=str,
)
def test_a_receipt_that_differs_from_what_is_stored_is_found(run, changes):
    change(run[0], 2, **changes)
    found(run, "altered")


def test_a_repeat_that_is_answered_differently_is_found(run):
    change(run[0], 1, link="ab" * 32)
    assert found(run) == {"repeat"}


def test_a_refused_mark_that_is_stored_is_found(run):
    run[1].receipts.pop()
    run[1].receipts.pop()
    run[1].rows.pop()
    run[1].enter(mark(4, value=99))
    found(run, "altered")


def test_an_answer_to_what_nobody_sent_is_found(run):
    run[0].answered("t1", mark(8), REFUSED)
    assert found(run) == {"answer"}


def test_an_acknowledgement_without_a_number_is_found(run):
    change(run[0], 2, seq=None)
    found(run, "answer")


def test_a_mark_that_was_sent_after_another_was_answered_and_stored_before_it_is_found(run):
    history = run[0]
    sent = next(line for line in history.lines if line["kind"] == "sent")
    # As if it had been sent only after the mark of the other tablet was answered.
    history.lines = [line for line in history.lines if line["kind"] != "sent" or line["key"] != "t1:1"]
    answers = [line for line in history.lines if line["kind"] == "answered" and line["key"] == "t1:1"]
    history.lines = [line for line in history.lines if line not in answers] + [sent, *answers]
    assert found(run) == {"order"}


def test_a_saved_mark_that_never_arrived_is_found_once_the_tablet_says_it_sent_all(run):
    run[0].write("drained", client="t1")
    assert found(run) == {"forgotten"}
    run[0].answered("t1", mark(3), answer(run[1].rows[3]))
    run[0].lines[-2:] = reversed(run[0].lines[-2:])
    assert found(run) == set()


def test_what_only_a_lost_tablet_held_is_not_missed(run):
    run[0].saved("t3", mark(1, device="t3"))
    run[0].write("lost", client="t3")
    run[0].write("drained", client="t3")
    assert found(run) == set()


def test_the_same_number_with_another_content_is_an_answer_of_its_own(run):
    other = mark(1, value=7000)
    run[0].sent("t1", other)
    run[0].answered("t1", other, REFUSED | {"because": "key_reused"})
    assert found(run) == set()
    run[0].answered("t1", other, answer(run[1].rows[1]))
    found(run, "repeat")


# ---- after an older backup -----------------------------------------------------------------------------------


@pytest.fixture
def restored(run):
    """The same run, and then a backup of the first mark comes back; the second tablet sends its mark again."""
    history, before = run
    after = Ledger()
    after.rows, after.receipts = before.rows[:2], before.receipts[:1]
    history.write("restored", contest=CONTEST, seq=2)
    return history, after


def test_what_was_acknowledged_must_come_back_after_an_older_backup(restored):
    assert found(restored) == {"lost"}


def test_what_came_back_may_have_another_number_and_verdict(restored):
    history, ledger = restored
    second = mark(2, device="t2")
    history.sent("t2", second)
    history.answered("t2", second, answer(ledger.enter(second)))
    assert found(restored) == set()


def test_what_came_back_must_say_the_same(restored):
    history, ledger = restored
    other = mark(2, device="t2", value=1)
    history.sent("t2", other)
    history.answered("t2", other, answer(ledger.enter(other)))
    found(restored, "lost")


@pytest.mark.parametrize("again", [False, True])
def test_what_an_older_backup_lacks_is_missed_of_a_lost_tablet_if_it_was_answered_again(restored, again):
    (history, ledger), second = restored, mark(2, device="t2")
    history.saved("t2", second)
    if again:
        history.sent("t2", second)
        history.answered("t2", second, answer(ledger.enter(second)))
        del ledger.rows[2:], ledger.receipts[1:]
    assert "lost" in found(restored)
    history.write("lost", client="t2")
    assert ("lost" in found(restored)) == again


# ---- what a viewer can have wrong ----------------------------------------------------------------------------


def row(entry, points):
    return {"entry": entry, "points": points}


def moved(after, version, *rows, gone=()):
    return {"type": "moved", "after": after, "version": version, "rows": list(rows), "gone": list(gone)}


def reset(version, *rows, epoch="x"):
    return {"type": "reset", "epoch": epoch, "version": version, "rows": list(rows)}


def watched(*messages, ends=None, allowed=()):
    history = History(seed=1, clock=lambda: 0.0)
    for rows in allowed:
        history.write("allowed", event="w1", rows={one["entry"]: one for one in rows})
    for message in messages:
        history.saw("v1", "w1", message)
    if ends is not None:
        history.write("may_see", viewer="v1", event="w1", rows={one["entry"]: one for one in ends})
    return check(history.lines, Stored([]))


A1, A2, B1, B2 = row("a", 1), row("a", 2), row("b", 1), row("b", 2)


def test_a_viewer_who_missed_nothing_ends_with_what_may_be_seen():
    assert watched(reset(3, A1, B1), moved(3, 5, A2), moved(5, 6, gone=["b"]), ends=[A2]) == []
    assert watched(reset(3, A1), reset(1, B1, epoch="y"), moved(1, 2, A1), ends=[A1, B1]) == []


@pytest.mark.parametrize(
    "messages",
    [
        (moved(0, 1, A1),),
        (reset(3, A1), moved(4, 5, A2)),
        (reset(3, A1), moved(2, 4, A2)),
        (reset(3, A1), moved(3, 3, A2)),
        (reset(3, A1), reset(2, A1)),
        (reset(3, A1), moved(3, 4, A2) | {"epoch": "y"}),
    ],
    ids=["no board", "gap", "overlap", "no step", "backwards", "another board"],
)
def test_a_step_that_does_not_follow_is_found(messages):
    assert [problem.partition(":")[0] for problem in watched(*messages)] == ["version"]


@pytest.mark.parametrize(
    "ends", [[A1, B1], [A2], [A2, B2], []], ids=["stale", "too many", "other", "nothing to see"]
)
def test_a_viewer_who_ends_with_anything_else_is_found(ends):
    assert watched(reset(3, A1, B1), moved(3, 4, A2), ends=ends) == [
        "seen: ('v1', 'w1') does not end with what may be seen"
    ]


def test_a_viewer_who_never_got_a_board_is_found():
    assert len(watched(ends=[A1])) == 1


def test_what_was_never_allowed_is_found_even_if_it_goes_away_again():
    frozen = [[A1, B1], [A2, B2]]
    assert watched(reset(1, A1, B1), moved(1, 2, A2, B2), allowed=frozen) == []
    assert len(watched(reset(1, A1, B1), moved(1, 2, A2), moved(2, 3, B2), allowed=frozen)) == 1


# ---- files ---------------------------------------------------------------------------------------------------


def test_a_history_survives_the_death_of_its_writer(tmp_path):
    history = History(seed=7, path=tmp_path / "run.jsonl")
    history.sent("t1", mark(1))
    with (tmp_path / "run.jsonl").open("a") as file:
        file.write('{"kind":"answered","cli')
    assert read(tmp_path / "run.jsonl") == history.lines
    history.close()


def test_histories_of_several_processes_are_put_in_order():
    one = [{"kind": "run", "t": 1.0}, {"kind": "sent", "t": 3.0}]
    other = [{"kind": "unknown", "t": 2.0}]
    assert [line["t"] for line in merged([one, other])] == [1.0, 2.0, 3.0]


def test_stored_rows_are_read_without_the_product(tmp_path):
    connection = sqlite3.connect(tmp_path / "x.db")
    ledger = Ledger()
    ledger.enter(mark(1))
    connection.execute("CREATE TABLE fact (contest, seq, content, prev, link)")
    connection.execute("CREATE TABLE head (id, seq, link)")
    connection.execute("CREATE TABLE receipt (id, receipt)")
    connection.executemany("INSERT INTO fact VALUES (:contest, :seq, :content, :prev, :link)", ledger.rows)
    connection.executemany("INSERT INTO head VALUES (:id, :seq, :link)", ledger.stored.heads)
    connection.executemany("INSERT INTO receipt VALUES (:id, :receipt)", ledger.receipts)
    connection.commit()
    connection.close()
    assert stored_sqlite(tmp_path / "x.db") == ledger.stored


def test_the_digest_is_that_of_what_was_said():
    said = mark(1)
    assert digest_of(said) == digest_of(said | {"made_at": "now", "reason": "x", "by": "j", "revision": 3})
    assert len({digest_of(said | {name: "other"}) for name in said}) == len(said)
