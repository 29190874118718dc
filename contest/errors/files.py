"""Work in the background, spreadsheets in and out."""

from contest.errors.base import ContestError


class WorkFailed(ContestError):
    """A workbook or import could not be worked through."""

    code = "work_failed"
    status = 422
    zh = "文件处理失败（{job}）。请检查文件后重试。"
    en = "The file could not be worked through ({job}). Check it and try again."


class FileUnreadable(ContestError):
    """The file is no workbook or CSV that can be read."""

    code = "file_unreadable"
    status = 422
    zh = "无法读取这个文件。请用模板另存为 .xlsx 或 .csv。"
    en = "This file cannot be read. Save it as .xlsx or .csv from the template."


class FileTooLong(ContestError):
    """The sheet has more rows or columns than allowed."""

    code = "file_too_long"
    status = 422
    zh = "表格太大：最多 {rows} 行、{columns} 列。请分成几个文件。"
    en = "The sheet is too large: at most {rows} rows and {columns} columns. Split it."


class ColumnMissing(ContestError):
    """A column that is needed is not there."""

    code = "column_missing"
    status = 422
    zh = "缺少“{column}”列。请从模板开始填写。"
    en = "The column “{column}” is missing. Start from the template."


class CellMissing(ContestError):
    """A cell that must be filled is empty."""

    code = "cell_missing"
    status = 422
    zh = "“{column}”不能为空。"
    en = "“{column}” must not be empty."


class CellTooLong(ContestError):
    """The text of a cell is too long."""

    code = "cell_too_long"
    status = 422
    zh = "“{column}”最多 {limit} 个字。"
    en = "“{column}” takes at most {limit} characters."


class CellIsFormula(ContestError):
    """A cell holds a formula where a plain value is needed."""

    code = "cell_is_formula"
    status = 422
    zh = "这里是公式。请改为数值或文字后再导入。"
    en = "This is a formula. Replace it by its value and import again."


class EventUnknown(ContestError):
    """A row names an event code that the contest does not have."""

    code = "event_unknown"
    status = 422
    zh = "没有代码为“{code}”的赛项。"
    en = "There is no event with the code “{code}”."


class RowDoubled(ContestError):
    """Two rows name the same competitor."""

    code = "row_doubled"
    status = 422
    zh = "与第 {row} 行是同一名选手。"
    en = "This is the same competitor as in row {row}."


class NumberTaken(ContestError):
    """A bib is already given in the event."""

    code = "number_taken"
    status = 422
    zh = "参赛号“{number}”在该赛项已被占用。"
    en = "The bib “{number}” is already taken in that event."
