"""Every rule that can be broken, with its name and its sentence in Chinese and English.

An error is a broken rule. It carries a stable `code`, the facts of the case as keyword `params`, and one
sentence in each language that says what happened and what to do. The catalogue in `docs/errors.md` and the
browser's dictionary are generated from these classes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar


class ContestError(Exception):
    """A rule of the contest was broken; `code` names it, `params` say how."""

    code: ClassVar[str] = "contest_error"
    status: ClassVar[int] = 409
    zh: ClassVar[str] = "操作未完成。"
    en: ClassVar[str] = "The request could not be carried out."

    def __init__(self, **params: str | int) -> None:
        self.params = params
        super().__init__(self.sentence("en"))

    def sentence(self, language: str) -> str:
        """Say what happened and what to do, in `zh` or `en`."""
        if language == "en":
            return self.en.format(**self.params)
        return self.zh.format(**{name: WORDS.get(str(value), value) for name, value in self.params.items()})


WORDS: dict[str, str] = {
    "season": "年度计划",
    "organisation": "单位",
    "contest": "竞赛",
    "event": "赛项",
    "stage": "阶段",
    "scheme": "评分标准",
    "competitor": "选手",
    "team": "参赛队",
    "entry": "参赛者",
    "panel": "裁判组",
    "seat": "席位",
    "session": "场次",
    "aspect": "评分点",
    "mark": "打分",
    "number": "编号",
    "code": "代码",
    "name": "名称",
    "bib": "参赛号",
    "station": "工位号",
    "planned": "未开始",
    "opened": "已开放打分",
    "locked": "已锁定",
    "confirmed": "已签字确认",
    "started": "打分中",
    "ended": "打分结束",
    "provisional": "已公布（待定）",
    "official": "正式成绩",
    "frozen": "已封榜",
    "thawed": "已解榜",
    "unblinded": "已解密",
    "reopened": "重新开放",
    "accepted": "接受",
}
"""Words of the contest that stand as a parameter in a Chinese sentence."""


def catalogue() -> Iterator[type[ContestError]]:
    """Every named error, in order of its code."""
    found: dict[str, type[ContestError]] = {}
    waiting = [ContestError]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            found[kind.code] = kind
    return iter(found[code] for code in sorted(found))


# ---- who may do what -------------------------------------------------------------------------------------


class NotSignedIn(ContestError):
    """The request names nobody."""

    code = "not_signed_in"
    status = 401
    zh = "请先登录。"
    en = "Sign in first."


class SignInRefused(ContestError):
    """Name or password is wrong; which of the two is not said."""

    code = "sign_in_refused"
    status = 401
    zh = "账号或密码不对。"
    en = "The name or the password is wrong."


class NotAllowed(ContestError):
    """The person has no role that allows this act here."""

    code = "not_allowed"
    status = 403
    zh = "您的角色不能做这件事（{act}）。"
    en = "Your role does not allow this ({act})."


class ForeignOrigin(ContestError):
    """The request came from a page of another site."""

    code = "foreign_origin"
    status = 403
    zh = "请求来自其他网站，已拒绝。请从本系统的页面操作。"
    en = "The request came from another site and was refused. Use a page of this system."


class TooManyRequests(ContestError):
    """Too many requests in a short time."""

    code = "too_many_requests"
    status = 429
    zh = "操作太频繁，请 {seconds} 秒后再试。"
    en = "Too many requests. Try again in {seconds} seconds."


class NotFound(ContestError):
    """Nothing of this kind has this number, or the person may not know of it."""

    code = "not_found"
    status = 404
    zh = "没有找到：{what}。"
    en = "Not found: {what}."


class SecondPersonNeeded(ContestError):
    """The act needs the consent of a second person who is not the first."""

    code = "second_person_needed"
    zh = "这件事需要另一个人同意。请求已登记（{consent}）。"
    en = "This needs a second person's consent. The request is recorded ({consent})."


class ConsentExpired(ContestError):
    """The request for consent is too old."""

    code = "consent_expired"
    zh = "该请求已超过 24 小时，请重新提出。"
    en = "The request is older than 24 hours. Make it again."


class ForeignHost(ContestError):
    """The request names a host that this installation does not answer for."""

    code = "foreign_host"
    status = 400
    zh = "本系统不以“{host}”为名提供服务。请使用公布的地址，或由管理员在设置中加入这个名字。"
    en = "This service does not answer for “{host}”. Use the published address, or have it added to the settings."


class PasswordTooShort(ContestError):
    """The password has too few characters for what the account may do, or too many to be one."""

    code = "password_too_short"
    status = 422
    zh = "密码须有 {least} 到 {most} 个字符。"
    en = "A password has {least} to {most} characters."


class PasswordTooCommon(ContestError):
    """The password is among the first that somebody would try."""

    code = "password_too_common"
    status = 422
    zh = "这个密码太常见，容易被猜中，请换一个。"
    en = "This password is too common. Choose another one."


class ConsentNotYours(ContestError):
    """Nobody consents to a request of their own, or to one that is already settled."""

    code = "consent_not_yours"
    status = 403
    zh = "不能同意自己的请求，或该请求已处理。"
    en = "You cannot consent to your own request, or it is already settled."


class NotServedHere(ContestError):
    """The node serves public boards only."""

    code = "not_served_here"
    status = 404
    zh = "这个节点只提供公开看板。"
    en = "This node serves public boards only."


class Unforeseen(ContestError):
    """Something failed that nobody foresaw; the number finds it in the log."""

    code = "unforeseen"
    status = 500
    zh = "系统出错，未完成操作。请把编号 {incident} 告诉管理员。"
    en = "The service failed. Tell the administrator the number {incident}."


# ---- the shape of what came in ---------------------------------------------------------------------------


class MethodNotThere(ContestError):
    """The address exists, but not for this method."""

    code = "method_not_there"
    status = 405
    zh = "这个地址不接受 {method}。"
    en = "This address does not take {method}."


class WrongMediaType(ContestError):
    """The body is neither JSON nor, where a file is expected, a form."""

    code = "wrong_media_type"
    status = 415
    zh = "请求内容须为 JSON（上传文件用表单）。"
    en = "The body must be JSON (a form where a file is sent)."


class BadInput(ContestError):
    """A field is missing or malformed."""

    code = "bad_input"
    status = 400
    zh = "输入有误：{field}：{problem}"
    en = "Wrong input: {field}: {problem}"


class TooLarge(ContestError):
    """A file or message is larger than allowed."""

    code = "too_large"
    status = 413
    zh = "内容太大（上限 {limit}）。"
    en = "Too large (limit {limit})."


class AlreadyExists(ContestError):
    """A code or name that must be unique is taken."""

    code = "already_exists"
    zh = "{what}“{name}”已存在。"
    en = "{what} “{name}” exists already."


class StillInUse(ContestError):
    """Something cannot be deleted while others depend on it."""

    code = "still_in_use"
    zh = "{what}仍被使用，不能删除。"
    en = "{what} is still in use and cannot be deleted."


# ---- the scheme --------------------------------------------------------------------------------------------


class SchemeInvalid(ContestError):
    """A marking scheme breaks a rule of the scheme language; `node` points at the place."""

    code = "scheme_invalid"
    status = 422
    zh = "评分标准有误：{node}：{problem}"
    en = "The marking scheme is wrong at {node}: {problem}"


class SchemeLocked(ContestError):
    """Marking has started, the scheme of the event can no longer change."""

    code = "scheme_locked"
    zh = "已开始打分，评分标准不能再改。"
    en = "Marking has started; the marking scheme can no longer change."


class SchemeMissing(ContestError):
    """The event has no marking scheme yet."""

    code = "scheme_missing"
    zh = "该赛项还没有评分标准。"
    en = "The event has no marking scheme yet."


# ---- marks -------------------------------------------------------------------------------------------------


class MarkOutOfRange(ContestError):
    """The value is outside what the aspect allows."""

    code = "mark_out_of_range"
    status = 422
    zh = "“{aspect}”只能打 {low} 到 {high}，步长 {step}。"
    en = "“{aspect}” takes {low} to {high} in steps of {step}."


class MarkNotForSeat(ContestError):
    """The seat does not mark this entry or aspect in this session."""

    code = "mark_not_for_seat"
    zh = "这个席位在本场不评这一项。"
    en = "This seat does not mark this in this session."


class SeatRevoked(ContestError):
    """The device no longer holds the seat."""

    code = "seat_revoked"
    status = 403
    zh = "这台设备不再持有该席位，请找裁判长。"
    en = "This device no longer holds the seat. See the chief judge."


class KeyReused(ContestError):
    """The same device number came with another content."""

    code = "key_reused"
    zh = "同一序号（{device_seq}）送来了不同的打分，已拒绝并报告裁判长。"
    en = "Number {device_seq} came again with another mark; refused and reported to the chief judge."


class SessionNotOpen(ContestError):
    """The session has not been opened for marking."""

    code = "session_not_open"
    zh = "本场还没有开放打分。"
    en = "The session is not open for marking yet."


class MarkSettled(ContestError):
    """The pending mark has been settled already."""

    code = "mark_settled"
    zh = "这一打分已处理。"
    en = "This mark has been settled already."


# ---- gates -------------------------------------------------------------------------------------------------


class GateOutOfOrder(ContestError):
    """A gate was to be passed before its turn or twice."""

    code = "gate_out_of_order"
    zh = "现在不能“{gate}”：当前为“{state}”。"
    en = "“{gate}” is not possible now: the state is “{state}”."


class SessionsNotConfirmed(ContestError):
    """Results cannot be published while sessions are not confirmed by the chief judge."""

    code = "sessions_not_confirmed"
    zh = "还有 {count} 场未经裁判长签字确认，不能公布。"
    en = "{count} sessions are not confirmed by the chief judge; nothing can be published."


class MarksPending(ContestError):
    """Marks wait for the chief judge."""

    code = "marks_pending"
    zh = "还有 {count} 项打分等待裁判长处理。"
    en = "{count} marks wait for the chief judge."


class MarksMissing(ContestError):
    """Marks are missing, so a total is unknown."""

    code = "marks_missing"
    zh = "还缺 {count} 项打分。"
    en = "{count} marks are missing."


class TieOpen(ContestError):
    """A tie must be broken before results are published."""

    code = "tie_open"
    zh = "有 {count} 处并列须先决出先后。"
    en = "{count} ties must be broken first."


class StillBlind(ContestError):
    """The event is blind and not unblinded yet."""

    code = "still_blind"
    zh = "该赛项仍在盲评，解密后才能查看。"
    en = "The event is still blind; it can be seen after unblinding."


class ResultsEnded(ContestError):
    """Numbers are published; what they rest on changes only after they are taken back."""

    code = "results_ended"
    zh = "成绩已公布，不能再改；须先撤回成绩。"
    en = "Results are published and this can no longer change. Take the results back first."


class EventStarted(ContestError):
    """Marking has started; who may see what can no longer be changed by planning."""

    code = "event_started"
    zh = "已开始打分，不能再改“{field}”。"
    en = "Marking has started; “{field}” can no longer change."


# ---- scheduling ----------------------------------------------------------------------------------------------


class AspectScheduledTwice(ContestError):
    """Two sessions would mark the same aspect of the same entry."""

    code = "aspect_scheduled_twice"
    zh = "“{aspect}”对 {entry} 已排在另一场。"
    en = "“{aspect}” of {entry} is already scheduled in another session."


class SessionLocked(ContestError):
    """The session is locked; its entries, aspects and panel stay as they were marked."""

    code = "session_locked"
    zh = "本场已锁定，参赛者、评分点和裁判组不能再改。"
    en = "The session is locked; its entries, aspects and panel can no longer change."


class MarksExist(ContestError):
    """Something that has marks was to be taken away."""

    code = "marks_exist"
    zh = "{what}“{name}”已有打分，不能移除或更改。"
    en = "{what} “{name}” has marks and cannot be removed or changed."


class SessionNotReady(ContestError):
    """A session without entries, aspects or the panel it needs cannot be opened."""

    code = "session_not_ready"
    zh = "本场还缺{what}，不能开放打分。"
    en = "The session has no {what} yet and cannot be opened."


class OrganisationInCircle(ContestError):
    """An organisation was to stand above itself."""

    code = "organisation_in_circle"
    zh = "单位不能隶属于自己或自己的下级。"
    en = "An organisation cannot belong to itself or to one below it."


# ---- pairing -------------------------------------------------------------------------------------------------


class PairingRefused(ContestError):
    """The code is wrong, used, or too old; which of these is not said."""

    code = "pairing_refused"
    status = 403
    zh = "配对码无效或已过期，请向组织方索取新码。"
    en = "The pairing code is not valid. Ask the organiser for a new one."


# ---- work in the background, files in and out ----------------------------------------------------------------


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


# ---- the store -----------------------------------------------------------------------------------------------


class StoreUnavailable(ContestError):
    """The database could not keep what it was given; nothing was acknowledged."""

    code = "store_unavailable"
    status = 503
    zh = "暂时无法保存，请稍后重试。没有确认入库的内容请保留。"
    en = "Nothing could be saved just now. Keep what was not confirmed and try again."


class StoreInUse(ContestError):
    """Another process already writes to this database file."""

    code = "store_in_use"
    status = 503
    zh = "数据库 {path} 已被另一个程序打开写入，请先关闭它。"
    en = "Another process already writes to the database {path}. Stop it first."


class StoreReadOnly(ContestError):
    """This process follows the database and may not write to it."""

    code = "store_read_only"
    status = 503
    zh = "本进程只读，不能写入。"
    en = "This process only reads; it cannot write."


class StoreNotMigrated(ContestError):
    """The database was made by another version and must be migrated first."""

    code = "store_not_migrated"
    status = 503
    zh = "数据库结构版本是 {found}，本程序需要 {wanted}。请先运行 jiangsai migrate。"
    en = "The database has schema {found}, this program needs {wanted}. Run «jiangsai migrate» first."


# ---- the live part -------------------------------------------------------------------------------------------


class HelloExpected(ContestError):
    """A tablet's first message must say who it is."""

    code = "hello_expected"
    status = 401
    zh = "平板须先报到（hello），再发送其他消息。"
    en = "A tablet says hello first; everything else comes after."


class HelloAgain(ContestError):
    """A tablet said who it is a second time on one connection."""

    code = "hello_again"
    zh = "这条连接已经报到过。"
    en = "This connection has said hello already."


class MessageBinary(ContestError):
    """A message came as bytes; all messages are JSON text."""

    code = "message_binary"
    status = 400
    zh = "只接受 JSON 文本消息，不接受二进制消息。"
    en = "Messages are JSON text, never bytes."


class MessageNotUnderstood(ContestError):
    """A message fits none that the protocol knows."""

    code = "message_not_understood"
    status = 400
    zh = "消息无法识别：{problem}"
    en = "The message could not be understood: {problem}"


class SheetNotYours(ContestError):
    """The seat does not mark in that session."""

    code = "sheet_not_yours"
    status = 403
    zh = "这个席位不在该场次评分。"
    en = "This seat does not mark in that session."


class PairingNumberDiffers(ContestError):
    """The numbers on the two screens differ: another device may have used the code."""

    code = "pairing_number_differs"
    zh = "两个屏幕上的数字不一致，可能是别的设备用了这个码。本次配对已作废，请重新生成。"
    en = "The numbers on the two screens differ; another device may have used the code. Make a new one."
