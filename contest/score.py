"""`jiangsai score` and `jiangsai scheme`: scoring on the command line, without a server and without a database.

Whatever is slow to load is loaded by the command that needs it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contest.imports.event import Event, File
    from contest.imports.findings import Findings
    from scoring import Results

FORMATS = ("json", "csv", "xlsx", "parquet")
STANDARD_OUTPUT = "-"
BAD_INPUT, USAGE = 1, 2
"""Exit statuses: what was read is wrong or cannot be written; what was asked for makes no sense."""


class UsageWrong(Exception):
    """The command asks for something that makes no sense."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Say what may be asked for."""
    score = commands.add_parser("score", help="score marks from files: no server, no database")
    score.add_argument("scheme", metavar="SCHEME", help="the marking scheme, a JSON document")
    score.add_argument(
        "marks", metavar="MARKS", nargs="+", help="marks: CSV, .xlsx, Parquet; several are one sheet"
    )
    score.add_argument("--entries", metavar="FILE", help="who takes part, and what else is known of them")
    score.add_argument("--judges", metavar="FILE", help="who marks what; otherwise found in the marks")
    score.add_argument(
        "--out", metavar="FILE", help="results as .json, .csv, .xlsx or .parquet; - for standard output"
    )
    score.add_argument("--format", choices=FORMATS, help="of the results, where --out does not say it")
    score.add_argument("--explain", metavar="ENTRY", help="print why this entry stands where it stands")
    score.add_argument("--force", action="store_true", help="replace a file that is there")
    score.set_defaults(run=_score)

    scheme = commands.add_parser("scheme", help="check a marking scheme, import one, or print its language")
    verbs = scheme.add_subparsers(required=True, metavar="verb")
    check = verbs.add_parser("check", help="name everything that is wrong with a scheme")
    check.add_argument("scheme", metavar="FILE")
    check.set_defaults(run=_check)
    bring = verbs.add_parser("import", help="make a scheme of a CIS marking scheme workbook")
    bring.add_argument("workbook", metavar="FILE.xlsx")
    bring.add_argument(
        "--out", metavar="FILE", default=STANDARD_OUTPUT, help="the scheme as JSON; - for standard output"
    )
    bring.add_argument("--force", action="store_true", help="replace a file that is there")
    bring.set_defaults(run=_import)
    verbs.add_parser("schema", help="print the JSON Schema of the language").set_defaults(run=_schema)
    for command in (score, check, bring):
        command.add_argument(
            "--language", choices=("zh", "en"), default="", help="of what is said; otherwise both"
        )


def _score(chosen: argparse.Namespace) -> int:
    return _guarded(_scored, chosen)


def _check(chosen: argparse.Namespace) -> int:
    return _guarded(_checked, chosen)


def _import(chosen: argparse.Namespace) -> int:
    return _guarded(_imported, chosen)


def _schema(chosen: argparse.Namespace) -> int:
    return _guarded(_printed_schema, chosen)


def _guarded(run: Callable[[argparse.Namespace], int], chosen: argparse.Namespace) -> int:
    """Run a command; what makes no sense or cannot be written is said in a line, not in a trace."""
    try:
        return run(chosen)
    except UsageWrong as wrong:
        _complain(chosen, wrong.zh, wrong.en)
        return USAGE
    except BrokenPipeError:
        # Who read standard output has seen enough; nothing more can be said there, not even on leaving.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BAD_INPUT
    except OSError as failed:
        where = f"{failed.filename}: " if failed.filename else ""
        _complain(chosen, f"{where}无法写入：{failed.strerror}", f"{where}cannot be written: {failed.strerror}")
        return BAD_INPUT


def _complain(chosen: argparse.Namespace, zh: str, en: str) -> None:
    language = getattr(chosen, "language", "")
    sys.stderr.write({"zh": f"{zh}\n", "en": f"{en}\n"}.get(language, f"{zh}\n{en}\n"))


def _told(found: Findings, language: str) -> None:
    from contest.imports.findings import lines

    sys.stderr.write("".join(f"{line}\n" for line in lines(found.in_order(), len(found), language)))


def _scored(chosen: argparse.Namespace) -> int:
    form = _form(chosen)
    names = [chosen.scheme, *chosen.marks, *(name for name in (chosen.entries, chosen.judges) if name)]
    _check_target(chosen, names)
    from contest.imports.event import read_event
    from contest.imports.findings import Findings

    found = Findings()
    files = {name: _read(name, found) for name in names}
    event = None
    if not len(found):
        event = read_event(
            files[chosen.scheme],
            [files[name] for name in chosen.marks],
            entries=files[chosen.entries] if chosen.entries else None,
            judges=files[chosen.judges] if chosen.judges else None,
            found=found,
        )
    if event is None:
        _told(found, chosen.language)
        return BAD_INPUT
    return _tell(chosen, event, form)


def _read(name: str, found: Findings) -> File:
    from contest.imports.event import File
    from contest.imports.findings import Finding

    try:
        return File(name, Path(name).read_bytes())
    except OSError as failed:
        said = f"无法读取：{failed.strerror}", f"This file cannot be read: {failed.strerror}"
        found.add(Finding(code="unreadable", file=name, zh=said[0], en=said[1]))
        return File(name, b"")


