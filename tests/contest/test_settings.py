"""Settings: read once, refused by name, and printed in the handbook as the class says."""

import re

import pytest

from contest.settings import Settings, SettingWrong, catalogue
from tests.house.conftest import ROOT


def test_without_variables_a_laptop_serves_itself():
    settings = Settings.from_environment({"PATH": "/bin"})
    assert (settings.database_url, settings.host, settings.port) == (
        "sqlite:///var/jiangsai.db",
        "127.0.0.1",
        8000,
    )
    assert settings.role == "all"


def test_the_environment_is_read_and_the_command_line_goes_first():
    environ = {
        "DATABASE_URL": "postgresql://jiangsai@localhost/jiangsai",
        "PORT": "80",
        "JIANGSAI_ALLOWED_HOSTS": "a.example, b.example:8443",
        "JIANGSAI_METRICS_TOKEN": "",
    }
    settings = Settings.from_environment(environ, port=81)
    assert settings.database_url == "postgresql://jiangsai@localhost/jiangsai"
    assert (settings.port, settings.allowed_hosts) == (81, ("a.example", "b.example:8443"))
    assert settings.metrics_token == ""


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PORT", "eighty", "port"),
        ("PORT", "70000", "port"),
        ("DATABASE_URL", "mysql://x", "database_url"),
        ("JIANGSAI_ROLE", "judge", "role"),
        ("JIANGSAI_TRUSTED_PROXIES", "the proxy", "the proxy"),
        ("JIANGSAI_PUBLIC_URL", "jiangsai.example/path", "public_url"),
        ("JIANGSAI_SIGN_IN_HOURS", "0", "sign_in_hours"),
        ("JIANGSAI_SINGIN_HOURS", "8", "JIANGSAI_SINGIN_HOURS"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(variable: str, value: str, said: str):
    with pytest.raises(SettingWrong, match=said):
        Settings.from_environment({variable: value})


def test_variables_of_commands_and_tests_are_left_alone():
    assert Settings.from_environment({"JIANGSAI_NEW_PASSWORD": "x", "JIANGSAI_TEST_X": "y"}) == Settings()


def test_the_handbook_lists_every_setting_as_the_class_says():
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    written = re.findall(r"^\| `(\w+)` \| (?:`(.*?)`|–) \| (.*?)<br>(.*?) \|$", page, re.M)
    assert written == [(setting.variable, setting.default, setting.zh, setting.en) for setting in catalogue()]


def test_only_the_settings_read_the_environment():
    allowed = {"contest/settings.py", "contest/cli.py", "contest/frontend.py"}
    readers = [
        path.relative_to(ROOT).as_posix()
        for folder in ("contest", "realtime", "scoring")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"os\.(environ|getenv)", path.read_text("utf-8"))
    ]
    assert set(readers) <= allowed, readers
