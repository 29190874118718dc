"""The long runs: their limits let them end, and the page about them names each file."""

import re

from tests.house.conftest import ROOT, tracked

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def test_what_ends_a_test_that_hangs_leaves_the_longest_of_the_night_its_time():
    allowed = [
        int(seconds)
        for path in tracked(".py")
        if path.is_relative_to(ROOT / "tests")
        for seconds in re.findall(r"mark\.timeout\((\d+)\)", path.read_text("utf-8"))
    ]
    watch = re.search(r"^NIGHT := .*faulthandler_timeout=(\d+)", MAKEFILE, re.M)
    assert watch is not None
    assert int(watch[1]) > max(allowed)


def test_the_page_about_faults_names_every_file_that_tries_one():
    page = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    files = sorted(path.stem for path in (ROOT / "tests" / "faults").glob("test_*.py"))
    assert [name for name in files if f"`{name}`" not in page and f"{name}.py`" not in page] == []
