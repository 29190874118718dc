"""The store and the live connections."""

from contest.errors.base import ContestError


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


class SigningKeyUnusable(ContestError):
    """The file with the signing key is there, and cannot be used."""

    code = "signing_key_unusable"
    status = 503
    zh = "签名密钥文件 {path} 不能用：{problem}。"
    en = "The signing key in {path} cannot be used: {problem}."


class SigningKeyLost(ContestError):
    """The database was signed with a key whose file is not there."""

    code = "signing_key_lost"
    status = 503
    zh = (
        "找不到签名密钥文件 {path}，而数据库已用密钥 {key} 签过名。请放回原文件；"
        "若确已丢失，运行 jiangsai key make 另建一个，并公布新指纹。"
    )
    en = (
        "The signing key {path} is missing, but the database was signed with the key {key}. Put the file back; "
        "if it is lost for good, «jiangsai key make» makes another, whose fingerprint must then be made known."
    )


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


class AuthorityElsewhere(ContestError):
    """A hall's own authority was made for other names and may not vouch for these."""

    code = "authority_elsewhere"
    zh = "该文件夹里的根证书只能证明：{names}。请换一个文件夹，或加 --new-authority 重新生成（平板须重新安装）。"
    en = (
        "The authority in this folder may vouch only for {names}. "
        "Choose another folder, or add --new-authority (tablets must then install it again)."
    )
