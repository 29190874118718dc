"""The documents: links lead somewhere, settings and words are written down."""

import re

from tests.house.conftest import ROOT, tracked


def test_every_link_between_documents_leads_somewhere():
    broken = []
    for page in tracked(".md"):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def test_the_readme_s_commands_exist():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    commands = re.findall(r"^    make (\w+)", (ROOT / "README.md").read_text("utf-8"), re.M)
    assert commands == ["run", "test"]
    assert all(re.search(rf"^{command}:", makefile, re.M) for command in commands)


def test_every_decision_has_its_number_once_and_is_in_order():
    numbers = [page.name[:4] for page in sorted((ROOT / "docs" / "adr").glob("*.md"))]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
