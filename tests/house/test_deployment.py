"""What the handbook says of running the service is what the tests of outages run."""

import re

import pytest

from contest.settings import Settings, catalogue
from tests.house.conftest import ROOT

PAGE = (ROOT / "docs" / "deployment.md").read_text("utf-8")


def test_the_handbook_prints_the_configuration_of_the_proxy_that_the_tests_run():
    (printed,) = re.findall(r"```nginx\n(.*?)```", PAGE, re.S)
    assert printed == (ROOT / "deploy" / "nginx" / "jiangsai.conf").read_text("utf-8")


def test_every_setting_that_the_handbook_names_exists():
    names = set(re.findall(r"JIANGSAI_[A-Z_]+", PAGE))
    assert len(names) > 5
    assert names <= {setting.variable for setting in catalogue()}


@pytest.mark.parametrize("role", ["web", "board"])
def test_the_units_start_what_there_is(role):
    unit = (ROOT / "deploy" / "systemd" / f"jiangsai-{role}@.service").read_text("utf-8")
    assert f"serve --role {role}" in unit
    assert Settings(role=role)


def test_every_figure_that_the_handbook_watches_is_counted():
    names = set(re.findall(r"`(jiangsai_[a-z_]+)", PAGE))
    code = "".join(path.read_text("utf-8") for path in (ROOT / "realtime").glob("*.py"))
    assert len(names) > 5
    assert {name for name in names if f'"{name.removesuffix("_total")}"' not in code} == set()
