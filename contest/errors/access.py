"""Who may do what, and how a tablet gets its seat."""

from contest.errors.base import ContestError


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


class Unforeseen(ContestError):
    """Something failed that nobody foresaw; the number finds it in the log."""

    code = "unforeseen"
    status = 500
    zh = "系统出错，未完成操作。请把编号 {incident} 告诉管理员。"
    en = "The service failed. Tell the administrator the number {incident}."


class PairingRefused(ContestError):
    """The code is wrong, used, or too old; which of these is not said."""

    code = "pairing_refused"
    status = 403
    zh = "配对码无效或已过期，请向组织方索取新码。"
    en = "The pairing code is not valid. Ask the organiser for a new one."


class SeatHeld(ContestError):
    """Another tablet holds the seat, and the event's chief judge has not agreed that it is handed over."""

    code = "seat_held"
    zh = "{number} 号席位由平板“{device}”持有（自 {since}）。换到别的平板须经本赛项裁判长同意。"
    en = "Seat {number} is held by “{device}” since {since}. The event's chief judge must agree to hand it over."


class PairingNumberDiffers(ContestError):
    """The numbers on the two screens differ: another device may have used the code."""

    code = "pairing_number_differs"
    zh = "两个屏幕上的数字不一致，可能是别的设备用了这个码。本次配对已作废，请重新生成。"
    en = "The numbers on the two screens differ; another device may have used the code. Make a new one."
