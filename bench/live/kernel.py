"""What the kernel holds for the connections of one server: asked socket by socket, so nobody else's counts."""

from __future__ import annotations

import socket
import struct

_SOCK_DIAG, _BY_FAMILY, _DUMP = 4, 20, 0x301
_MEMORY = 7
"""The attribute with a socket's memory; asked for by the bit before it."""
_ALL_STATES = 0xFFF
_HEAD, _MESSAGE = struct.Struct("=IHHII"), 72
_DONE, _ERROR = 3, 2


def kernel_kib(port: int) -> float:
    """KiB of buffers of all TCP connections at a port of this machine, on the server's side.

    What was sent and not taken, what was received and not read, and what is set aside for either; also for
    connections that the server has closed and the other side has not.
    """
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as asking:
        wanted = struct.pack("=BBBBI", socket.AF_INET, socket.IPPROTO_TCP, 1 << (_MEMORY - 1), 0, _ALL_STATES)
        wanted += struct.pack(">HH", port, 0) + bytes(44)
        asking.send(_HEAD.pack(_HEAD.size + len(wanted), _BY_FAMILY, _DUMP, 1, 0) + wanted)
        held = 0
        while True:
            told = asking.recv(1 << 20)
            while told:
                size, kind, *_ = _HEAD.unpack_from(told)
                if kind == _ERROR:
                    raise OSError(-struct.unpack_from("=i", told, _HEAD.size)[0], "sock_diag")
                if kind == _DONE:
                    return held / 1024
                held += _memory(told[_HEAD.size : size], port)
                told = told[(size + 3) & ~3 :]


def _memory(told: bytes, port: int) -> int:
    """Bytes of one socket."""
    if struct.unpack_from(">H", told, 4)[0] != port:
        return 0
    at = _MESSAGE
    while at + 4 <= len(told):
        size, kind = struct.unpack_from("=HH", told, at)
        if kind == _MEMORY:
            received, _, _, _, aside, unsent, options = struct.unpack_from("=7I", told, at + 4)
            return int(received + aside + unsent + options)
        at += (size + 3) & ~3
    return 0
