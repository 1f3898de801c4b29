"""Which network addresses a stranger's URL may lead to, checked on the very socket that connects.

Checking a name's addresses beforehand is not enough: DNS may answer differently a moment later.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Callable
from typing import Any

REFUSED = "leads into a private network"

_NAT64 = ipaddress.ip_network("64:ff9b::/96")

IsPublic = Callable[[str], bool]


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet (IANA's special-purpose registries); False for garbage.

    IPv6 addresses that carry an IPv4 one (mapped, compatible, NAT64, 6to4, Teredo) are as public as that one.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _inner(ip)
        if inner is not None:
            return _is_global(inner)
    return _is_global(ip)


def _is_global(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    special = ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local
    site_local = isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local
    return ip.is_global and not (special or ip.is_private or site_local)


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip.teredo is not None:
        return ip.teredo[1]
    if ip in _NAT64 or int(ip) >> 32 == 0:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


class Refused(OSError):
    """Connecting was not tried; an OSError, so that the connector goes on to a name's other addresses."""

    def __init__(self) -> None:
        super().__init__(errno.EACCES, REFUSED)


def guarded_socket(allowed: IsPublic) -> Callable[[tuple[Any, ...]], socket.socket]:
    """A socket factory for :class:`aiohttp.TCPConnector` that makes none for addresses that are not ``allowed``."""

    def make(info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = info
        if not allowed(str(address[0])):
            raise Refused
        return socket.socket(family=family, type=kind, proto=protocol)

    return make
