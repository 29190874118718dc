"""Copies of the database, and putting one back."""

from contest.errors.base import ContestError


class CopyFolderUnusable(ContestError):
    """The folder for copies is not there or cannot be written to."""

    code = "copy_folder_unusable"
    status = 503
    zh = "不能备份到 {folder}：{problem}。请确认磁盘已接好、文件夹已建立且可写入。"
    en = (
        "No copy can be made in {folder}: {problem}. "
        "Check that the disk is there, and that the folder exists and may be written to."
    )


class DiskFull(ContestError):
    """There is no room for the copy."""

    code = "disk_full"
    status = 507
    zh = "{path} 所在的磁盘已满，未留下半个文件。请腾出空间后重试。"
    en = "The disk of {path} is full; nothing half is left there. Make room and try again."


class CopyFailed(ContestError):
    """Reading or writing a copy failed."""

    code = "copy_failed"
    status = 503
    zh = "{path} 读写失败：{problem}。原有数据未改动。"
    en = "{path} could not be read or written: {problem}. Nothing that was there is changed."


class NotACopy(ContestError):
    """The file is no copy of our database."""

    code = "not_a_copy"
    status = 422
    zh = "{path} 不是备份文件：{problem}。"
    en = "{path} is no copy of a database of ours: {problem}."


class CopyOfNewerVersion(ContestError):
    """The copy was made by a newer version of this program."""

    code = "copy_of_newer_version"
    status = 422
    zh = "{path} 的结构版本是 {found}，本程序只到 {wanted}。请先升级程序。"
    en = "{path} has schema {found}, this program knows {wanted}. Install the newer version first."


class CopyNotNewest(ContestError):
    """A newer copy lies beside the one that was named."""

    code = "copy_not_newest"
    status = 409
    zh = "同一文件夹里有更新的备份 {newest}。平板已不再保留它包含的打分，请恢复它；确要用旧的请加 --older。"
    en = (
        "A newer copy lies beside it: {newest}. Tablets no longer keep what that one holds: restore it, or insist "
        "with --older."
    )


class CopyNotSound(ContestError):
    """A copy does not verify, so it does not count."""

    code = "copy_not_sound"
    status = 409
    zh = "{path} 核对不通过，不能算备份：{problem}。"
    en = "{path} does not verify and does not count: {problem}."


class DatabaseNotEmpty(ContestError):
    """The database that would be replaced holds facts, or cannot be read."""

    code = "database_not_empty"
    status = 409
    zh = "数据库 {path} 里已有内容。要用备份代替它请加 --replace；原来的会另存在旁边。"
    en = "The database {path} holds something. --replace puts the copy in its place and keeps the old one aside."
