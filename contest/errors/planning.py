"""Schemes, sessions and the plan of a contest."""

from contest.errors.base import ContestError


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


class PanelTooSmall(ContestError):
    """A panel with fewer seats than its scheme needs judges would mark without ever giving a score."""

    code = "panel_too_small"
    zh = "评分标准要求至少 {needed} 名裁判打分，本场的裁判组只有 {seats} 席，不能开放打分。"
    en = "The scheme needs at least {needed} judges, the panel has {seats} and the session cannot be opened."


class OrganisationInCircle(ContestError):
    """An organisation was to stand above itself."""

    code = "organisation_in_circle"
    zh = "单位不能隶属于自己或自己的下级。"
    en = "An organisation cannot belong to itself or to one below it."
