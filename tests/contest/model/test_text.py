"""What a text from outside may be."""

import msgspec
import pytest

from contest.model.text import Code, Day, Key, Moment, Name, Number, Reason, Short


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Name, ""),
        (Name, "   "),
        (Name, "a\x00b"),
        (Name, "first\nsecond"),
        (Name, "name\n"),
        (Name, "长" * 201),
        (Name, "\u3000\u00a0"),
        (Name, "\u200b\ufeff"),
        (Name, "abc\u202edef"),
        (Name, "first\u2028second"),
        (Name, "a\x85b"),
        (Number, "\u2066A01"),
        (Reason, "abc\u202edef"),
        (Short, "a\tb"),
        (Code, "x" * 33),
        (Key, "two words"),
        (Key, "'; DROP"),
        (Key, "key\n"),
        (Day, "2026-1-1"),
        (Day, "2026-01-01\n"),
        (Day, "２０２６-01-01"),
        (Moment, "tomorrow"),
        (Reason, "a\x00b"),
    ],
)
def test_what_no_name_carries_is_refused(kind: type, text: str):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, kind)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Name, "欧阳·买买提 O'Neil"),
        (Name, " 前后有空 "),
        (Name, "می‌خواهم"),
        (Name, "张　三"),
        (Short, ""),
        (Code, "A-1"),
        (Key, "0f3a:skating_1.a-b"),
        (Day, ""),
        (Day, "2026-11-20"),
        (Moment, "2026-11-20T09:00"),
        (Moment, "2026-11-20T09:18:13.123456Z"),
        (Moment, "2026-11-20 09:00:00+08:00"),
        (Reason, "第一行\n第二行"),
    ],
)
def test_what_people_write_is_taken(kind: type, text: str):
    assert msgspec.convert(text, kind) == text
