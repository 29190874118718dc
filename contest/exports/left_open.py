"""What results leave open, said in both languages: marks that are missing, ties to break, marks to give again."""

from __future__ import annotations

from collections.abc import Iterator

from scoring import Results

_TOLD = 20
"""So many ties, and so many marks to give again, are named; the results hold all of them."""


def left_open(results: Results) -> Iterator[tuple[str, str]]:
    """The sentences; none where everything is marked and decided."""
    if results.missing:
        yield (
            f"尚缺 {results.missing} 个打分，名次未定。",
            f"{results.missing} marks are missing; ranks may change.",
        )
    for tie in results.ties[:_TOLD]:
        zh = f"第 {tie.rank} 名并列待决：{'、'.join(tie.entries)}。"
        yield zh, f"The tie at rank {tie.rank} must be broken: {', '.join(tie.entries)}."
    if len(results.ties) > _TOLD:
        yield f"……共 {len(results.ties)} 处并列待决。", f"… {len(results.ties)} ties in all."
    for table in results.teams:
        for open_tie in table.open_ties[:_TOLD]:
            zh = f"表“{table.table}”第 {open_tie.rank} 名并列待决：{'、'.join(open_tie.groups)}。"
            en = f"In the table “{table.table}” the tie at rank {open_tie.rank} must be broken: "
            yield zh, f"{en}{', '.join(open_tie.groups)}."
    for remark in results.remarks[:_TOLD]:
        zh = f"参赛者“{remark.entry}”的“{remark.aspect}”要重新打分："
        en = f"“{remark.aspect}” of “{remark.entry}” is to be marked again: "
        if remark.reason == "spread":
            yield f"{zh}最高与最低相差 {remark.spread}。", f"{en}highest and lowest are {remark.spread} apart."
        else:
            yield f"{zh}各次录入不一致。", f"{en}what was entered independently differs."
    if len(results.remarks) > _TOLD:
        yield (
            f"……共 {len(results.remarks)} 个要重新打分。",
            f"… {len(results.remarks)} marks to give again in all.",
        )
