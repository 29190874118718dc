"""Numbers of an event: bibs by lot or as the organiser lists the entries, stations by lot."""

from random import Random

from contest.actions.entering import NewEntry, drop_entry, enter_all
from contest.actions.numbering import NumbersWanted, number_entries
from contest.actions.registering import NewCompetitor, register_competitor
from contest.model.ids import EntryId
from contest.model.people import EntryKind
from contest.store.open import Store
from tests.builders import Hall, hall


async def empty(store: Store) -> Hall:
    """A contest in whose event nobody is entered yet."""
    at = await hall(store, entries=1, opened=False)
    await drop_entry(store, at.entries[0])
    return at


async def entered(store: Store, at: Hall, *people: tuple[str, str]) -> None:
    """Competitors of these names and organiser's numbers."""
    new = [NewCompetitor(name=name, number=number) for name, number in people]
    known = [await register_competitor(store, at.contest, one) for one in new]
    await enter_all(store, at.event, [NewEntry(subject=one.id) for one in known])


async def numbered(store: Store, at: Hall, wanted: NumbersWanted, seed: int = 1) -> dict[str, tuple[str, str]]:
    drawn = await number_entries(store, at.event, wanted, Random(seed).shuffle)
    return {entry.name: (entry.bib, entry.station) for entry in drawn}


async def test_bibs_follow_the_organisers_numbers_as_they_count_and_then_the_names(store: Store) -> None:
    at = await empty(store)
    people = [("钱乙", ""), ("赵甲", ""), ("孙丙", ""), ("李丁", "工10"), ("周戊", "工9"), ("吴己", "工009")]
    await entered(store, at, *people)
    await enter_all(
        store, at.event, [NewEntry(kind=EntryKind.PROJECT, name=f"项目{number}") for number in (10, 9)]
    )
    bibs = await numbered(store, at, NumbersWanted(stations=False))
    # Who has no number follows by name, as names are spoken: qian, sun, xiangmu, zhao.
    order = ["吴己", "周戊", "李丁", "钱乙", "孙丙", "项目9", "项目10", "赵甲"]
    assert sorted(bibs, key=bibs.__getitem__) == order
    assert [bibs[name] for name in order] == [(f"A{place:02d}", "") for place in range(1, 9)]


async def test_bibs_are_drawn_by_lot_when_asked_and_say_nothing_of_stations(store: Store) -> None:
    at = await empty(store)
    names = [f"选手{number:02d}" for number in range(1, 31)]
    await entered(store, at, *((name, name[-2:]) for name in names))
    listed = await numbered(store, at, NumbersWanted(stations=False))
    assert [listed[name][0] for name in names] == [f"A{place:02d}" for place in range(1, 31)]
    lots = await numbered(store, at, NumbersWanted(bibs_by_lot=True, again=True))
    assert sorted(bib for bib, _ in lots.values()) == [f"A{place:02d}" for place in range(1, 31)]
    assert [lots[name][0] for name in names] != [listed[name][0] for name in names]
    assert [bib[1:] for bib, _ in lots.values()] != [station[1:] for _, station in lots.values()]
    other = await numbered(store, at, NumbersWanted(bibs_by_lot=True, again=True), seed=2)
    assert other != lots


async def test_a_later_draw_by_lot_leaves_the_numbers_that_are_there(store: Store) -> None:
    at = await empty(store)
    await entered(store, at, ("赵甲", ""), ("钱乙", ""))
    first = await numbered(store, at, NumbersWanted(bibs_by_lot=True))
    await entered(store, at, ("孙丙", ""))

    def unkind(order: list[EntryId]) -> None:
        order.reverse()

    await number_entries(store, at.event, NumbersWanted(bibs_by_lot=True), unkind)
    second = await numbered(store, at, NumbersWanted(bibs_by_lot=True))
    assert second == {**first, "孙丙": ("A03", "G03")}