def _form(chosen: argparse.Namespace) -> str:
    """What the results are written as; empty when only an explanation is asked for."""
    if chosen.out is None:
        if chosen.explain is not None and chosen.format is None:
            return ""
        chosen.out = STANDARD_OUTPUT
    if chosen.out == STANDARD_OUTPUT and chosen.explain is not None:
        raise UsageWrong(
            "标准输出只有一个：说明与成绩不能都写到那里，请用 --out 指定文件。",
            "There is one standard output: the explanation goes there, name a file for the results with --out.",
        )
    form = chosen.format or (Path(chosen.out).suffix[1:].lower() if chosen.out != STANDARD_OUTPUT else "json")
    if form not in FORMATS:
        raise UsageWrong(
            f"不知道把“{chosen.out}”写成什么：文件名以 .json、.csv、.xlsx 或 .parquet 结尾，或写明 --format。",
            f"End “{chosen.out}” with .json, .csv, .xlsx or .parquet, or name its --format.",
        )
    return str(form)


def _check_target(chosen: argparse.Namespace, read: Iterable[str]) -> None:
    """Ask before any work whether the output may be put where it is wanted."""
    if chosen.out in (None, STANDARD_OUTPUT):
        return
    path = Path(chosen.out)
    if any(path.exists() and Path(name).exists() and path.samefile(name) for name in read):
        raise UsageWrong(f"{path} 是要读的文件，不能覆盖。", f"{path} is read here and cannot be replaced.")
    if path.is_dir() or not path.parent.is_dir():
        raise UsageWrong(f"{path} 不能作为文件写入。", f"{path} is not where a file can be written.")
    if path.is_file() and not chosen.force:
        raise UsageWrong(f"{path} 已存在；要覆盖请加 --force。", f"{path} exists; --force replaces it.")


def _print(content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[sys.stdout.buffer.write(left) :]  # unbuffered output takes what fits, and no more
    sys.stdout.buffer.flush()


def _put(chosen: argparse.Namespace, content: bytes) -> None:
    from contest.exports.placing import place

    if chosen.out == STANDARD_OUTPUT:
        _print(content.removeprefix(b"\xef\xbb\xbf"))
        return
    try:
        place(Path(chosen.out), content, replace=chosen.force)
    except FileExistsError:
        raise UsageWrong(
            f"{chosen.out} 已存在；要覆盖请加 --force。", f"{chosen.out} exists; --force replaces it."
        ) from None


def _tell(chosen: argparse.Namespace, event: Event, form: str) -> int:
    from contest.exports.left_open import left_open
    from scoring import SheetProblem, results

    if chosen.explain is not None and chosen.explain not in event.sheet.entries:
        _complain(chosen, f"没有参赛者“{chosen.explain}”。", f"There is no entry “{chosen.explain}”.")
        return BAD_INPUT
    try:
        explained = _explained(chosen, event) if chosen.explain is not None else ""
        if form:
            made = results(event.scheme, event.sheet)
            _put(chosen, _file(event, made, form, chosen.language))
            for zh, en in left_open(made):
                _complain(chosen, zh, en)
    except SheetProblem as wrong:
        _complain(chosen, f"打分与评分标准不合：{wrong}", f"The marks do not fit the scheme: {wrong}")
        return BAD_INPUT
    if explained:
        _print(explained.encode())
    return 0


def _file(event: Event, made: Results, form: str, language: str) -> bytes:
    from contest.exports.scored import Scored, written

    scored = Scored(
        scheme=event.scheme, results=made, labels=event.entries.labels, attributes=event.entries.attributes
    )
    return written(scored, form, language or "zh")


def _explained(chosen: argparse.Namespace, event: Event) -> str:
    from scoring import explain

    steps = explain(event.scheme, event.sheet, chosen.explain)
    return "".join(f"{'  ' * step.depth}{step.en if chosen.language == 'en' else step.zh}\n" for step in steps)


def _checked(chosen: argparse.Namespace) -> int:
    from contest.imports.findings import Findings
    from contest.imports.schemes import read_scheme

    found = Findings()
    file = _read(chosen.scheme, found)
    if not len(found):
        read_scheme(file.name, file.content, found)
    _told(found, chosen.language)
    return BAD_INPUT if len(found) else 0


def _imported(chosen: argparse.Namespace) -> int:
    _check_target(chosen, [chosen.workbook])
    from contest.imports.cis import read_cis
    from contest.imports.findings import Findings

    found = Findings()
    file = _read(chosen.workbook, found)
    document = None
    if not len(found):
        brought = read_cis(file.content, file=file.name)
        document = brought.document
        for one in brought.findings:
            found.add(one)
    _told(found, chosen.language)
    if document is None:
        return BAD_INPUT
    _put(chosen, document)
    return 0


def _printed_schema(_: argparse.Namespace) -> int:
    from contest.imports.schemes import printed_schema

    _print(printed_schema())
    return 0
