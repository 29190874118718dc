"""The shape of what came in."""

from contest.errors.base import ContestError


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
