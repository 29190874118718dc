"""Invented names: enough of them, all different, the same every time."""

from seed import names


def test_a_season_s_worth_of_people_bear_different_names():
    assert len(set(names.people(2_736))) == 2_736
    assert names.people(3) == names.people(3)
    assert names.people(2, start=1) == names.people(3)[1:]


def test_organisations_are_different():
    assert len(set(names.organisations(60, "云台区"))) == 60


def test_editions_are_written_as_people_write_them():
    assert [names.ordinal(number) for number in (3, 10, 12, 20, 31)] == ["三", "十", "十二", "二十", "三十一"]
