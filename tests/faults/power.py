"""A disk that loses power: files in memory that know what was only written and what was synced as well.

SQLite runs on it through APSW. Everything that reaches the disk is logged; `Crash` follows the log and says, for
any moment, what a machine would find there after the power went: synced bytes are there, each 512-byte sector that
was written and not synced is there or not, as a coin says. New and deleted names last from the next sync of a new
file on (as SQLite's unix files do, which sync the directory with it), else some first part of their changes does.

The model is harsher than most disks: unsynced sectors survive in any order and any mixture. What it does not know:
disks that lie about a sync, bits that turn over, sectors torn in two.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512
Op = tuple[Any, ...]
"""`(what, inode, …)`: create, delete, write, truncate, sync, or forget: a sync that failed."""

_names = count(1)


class Disk:
    """Files in memory behind a VFS of their own, with a log of what was done to them."""

    def __init__(self, files: Mapping[str, bytes] | None = None) -> None:
        self.log: list[Op] = []
        self.before: Callable[[str, str], int | None] = lambda what, name: None
        """Asked before every call, with its name and that of the file; may raise, or say how much is written."""
        self._inodes = count(1)
        self.inodes: dict[str, int] = {}
        self.contents: dict[int, bytearray] = {}
        for name, content in (files or {}).items():
            self.contents[self._link(name)] = bytearray(content)
        self.at_first = {name: bytes(self.contents[inode]) for name, inode in self.inodes.items()}
        self._first_inodes = dict(self.inodes)
        self.vfs = f"disk-{next(_names)}"
        self._registered = _Files(self)

    def close(self) -> None:
        """Forget the VFS; the log stays."""
        self._registered.unregister()

    def files(self) -> dict[str, bytes]:
        """What the running system sees, synced or not: what stays when only the process is killed."""
        return {name: bytes(self.contents[inode]) for name, inode in self.inodes.items()}

    def killed(self, after: int) -> Disk:
        """The same disk after a process was killed there: what it had written is seen, and still not synced."""
        again = Disk(self.at_first)
        for op in self.log[:after]:
            what, inode, *rest = op
            match what:
                case "create":
                    assert again._link(rest[0]) == inode
                case "delete":
                    again.inodes.pop(rest[0])
                case "write":
                    _apply(again.contents[inode], op)
                case "truncate":
                    del again.contents[inode][rest[0] :]
            again.log.append(op)
        return again

    def _link(self, name: str) -> int:
        inode = self.inodes[name] = next(self._inodes)
        self.contents[inode] = bytearray()
        return inode

    # ---- what SQLite does -------------------------------------------------------------------------------------

    def open(self, name: str, create: bool) -> int:
        """Open a file, or make it."""
        if name not in self.inodes:
            if not create:
                raise apsw.exception_for(apsw.SQLITE_CANTOPEN)
            self.before("create", name)
            self.log.append(("create", self._link(name), name))
        return self.inodes[name]

    def delete(self, name: str, synced: bool) -> None:
        """Take a name away; whoever has the file open keeps it."""
        if name not in self.inodes:
            raise apsw.exception_for(apsw.SQLITE_IOERR_DELETE_NOENT)
        self.before("delete", name)
        self.log.append(("delete", self.inodes.pop(name), name, synced))

    def write(self, inode: int, data: bytes, offset: int) -> None:
        """Write into a file, beyond its end as well."""
        content = self.contents[inode]
        if len(content) < offset + len(data):
            content.extend(bytes(offset + len(data) - len(content)))
        content[offset : offset + len(data)] = data
        self.log.append(("write", inode, offset, bytes(data)))

    def truncate(self, inode: int, size: int) -> None:
        """Cut a file."""
        del self.contents[inode][size:]
        self.log.append(("truncate", inode, size))

    def sync(self, inode: int) -> None:
        """Make a file last."""
        self.log.append(("sync", inode))

    def fail_sync(self, inode: int) -> None:
        """A sync that failed: the system has given up on what was written, though it shows it as before."""
        self.log.append(("forget", inode))

    def crash(self, dice: random.Random) -> Crash:
        """Follow what happened, from the beginning."""
        return Crash(self._first_inodes, self.at_first, self.log, dice)


class _Files(apsw.VFS):
    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        super().__init__(disk.vfs, "")

    def xOpen(self, name: Any, flags: list[int]) -> Any:
        flags[1] = flags[0]
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        known = str(path) if path else f"temporary-{next(_names)}"
        return _Open(self._disk, known, self._disk.open(known, bool(flags[0] & apsw.SQLITE_OPEN_CREATE)))

    def xDelete(self, name: str, syncdir: bool) -> None:
        self._disk.delete(name, bool(syncdir))

    def xAccess(self, name: str, flags: int) -> bool:
        return name in self._disk.inodes

    def xFullPathname(self, name: str) -> str:
        return name


class _Open:
    """An open file, as SQLite asks for it."""

    def __init__(self, disk: Disk, name: str, inode: int) -> None:
        self._disk, self._name, self._inode = disk, name, inode

    def xRead(self, amount: int, offset: int) -> bytes:
        self._disk.before("read", self._name)
        return bytes(self._disk.contents[self._inode][offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        kept = self._disk.before("write", self._name)
        if kept is not None:
            self._disk.write(self._inode, bytes(data)[:kept], offset)
            raise apsw.exception_for(apsw.SQLITE_FULL)
        self._disk.write(self._inode, bytes(data), offset)

    def xTruncate(self, size: int) -> None:
        self._disk.before("truncate", self._name)
        self._disk.truncate(self._inode, size)

    def xSync(self, flags: int) -> None:
        try:
            self._disk.before("sync", self._name)
        except apsw.Error:
            self._disk.fail_sync(self._inode)
            raise
        self._disk.sync(self._inode)

    def xFileSize(self) -> int:
        return len(self._disk.contents[self._inode])

    def xClose(self) -> None:
        pass

    def xLock(self, level: int) -> None:
        pass

    def xUnlock(self, level: int) -> None:
        pass

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, op: int, ptr: int) -> bool:
        return False

    def xSectorSize(self) -> int:
        return 4096

    def xDeviceCharacteristics(self) -> int:
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE  # as SQLite's own unix files say


class Crash:
    """Follows a disk's log and says what is there when the power goes."""

    def __init__(
        self, inodes: Mapping[str, int], files: Mapping[str, bytes], log: list[Op], dice: random.Random
    ) -> None:
        self._log = log
        self._dice = dice
        self._done = 0
        self._names = dict(inodes)
        self._renamed: list[Op] = []
        self._synced: dict[int, bytearray] = {inode: bytearray(files[name]) for name, inode in inodes.items()}
        self._unsynced: dict[int, list[Op]] = {}

    def follow(self, until: int) -> None:
        """Let everything happen up to this place of the log."""
        assert until >= self._done, "time goes forward only"
        for op in self._log[self._done : until]:
            self._follow(op)
        self._done = until

    def _follow(self, op: Op) -> None:
        what, inode = op[:2]
        if what in ("create", "delete"):
            self._renamed.append(op)
            self._synced.setdefault(inode, bytearray())
            if what == "delete" and op[3]:
                self._sync_names()
        elif what == "sync":
            for written in self._unsynced.pop(inode, ()):
                _apply(self._synced[inode], written)
            if any(renamed[:2] == ("create", inode) for renamed in self._renamed):
                self._sync_names()
        elif what == "forget":
            self._perhaps(self._synced[inode], self._unsynced.pop(inode, []))
        else:
            self._unsynced.setdefault(inode, []).append(op)

    def _perhaps(self, content: bytearray, ops: list[Op]) -> None:
        for op in ops:
            for part in _sectors(op):
                if self._dice.random() < 0.5:
                    _apply(content, part)

    def _sync_names(self) -> None:
        self._names = _renamed(self._names, self._renamed)
        self._renamed = []

    def files(self) -> dict[str, bytes]:
        """What is found after the power went at this moment; another time the coins may fall otherwise."""
        names = _renamed(self._names, self._renamed[: self._dice.randint(0, len(self._renamed))])
        found = {}
        for name, inode in names.items():
            content = bytearray(self._synced[inode])
            self._perhaps(content, self._unsynced.get(inode, []))
            found[name] = bytes(content)
        return found


def _renamed(names: Mapping[str, int], ops: list[Op]) -> dict[str, int]:
    after = dict(names)
    for what, inode, name, *_ in ops:
        if what == "create":
            after[name] = inode
        elif after.get(name) == inode:
            del after[name]
    return after


def _sectors(op: Op) -> list[Op]:
    if op[0] == "truncate":
        return [op]
    _, inode, offset, data = op
    parts, at = [], offset
    while at < offset + len(data):
        end = min((at // SECTOR + 1) * SECTOR, offset + len(data))
        parts.append(("write", inode, at, data[at - offset : end - offset]))
        at = end
    return parts


def _apply(content: bytearray, op: Op) -> None:
    if op[0] == "truncate":
        del content[op[2] :]
        return
    _, _, offset, data = op
    if len(content) < offset + len(data):
        content.extend(bytes(offset + len(data) - len(content)))
    content[offset : offset + len(data)] = data


def laid_out(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files where a stock SQLite can open them; others with such names are gone before."""
    for old in folder.iterdir():
        if old.is_file():
            old.unlink()
    for name, content in files.items():
        (folder / Path(name).name).write_bytes(content)
