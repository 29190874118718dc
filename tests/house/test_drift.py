"""What is generated from the code is checked in as the code says it."""

import pytest

from contest.documents import documents
from tests.house.conftest import ROOT


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return dict(documents())


@pytest.mark.parametrize(
    "path",
    [
        "docs/openapi.json",
        "docs/asyncapi.json",
        "docs/errors.md",
        "frontend/src/lib/wire/live.ts",
        "frontend/src/lib/wire/http.ts",
        "frontend/src/lib/wire/errors.ts",
    ],
)
def test_generated_documents_are_up_to_date(made: dict[str, str], path: str):
    assert (ROOT / path).read_text("utf-8") == made[path], "run `make documents`"


def test_nothing_else_is_generated(made: dict[str, str]):
    assert len(made) == 7
