#!/usr/bin/env python3
"""Checks a city's public record of bookings. Anybody may run it; it needs Python 3.8 or newer and nothing else.

    check.py receipt FILE --key VKEY [--url URL]      is my booking in the record, and was the record only added to since?
    check.py round   URL DATE --key VKEY              one round: every line by the rules, lists, figures, codes
    check.py draw    URL DATE --key VKEY [--apply N]  works a draw out again, all of it or for one application
    check.py list    URL DATE SHOP --key VKEY         a published list against its root in the record
    check.py list    FILE [--root ROOT]               the same for a list that somebody kept (the answer of the list's address)
    check.py monitor URL --key VKEY --state DIR       every day: what is new, what was changed, what broke a rule
    check.py witness URL --key VKEY --sign FILE       countersigns the record; --new --sign FILE --name NAME makes the key
    check.py compare A B --key VKEY [--url URL]       two receipts or checkpoints: one record or two?
    check.py vectors FILE...                          runs published examples against this program

VKEY is the record's verifier key (origin+id+base64) or a file that holds it; more than one may be given.
Each line of the answer begins with good, notice or fault. It ends with 0 when all is good, 2 when there is something to
look at, 1 when a rule was broken, 3 when it could not look. --lang en for English.

How to read this file: sections 1-8 are the rules (bytes, signatures, tree, notes, lines, lists, draw, replay) and touch no
file and no network; 9 holds the sentences; 10-11 read a website and keep a folder; 12 are the commands.
Nothing a server sends is run, put into a file's name or printed unescaped. Only --state DIR (and a new key) is written.
"""
import argparse
import base64
import binascii
import datetime
import hashlib
import hmac
import http.client
import json
import os
import re
import secrets
import socket
import ssl
import sys
import threading
import time
import unicodedata
import urllib.parse
from collections import namedtuple

# ------------------------------------------------------------------------------------------------ 1 bytes and texts


class Refused(Exception):
    """What was given cannot be accepted. The text is English and says why."""


def sha256(data):
    return hashlib.sha256(data).digest()


def hmac256(key, text):
    return hmac.new(key, text.encode("utf-8"), hashlib.sha256).digest()


def to_b64(data):
    return base64.b64encode(data).decode("ascii")


def to_b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_b64(text, size=None):
    """Base64 with padding; only the one spelling that encoding gives is taken."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        raise Refused("not base64")
    if to_b64(data) != text or size not in (None, len(data)):
        raise Refused("base64 that is not canonical or has the wrong length")
    return data


def from_b64u(text, size=None):
    """Base64url without padding; only the one spelling that encoding gives is taken."""
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise Refused("not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refused("not base64url")
    if to_b64u(data) != text or size not in (None, len(data)):
        raise Refused("base64url that is not canonical or has the wrong length")
    return data


def from_ascii(data):
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise Refused("not ASCII")


NUMBER = r"(?:0|[1-9][0-9]{0,14})"


def from_number(text):
    if not re.fullmatch(NUMBER, text):
        raise Refused("not a number: %s" % text[:20])
    return int(text)

# ------------------------------------------------------------------------------------------------ 2 signatures: ECDSA on P-256

P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff
N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)

# A public key as it is passed on (SPKI): this, then x and y of the point, 32 bytes each.
SPKI_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")

# Points are worked with as (x, y, z) for the point (x/z², y/z³), which needs no division; None is the point at infinity.


def point_double(p):
    if p is None:
        return None
    x, y, z = p
    zz, yy = z * z % P, y * y % P
    slope, beta = 3 * (x - zz) * (x + zz) % P, x * yy % P
    nx = (slope * slope - 8 * beta) % P
    return nx, (slope * (4 * beta - nx) - 8 * yy * yy) % P, 2 * y * z % P


def point_add(p, q):
    if p is None or q is None:
        return p or q
    (x1, y1, z1), (x2, y2, z2) = p, q
    zz1, zz2 = z1 * z1 % P, z2 * z2 % P
    u1, s1 = x1 * zz2 % P, y1 * z2 * zz2 % P
    h, r = (x2 * zz1 - u1) % P, (y2 * z1 * zz1 - s1) % P
    if h == 0:
        return point_double(p) if r == 0 else None
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    nx = (r * r - hhh - 2 * v) % P
    return nx, (r * (v - nx) - s1 * hhh) % P, h * z1 * z2 % P


def point_sum(u, p, v, q):
    """u·p + v·q, both multiples in one walk over the bits."""
    p, q = p + (1,), q + (1,)
    choice = (None, p, q, point_add(p, q))
    total = None
    for bit in range(255, -1, -1):
        total = point_add(point_double(total), choice[(u >> bit & 1) + 2 * (v >> bit & 1)])
    return total


def point_flat(p):
    """(x, y) of a point, or None for infinity."""
    if p is None:
        return None
    inverse = pow(p[2], P - 2, P)
    return p[0] * inverse * inverse % P, p[1] * inverse * inverse * inverse % P


def read_spki(spki):
    """The point of a public key, or None when it is not a key on the curve."""
    if len(spki) != 91 or spki[:27] != SPKI_HEAD:
        return None
    x, y = int.from_bytes(spki[27:59], "big"), int.from_bytes(spki[59:], "big")
    return (x, y) if x < P and y < P and (y * y - x * x * x + 3 * x - B) % P == 0 else None


def verify(spki, message, signature):
    """Whether the 64 bytes r‖s are this key's signature of the message."""
    point = read_spki(spki)
    if point is None or len(signature) != 64:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < N and 0 < s < N):
        return False
    inverse = pow(s, N - 2, N)
    found = point_flat(point_sum(int.from_bytes(sha256(message), "big") * inverse % N, G, r * inverse % N, point))
    return found is not None and found[0] % N == r


def spki_of(secret):
    x, y = point_flat(point_sum(secret, G, 0, G))
    return SPKI_HEAD + x.to_bytes(32, "big") + y.to_bytes(32, "big")


def nonces(secret, digest):
    """The one-time numbers of RFC 6979: the same message and key always give the same signature."""
    v, k = b"\x01" * 32, b"\x00" * 32
    start = secret.to_bytes(32, "big") + (int.from_bytes(digest, "big") % N).to_bytes(32, "big")
    for byte in (b"\x00", b"\x01"):
        k = hmac.new(k, v + byte + start, hashlib.sha256).digest()
        v = hmac.new(k, v, hashlib.sha256).digest()
    while True:
        v = hmac.new(k, v, hashlib.sha256).digest()
        if 0 < int.from_bytes(v, "big") < N:
            yield int.from_bytes(v, "big")
        k = hmac.new(k, v + b"\x00", hashlib.sha256).digest()
        v = hmac.new(k, v, hashlib.sha256).digest()


def sign(secret, message):
    """64 bytes r‖s. Only a witness signs, on its own machine: this arithmetic hides nothing from who measures its time."""
    digest = sha256(message)
    for k in nonces(secret, digest):
        r = point_flat(point_sum(k, G, 0, G))[0] % N
        s = pow(k, N - 2, N) * (int.from_bytes(digest, "big") + r * secret) % N
        if r and s:
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def read_der(data):
    """A DER signature as 64 bytes r‖s. Anything but the shortest form is refused."""
    def number(at):
        if data[at:at + 1] != b"\x02" or at + 2 > len(data):
            raise Refused("a signature that is not DER")
        body = data[at + 2:at + 2 + data[at + 1]]
        negative = body[:1] >= b"\x80"
        padded = len(body) > 1 and body[0] == 0 and body[1] < 0x80
        if not body or len(body) != data[at + 1] or negative or padded or len(body.lstrip(b"\x00")) > 32:
            raise Refused("a signature that is not DER")
        return int.from_bytes(body, "big").to_bytes(32, "big"), at + 2 + len(body)

    if len(data) < 2 or data[0] != 0x30 or data[1] != len(data) - 2 or data[1] > 0x7f:
        raise Refused("a signature that is not DER")
    r, at = number(2)
    s, at = number(at)
    if at != len(data):
        raise Refused("a signature that is not DER")
    return r + s

# ------------------------------------------------------------------------------------------------ 3 the tree (RFC 6962)

EMPTY_ROOT = sha256(b"")


def leaf_hash(data):
    return sha256(b"\x00" + data)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


class Tree:
    """A tree that only grows. It keeps the roots of its complete subtrees, largest first: one for each 1 in its size."""

    def __init__(self, size=0, frontier=()):
        if bin(size).count("1") != len(frontier):
            raise Refused("a tree of this size has another number of subtrees")
        self.size, self.frontier = size, list(frontier)

    def add(self, leaf):
        n = self.size
        while n & 1:
            leaf = node_hash(self.frontier.pop(), leaf)
            n >>= 1
        self.frontier.append(leaf)
        self.size += 1

    def root(self):
        if not self.frontier:
            return EMPTY_ROOT
        top = self.frontier[-1]
        for left in self.frontier[-2::-1]:
            top = node_hash(left, top)
        return top


def root_of(leaves):
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def proves_inclusion(leaf, index, size, path, root):
    """RFC 9162, 2.1.3.2: the leaf is number index of the tree with this size and root."""
    if not 0 <= index < size:
        return False
    at, last = index, size - 1
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            leaf = node_hash(sibling, leaf)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            leaf = node_hash(leaf, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and leaf == root


def proves_consistency(first, first_root, second, second_root, path):
    """RFC 9162, 2.1.4.2: the first tree is the beginning of the second. An empty tree begins every tree, with an empty proof."""
    if first > second:
        return False
    if first == second:
        return not path and first_root == second_root
    if first == 0:
        return not path and first_root == EMPTY_ROOT
    if not path:
        return False
    if first & (first - 1) == 0:
        path = [first_root] + path
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def paths_of_new(size, frontier, leaves):
    """The inclusion paths of leaves put behind a tree of which only the frontier is known."""
    known, start = {}, 0
    for height, root in zip((b for b in range(size.bit_length() - 1, -1, -1) if size >> b & 1), frontier):
        known[start, 1 << height] = root
        start += 1 << height
    for i, leaf in enumerate(leaves):
        known[size + i, 1] = leaf

    def subtree(start, count):
        if (start, count) not in known:
            half = 1 << (count - 1).bit_length() - 1
            known[start, count] = node_hash(subtree(start, half), subtree(start + half, count - half))
        return known[start, count]

    def path(index):
        start, count, up = 0, size + len(leaves), []
        while count > 1:
            half = 1 << (count - 1).bit_length() - 1
            if index < start + half:
                up.append(subtree(start + half, count - half))
                count = half
            else:
                up.append(subtree(start, half))
                start, count = start + half, count - half
        return up[::-1]

    return [path(size + i) for i in range(len(leaves))]


def tile_path(level, index, width=256):
    """Where a tile is served; level is a number, or "entries" for the lines themselves."""
    parts = ["%03d" % (index % 1000)]
    while index >= 1000:
        index //= 1000
        parts.insert(0, "x%03d" % (index % 1000))
    return "tile/%s/%s%s" % (level, "/".join(parts), "" if width == 256 else ".p/%d" % width)


def tile_widths(count):
    """(index, width) of the tiles that hold count things."""
    return [(i, 256) for i in range(count // 256)] + ([(count // 256, count % 256)] if count % 256 else [])


def tiles_of(size):
    """The paths of all tiles of a tree: hashes level by level, then the lines."""
    paths, level, count = [], 0, size
    while count:
        paths += [tile_path(level, index, width) for index, width in tile_widths(count)]
        level, count = level + 1, count // 256
    return paths + [tile_path("entries", index, width) for index, width in tile_widths(size)]


def write_bundle(entries):
    return b"".join(len(e).to_bytes(2, "big") + e for e in entries)


def read_bundle(data, most=None):
    """The lines of a tile, or the first of them: each stands behind its length in two bytes."""
    entries, at = [], 0
    while at < len(data) and len(entries) != most:
        end = at + 2 + int.from_bytes(data[at:at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise Refused("a tile that is cut off")
        entries.append(data[at + 2:end])
        at = end
    return entries

# ------------------------------------------------------------------------------------------------ 4 notes, checkpoints, codes

WITNESS_KIND = b"\xffwechatmask.p256-cosignature.v1"
LOG_KIND = b"\x02"

Checkpoint = namedtuple("Checkpoint", "origin size root witnesses text")
VerifierKey = namedtuple("VerifierKey", "name id kind spki")


def key_id(name, kind, spki):
    if kind == LOG_KIND:
        return sha256(spki)[:4]
    return sha256(name.encode("utf-8") + b"\n" + kind + spki)[:4]


def vkey_text(name, kind, spki):
    return "%s+%s+%s" % (name, key_id(name, kind, spki).hex(), to_b64(kind + spki))


def read_vkey(text):
    """A verifier key name+id+base64: the record's own, or a witness's."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not re.fullmatch(r"\S+", parts[0]):
        raise Refused("not a verifier key")
    data = from_b64(parts[2])
    kind = WITNESS_KIND if data.startswith(WITNESS_KIND) else LOG_KIND
    if not data.startswith(kind):
        raise Refused("a verifier key of an unknown kind")
    spki = data[len(kind):]
    found = key_id(parts[0], kind, spki)
    if len(spki) != 91 or found.hex() != parts[1]:
        raise Refused("a verifier key whose id does not fit")
    return VerifierKey(parts[0], found, kind, spki)


def checkpoint_text(origin, size, root):
    return "%s\n%d\n%s\n" % (origin, size, to_b64(root))


def witness_message(text, at):
    return ("cosignature/v1\ntime %d\n%s" % (at, text)).encode("utf-8")


def split_note(note):
    """A note's three lines as (origin, size, root, text), and its signature lines as (name, key id, signature)."""
    try:
        too_long = len(note.encode("utf-8")) > 65536
    except UnicodeEncodeError:
        raise Refused("a note that is not UTF-8")
    if too_long:
        raise Refused("a note of more than 64 KB")
    if any(c < " " and c != "\n" for c in note):
        raise Refused("a note with a control character")
    body, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise Refused("not a signed note")
    lines = body.split("\n")
    if len(lines) != 3 or "" in lines:
        raise Refused("not a checkpoint of three lines")
    head = lines[0], from_number(lines[1]), from_b64(lines[2], 32), body + "\n"
    signatures = []
    for line in tail[:-1].split("\n"):
        found = re.fullmatch("\u2014 ([^\\s+]+) (\\S+)", line)
        data = from_b64(found.group(2)) if found else b""
        if len(data) < 5:
            raise Refused("a line that is no signature")
        signatures.append((found.group(1), data[:4], data[4:]))
    return head, signatures


def read_checkpoint(note, vkeys):
    """A checkpoint that the log has signed. Lines of unknown keys are passed over; a wrong line of a known key refuses all."""
    keys = {(k.name, k.id): k for k in map(read_vkey, vkeys)}
    (origin, size, root, text), signatures = split_note(note)
    is_signed, witnesses = False, []
    for name, found_id, signature in signatures:
        key = keys.get((name, found_id))
        if key is None:
            continue
        if key.kind == LOG_KIND:
            if name != origin:
                raise Refused("signed with the key of another record")
            if not verify(key.spki, text.encode("utf-8"), read_der(signature)):
                raise Refused("the record's signature is wrong")
            is_signed = True
        else:
            at = int.from_bytes(signature[:8], "big")
            if len(signature) != 72 or not verify(key.spki, witness_message(text, at), signature[8:]):
                raise Refused("a witness's signature is wrong")
            witnesses.append({"name": name, "time": at})
    if not is_signed:
        raise Refused("not signed by the record's key")
    return Checkpoint(origin, size, root, witnesses, text)


def code_of(text):
    """The 12 characters that people compare."""
    code = base64.b32encode(sha256(b"wechatmask code v1\n" + text.encode("utf-8"))).decode("ascii")
    return "-".join((code[:4], code[4:8], code[8:12]))


def countersign(secret, name, text, at):
    spki = spki_of(secret)
    return "\u2014 %s %s\n" % (
        name, to_b64(key_id(name, WITNESS_KIND, spki) + at.to_bytes(8, "big") + sign(secret, witness_message(text, at))))

# ------------------------------------------------------------------------------------------------ 5 lines

# 32 and 64 bytes in base64url; the last character's unused bits are zero.
HASH = r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
FIELD = {
    "day": r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "code": r"[A-Z0-9-]{1,32}", "int": NUMBER, "signed": r"(?:0|-?[1-9][0-9]{0,14})",
    "hash": HASH, "token": r"[A-Za-z0-9._:/-]{1,300}", "codes": r"[A-Z0-9-]{1,32}(?:,[A-Z0-9-]{1,32}){0,2}", "rank": HASH + "|-",
}

# Each kind of line with its fields. What is no name of a type is a word that must stand there, or one of several.
KINDS = {
    "log": "1 token int token",
    "key": "add|end token hash int",
    "policy": "day hash int",
    "round": "day day fcfs|draw int hash hash int",
    "window": "day int int int int",
    "quota": "day code int int signed int",
    "carry": "day day code signed signed signed signed",
    "book": "day code int int int hash",
    "cancel": "day code int self|registry|staff early|late int",
    "close": "day full|time|annulled int",
    "list": "day code int hash",
    "publish": "day int",
    "deliver": "day code int",
    "give": "day code int int",
    "void": "day code int",
    "move": "day code int day",
    "lapse": "day code int",
    "transfer": "day code int code int",
    "end": "day int",
    "shred": "day hash int day",
    "audit": "token int hash",
    "fork": "token int hash int",
    "commit": "day token hash token",
    "apply": "day int codes int int hash",
    "withdraw": "day int",
    "reject": "day int",
    "seal": "day int int",
    "reveal": "day token hash",
    "beacon": "day token token",
    "attest": "day token token",
    "draw": "day hash",
    "win": "day int code int",
    "cut": "day code int rank",
}

# For each kind: what a line must match, which fields are days, and which is the time of the thing.
Shape = namedtuple("Shape", "match days at")
SHAPES = {
    kind: Shape(
        re.compile(" ".join([kind] + ["(%s)" % FIELD.get(t, t) for t in types.split()])).fullmatch,
        [i for i, t in enumerate(types.split()) if t == "day"], at)
    for kind, types in KINDS.items()
    for at in [{"policy": 2, "round": 6, "window": 4, "quota": 5, "book": 4, "cancel": 5, "close": 2, "publish": 1, "end": 1,
                "shred": 2, "apply": 4, "seal": 2}.get(kind)]
}
ANY_LINE = re.compile(r"([a-z]{2,16})(?: [!-~]+)*").fullmatch
days_seen = {}


def is_day(text):
    """Whether such a day exists; remembered, since a log names few days many times."""
    if text not in days_seen:
        try:
            datetime.date(int(text[:4]), int(text[5:7]), int(text[8:]))
            days_seen[text] = True
        except ValueError:
            days_seen[text] = False
    return days_seen[text]


def read_entry(entry):
    """(kind, fields) of a line's bytes; kind is "?" where it is unknown, and its first field is then the kind."""
    text = entry.decode("latin-1")
    kind = text.partition(" ")[0]
    shape = SHAPES.get(kind)
    if shape is None:
        if len(text) > 1024 or not ANY_LINE(text):
            raise Refused("not a line")
        return "?", text.split(" ")
    found = shape.match(text)
    if found is None:
        raise Refused("a line with wrong fields")
    fields = found.groups()
    for i in shape.days:
        if not is_day(fields[i]):
            raise Refused("a line with a day that does not exist")
    if kind == "apply" and len(set(fields[2].split(","))) != fields[2].count(",") + 1:
        raise Refused("a line that names a pharmacy twice")
    return kind, fields

# ------------------------------------------------------------------------------------------------ 6 persons, lists, receipts


def id_commitment(proof_salt, id_number, name):
    if unicodedata.normalize("NFC", name) != name:
        raise Refused("a name that is not in normal form C")
    return sha256(("wechatmask id v1\n%s\n%s\n%s\n" % (to_b64u(proof_salt), id_number, name)).encode("utf-8"))


def who_hash(salt, commitments):
    """What stands in the line for the persons of a booking."""
    return sha256(b"wechatmask who v1\n" + salt + b"".join(commitments))


def round_key_hash(key):
    return sha256(b"wechatmask round key v1\n" + key)


def row_salt(key, code, serial):
    return hmac256(key, "row %s %d" % (code, serial))[:16]


def list_row(serial, name, id_number, starts, ends, salt):
    cells = [str(serial), name, id_number] + ["-" if t is None else str(t) for t in (starts, ends)] + [to_b64u(salt)]
    if any("\t" in cell or "\n" in cell for cell in cells):
        raise Refused("a list's cell holds a tab or a line end")
    return "\t".join(cells)


def list_root(rows):
    return root_of(leaf_hash(row.encode("utf-8")) for row in rows)


Receipt = namedtuple("Receipt", "entry index salt checkpoint")


def read_receipt(text, vkeys):
    """A receipt that proves: its line stands in the tree that its note signs."""
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or not 3 <= len(lines) <= 66 or lines[0] != "c2sp.org/tlog-proof@v1":
        raise Refused("not a receipt")
    if not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise Refused("not a receipt")
    extra = from_ascii(from_b64(lines[1][6:])).split("\n")
    if len(extra) not in (2, 3) or extra[-1] != "":
        raise Refused("a receipt without its line")
    entry = extra[0].encode("ascii")
    salt = from_b64u(extra[1], 32) if len(extra) == 3 else None
    read_entry(entry)
    index, path = from_number(lines[2][6:]), [from_b64(line, 32) for line in lines[3:]]
    checkpoint = read_checkpoint(note, vkeys)
    if not proves_inclusion(leaf_hash(entry), index, checkpoint.size, path, checkpoint.root):
        raise Refused("the line does not stand there in the tree")
    return Receipt(entry, index, salt, checkpoint)

# ------------------------------------------------------------------------------------------------ 7 the draw

ZERO_RANK = b"\x00" * 32


def share_commitment(origin, day, party, share):
    return sha256(("wechatmask share v1\n%s\n%s\n%s\n" % (origin, day, party)).encode("utf-8") + share)


def commit_message(origin, day, party, commitment):
    return ("wechatmask commit v1\n%s\n%s\n%s\n%s\n" % (origin, day, party, to_b64u(commitment))).encode("utf-8")


def beacon_message(origin, day, source, value):
    return ("wechatmask beacon v1\n%s\n%s\n%s\n%s\n" % (origin, day, source, value)).encode("utf-8")


def seed_text(origin, day, size, root, shares, source, value):
    """What is hashed to the seed. shares: (party, 32 bytes or None) in the order of the rules."""
    parties = "".join("%s %s\n" % (party, "-" if share is None else to_b64u(share)) for party, share in shares)
    return "wechatmask seed v1\n%s\n%s\n%d\n%s\n%sbeacon %s %s\n" % (origin, day, size, to_b64u(root), parties, source, value)


def rank_of(seed, index, tickets):
    """The smallest of an application's slips; index is the number of its line."""
    if tickets < 1:
        raise Refused("an application without a ticket")
    return min(hmac256(seed, "rank %d %d" % (index, ticket)) for ticket in range(tickets))


def allocate(seed, applications, places, most_persons):
    """Gives the places in the order of ranks. Answers the wins as (index, code, first serial), and the cuts by code and persons."""
    left = dict(places)
    cuts = {code: {n: ZERO_RANK if left[code] < n else None for n in range(1, most_persons + 1)} for code in sorted(places)}
    wins = []
    for rank, application in sorted(((rank_of(seed, a["index"], a["tickets"]), a) for a in applications), key=lambda x: (x[0], x[1]["index"])):
        for code in application["prefs"]:
            if left.get(code, 0) >= application["persons"]:
                wins.append((application["index"], code, places[code] - left[code] + 1))
                left[code] -= application["persons"]
                for n, cut in cuts[code].items():
                    if cut is None and left[code] < n:
                        cuts[code][n] = rank
                break
    return wins, cuts


def own_result(seed, application, cuts):
    """What one application got, by the cuts alone: a code or None."""
    rank = rank_of(seed, application["index"], application["tickets"])
    for code in application["prefs"]:
        if application["persons"] in cuts.get(code, {}):
            cut = cuts[code][application["persons"]]
            if cut is None or rank <= cut:
                return code
    return None


def sample_of(root, rows, count):
    """The bookings that auditors ask about, chosen by the published root. rows: (code, serial)."""
    return sorted(rows, key=lambda row: (hmac256(root, "sample %s %d" % row), row))[:count]


BEACONS = {
    "dice": r"[1-6](?:\.[1-6]){25}",
    "fc3d-pl5": r"[0-9]{8}:[0-9](?:-[0-9]){2}:[0-9]{8}:[0-9](?:-[0-9]){4}",
    "drand-quicknet": r"[1-9][0-9]*:(?:[0-9a-f]{2})+",
    "none": "-",
}


def read_allocation(policy):
    """The rules of a draw in a policy document, or None for first come. Refused when they are not as the product promises."""
    rules = policy.get("allocation") if isinstance(policy, dict) else None
    if rules is None or (isinstance(rules, dict) and rules.get("mode", "fcfs") != "draw"):
        return None
    try:
        numbers = [rules["preferences"], rules["persons"], rules["extraTickets"], rules["quorum"]]
        parties = [(p["id"], p["kind"], from_b64u(p["key"])) for p in rules["parties"]]
    except (KeyError, TypeError, Refused):
        raise Refused("the draw's rules lack something")
    if any(type(n) is not int for n in numbers) or not all(isinstance(x, str) for p in parties for x in p[:2]):
        raise Refused("the draw's rules hold a wrong value")
    ids, bureaus = [p[0] for p in parties], sum(p[1] == "bureau" for p in parties)
    good = (
        1 <= numbers[0] <= 3 and 1 <= numbers[1] <= 3 and 0 <= numbers[2] <= 5 and bureaus < numbers[3] <= len(parties)
        and len(parties) >= 2 and bureaus < len(parties) and len(set(ids)) == len(ids) and rules.get("beacon", "dice") in BEACONS
        and all(re.fullmatch(r"[a-z0-9-]{1,16}", i) for i in ids) and all(read_spki(p[2]) for p in parties))
    if not good:
        raise Refused("the draw's rules hold a wrong value")
    return dict(rules, beacon=rules.get("beacon", "dice"))

# ------------------------------------------------------------------------------------------------ 8 replay: every line by the rules

BOOKED, MOVED, GIVEN, LAPSED, EARLY, LATE, TRANSFERRED = "booked", "moved", "given", "lapsed", "cancelled", "cancelled-late", "transferred"

# One thing that was found: the line's number, F.. for a fault or N.. for a notice, which of a code's meanings, and its particulars.
Finding = namedtuple("Finding", "index code why day particulars")


class Round:
    """What the lines so far say of one round. A round without a policy has only been given places by an earlier one."""

    def __init__(self, day, pickup="", mode="fcfs", units=0, policy="", key=""):
        self.day, self.pickup, self.mode, self.units, self.policy, self.key = day, pickup, mode, units, policy, key
        self.windows = {}  # window: (opens, closes)
        self.quota = {}  # code: {window: (planned, carried)}
        self.serials = {}  # code: {serial: (status, window)}
        self.taken = {}  # code: {window: bookings that hold a place}
        self.lists = {}  # code: (rows, root, line)
        self.carried = {}  # code: what other rounds' postings give it
        self.sent = {}  # code: [left, lapsed, cancelled] that it gave on
        self.begun = self.closed = self.published = self.ended = self.shredded = self.settled = self.policy_faulted = False
        self.closed_at = self.published_at = None  # sizes of the tree after those lines
        self.first = self.last = None  # lines
        self.freed = {}  # code: (second, serial) of the last cancellation by staff
        # draw
        self.commitments, self.shares, self.attested = {}, {}, set()
        self.applications, self.excluded = {}, set()
        self.sealed = self.beacon = self.seed = None
        self.wins, self.won, self.cuts, self.cuts_seen = [], 0, {}, set()

    def places(self, code):
        return sum(planned + carried for planned, carried in self.quota.get(code, {}).values())

    def put(self, code, serial, status, window):
        """Sets a serial's state and keeps count of the places that are held."""
        serials = self.serials.setdefault(code, {})
        taken = self.taken.setdefault(code, {})
        old = serials.get(serial)
        if old is not None and old[0] not in (EARLY, TRANSFERRED):
            taken[old[1]] -= 1
        serials[serial] = (status, window)
        if status not in (EARLY, TRANSFERRED):
            taken[window] = taken.get(window, 0) + 1

    def left(self, code):
        return self.places(code) - sum(self.taken.get(code, {}).values())

    def oversold(self, code):
        """(places, taken) up to the first window by which more is taken than there was, else None: places roll on, never back."""
        taken, quota = self.taken.get(code), self.quota.get(code, {})
        held = room = 0
        for window in sorted(self.windows):
            held += taken.get(window, 0) if taken else 0
            room += sum(quota.get(window, (0, 0)))
            if held > room:
                return room, held
        return None

    def all_booked_become(self, status):
        for code, serials in self.serials.items():
            for serial, (old, window) in list(serials.items()):
                if old == BOOKED:
                    self.put(code, serial, status, window)

    def standing(self):
        """The applications that take part in the draw."""
        return [a for i, a in sorted(self.applications.items()) if i not in self.excluded]

    def figures(self, code):
        count = {}
        for status, _ in self.serials.get(code, {}).values():
            count[status] = count.get(status, 0) + 1
        return {
            "places": self.places(code), "left": self.left(code), "booked": count.get(BOOKED, 0) + count.get(MOVED, 0),
            "redeemed": count.get(GIVEN, 0), "lapsed": count.get(LAPSED, 0), "cancelledEarly": count.get(EARLY, 0),
            "cancelledLate": count.get(LATE, 0), "serials": len(self.serials.get(code, {})),
        }


class Replay:
    """Walks the lines from the first and notes what breaks a rule. rules(day, policy hash) gives a draw's rules or None."""

    def __init__(self, rules=lambda day, policy: None):
        self.rules, self.tree, self.origin = rules, Tree(), None
        self.rounds, self.policies, self.findings = {}, [], []
        self.index, self.day, self.latest = -1, None, 0
        self.held, self.lost, self.ticket_rules = {}, {}, set()  # single applications drawn and lost so far, by tickets

    def say(self, finding, why="", **particulars):
        self.findings.append(Finding(self.index, finding, why, self.day, particulars))

    def step(self, entry):
        """One more line."""
        self.index += 1
        self.day = None
        self.tree.add(sha256(b"\x00" + entry))
        try:
            kind, fields = read_entry(entry)
        except Refused:
            return self.say("F01")
        if self.index == 0 and kind != "log":
            self.say("F02", "first")
        if kind == "?":
            return self.say("N01")
        if kind == "log":
            if self.index:
                self.say("F02")
            else:
                self.origin = fields[1]
            return None
        if kind in ("key", "audit", "fork", "deliver"):
            return None
        self.day = fields[0]
        at = SHAPES[kind].at
        if at is not None:
            now = int(fields[at])
            if now + 15 < self.latest:
                self.say("N02", latest=self.latest, now=now)
            self.latest = max(self.latest, now)
        handle = getattr(self, "on_" + kind)
        if kind in ("policy", "round", "carry"):
            return handle(*fields)
        found = self.rounds.get(fields[0])
        if found is None or not found.policy:
            return self.say("F06", "round")
        found.last = self.index
        if kind in ("book", "apply", "close", "seal") and not found.begun:
            self.begin(found)
        if kind in ("commit", "apply", "withdraw", "reject", "seal", "reveal", "beacon", "attest", "draw", "win", "cut"):
            rules = self.rules(found.day, found.policy)
            if found.mode != "draw" or rules is None:
                return self.say("F12", "draw")
            return handle(found, rules, *fields[1:])
        return handle(found, *fields[1:])

    def newest_policy(self, day):
        """The hash of the rules for a day: the latest start that is not after it, and of those the line written last."""
        valid = [(start, n, policy) for n, (start, policy) in enumerate(self.policies) if start <= day]
        return max(valid)[2] if valid else None

    # the plan

    def on_policy(self, start, policy, at):
        begun = [day for day, r in self.rounds.items() if r.begun and day >= start]
        if begun:
            self.say("F03", round=min(begun))
        self.policies.append((start, policy))

    def on_round(self, day, pickup, mode, units, policy, key, at):
        old = self.rounds.get(day)
        if old and old.begun:
            return self.say("F04")
        new = Round(day, pickup, mode, int(units), policy, key)
        new.first = old.first if old and old.policy else self.index
        new.last = self.index
        if self.newest_policy(day) != policy:
            new.policy_faulted = True
            self.say("F05")
        if old:
            new.carried = old.carried
        if pickup <= day or new.units < 1:
            self.say("F06", "plan")
        self.rounds[day] = new

    def on_window(self, r, window, opens, closes, at):
        if r.begun:
            self.say("F04")
        if int(opens) >= int(closes):
            self.say("F06", "window")
        r.windows[int(window)] = int(opens), int(closes)

    def on_quota(self, r, code, window, planned, carried, at):
        window, planned, carried = int(window), int(planned), int(carried)
        if window not in r.windows or planned + carried < 0:
            return self.say("F06", "quota")
        if r.begun or int(at) >= min(opens for opens, _ in r.windows.values()):
            old = sum(r.quota.get(code, {}).get(window, (0, 0)))
            self.say("N03", old=old, new=planned + carried)
        r.quota.setdefault(code, {})[window] = planned, carried
        self.check_oversold(r, code)

    def on_carry(self, day, to, code, *parts):
        parts = [int(p) for p in parts]
        target = self.rounds.setdefault(to, Round(to))
        target.carried[code] = target.carried.get(code, 0) + sum(parts)
        if day in self.rounds:
            sent = self.rounds[day].sent.setdefault(code, [0, 0, 0])
            for n in range(3):
                sent[n] += parts[n]

    def begin(self, r):
        """At the first booking, application or close: the rules and the carried places must be right by now."""
        r.begun = True
        if self.newest_policy(r.day) != r.policy and not r.policy_faulted:
            self.say("F05")
        for code in sorted(set(r.quota) | set(r.carried)):
            carried = sum(c for _, c in r.quota.get(code, {}).values())
            if carried != r.carried.get(code, 0):
                self.say("F11", code=code, quota=carried, posted=r.carried.get(code, 0))
        for day, old in sorted(self.rounds.items()):
            if old.ended and not old.settled:
                old.settled = True
                for code in sorted(old.quota):
                    figures = old.figures(code)
                    became = [figures["left"], figures["lapsed"], figures["cancelledLate"]]
                    if old.sent.get(code, [0, 0, 0]) != became:
                        self.say("N08", code=code, old=day, became=sum(became), sent=sum(old.sent.get(code, [0, 0, 0])))

    # first come

    def on_book(self, r, code, window, serial, at, who):
        window, serial, at = int(window), int(serial), int(at)
        if r.mode != "fcfs":
            return self.say("F12", "book")
        if window not in r.quota.get(code, ()):
            return self.say("F06", "book")
        if r.closed:
            self.say("F07")
        opens, closes = r.windows[window]
        if not opens <= at < closes:
            self.say("F08")
        if code in r.freed:
            freed_at, freed = r.freed.pop(code)
            if 0 <= at - freed_at <= 5:
                self.say("W01", freed=freed, seconds=at - freed_at)
        have = r.serials.get(code, {})
        if serial != len(have) + 1:
            self.say("F09", want=len(have) + 1, got=serial)
        if serial not in have:
            r.put(code, serial, BOOKED, window)
            self.check_oversold(r, code)

    def check_oversold(self, r, code):
        over = r.oversold(code)
        if over:
            self.say("F10", code=code, places=over[0], taken=over[1])

    # what becomes of a booking

    def state(self, r, code, serial):
        """(status, window), or None, which is a fault."""
        found = r.serials.get(code, {}).get(serial)
        if found is None:
            self.say("F06", "serial")
        return found

    def on_cancel(self, r, code, serial, by, when, at):
        found = self.state(r, code, int(serial))
        if found is None:
            return
        if found[0] != BOOKED:
            return self.say("F13", status=found[0])
        if (when == "late") != r.closed:
            self.say("F14", "cancel")
        r.put(code, int(serial), LATE if when == "late" else EARLY, found[1])
        if by == "staff" and when == "early":
            r.freed[code] = int(at), int(serial)

    def on_give(self, r, code, serial, units):
        found = self.state(r, code, int(serial))
        if found is None:
            return
        if not r.published:
            self.say("F15")
        if not 1 <= int(units) <= r.units:
            self.say("F25", units=int(units), may=r.units)
        if found[0] == LAPSED:
            self.say("N04")
        elif found[0] not in (BOOKED, MOVED):
            return self.say("F13", status=found[0])
        r.put(code, int(serial), GIVEN, found[1])

    def on_void(self, r, code, serial):
        found = self.state(r, code, int(serial))
        if found is None:
            return
        if found[0] != GIVEN:
            return self.say("F13", status=found[0])
        r.put(code, int(serial), LAPSED if r.ended else BOOKED, found[1])
        self.say("N05")

    def on_move(self, r, code, serial, day):
        found = self.state(r, code, int(serial))
        if found is None:
            return
        if found[0] not in (BOOKED, MOVED) or (found[0] == BOOKED and day <= r.pickup):
            return self.say("F13", status=found[0])
        r.put(code, int(serial), MOVED, found[1])

    def on_lapse(self, r, code, serial):
        found = self.state(r, code, int(serial))
        if found is None:
            return
        if found[0] != MOVED or not r.ended:
            return self.say("F13", status=found[0])
        r.put(code, int(serial), LAPSED, found[1])

    def on_transfer(self, r, code, serial, to, to_serial):
        found = self.state(r, code, int(serial))
        if found is None:
            return
        # Counted before the old serial is marked, which changes no count, also where both pharmacies are one.
        if found[0] not in (BOOKED, MOVED) or int(to_serial) != len(r.serials.get(to, {})) + 1:
            return self.say("F13", status=found[0])
        r.put(code, int(serial), TRANSFERRED, found[1])
        r.put(to, int(to_serial), BOOKED, found[1])
        self.say("N06", to=to, to_serial=int(to_serial))
        self.check_oversold(r, to)

    # how a round ends

    def on_close(self, r, why, at):
        if r.closed and (why != "annulled" or r.published):
            return self.say("F13", "close")
        r.closed, r.closed_at = True, self.index + 1
        if why == "annulled":
            r.all_booked_become(LATE)
        if why == "time" and (not r.windows or int(at) < max(closes for _, closes in r.windows.values())):
            self.say("F14", "time")
        if why == "full" and any(r.left(code) for code in r.quota):
            self.say("F14", "full")
        if r.mode == "draw" and r.sealed is None and why != "annulled":
            self.say("F12", "close")

    def on_list(self, r, code, rows, root):
        have = len(r.serials.get(code, {}))
        if not r.closed or r.published or code in r.lists or code not in r.quota:
            self.say("F16", "list")
        if int(rows) != have:
            self.say("F17", rows=int(rows), have=have)
        if have == 0 and int(rows) == 0 and root != to_b64u(EMPTY_ROOT):
            self.say("F17", "empty")
        r.lists[code] = int(rows), root, self.index

    def on_publish(self, r, at):
        if not r.closed or r.published:
            self.say("F16", "publish")
        if set(r.lists) != set(r.quota):
            self.say("F16", "missing", codes=",".join(sorted(set(r.lists) ^ set(r.quota))[:5]))
        if r.mode == "draw":
            all_cuts = {(code, n) for code in r.cuts for n in r.cuts[code]}
            if r.seed is None or r.won < len(r.wins) or r.cuts_seen != all_cuts:
                self.say("F24", "publish")
        r.published, r.published_at = True, self.index + 1

    def on_end(self, r, at):
        if not r.published or r.ended:
            self.say("F16", "end")
        r.ended = True
        r.all_booked_become(LAPSED)

    def on_shred(self, r, key, at, backups):
        if key != r.key:
            self.say("F18", "key")
        if not r.ended:
            self.say("F18")
        r.shredded = True

    # the draw

    def signed(self, rules, party, message, signature):
        """Whether the party of the rules signed the message; signature is base64url as it stands in the line."""
        keys = [p["key"] for p in rules["parties"] if p["id"] == party]
        try:
            return bool(keys) and verify(from_b64u(keys[0]), message, from_b64u(signature, 64))
        except Refused:
            return False

    def on_commit(self, r, rules, party, commitment, signature):
        commitment = from_b64u(commitment)
        message = commit_message(self.origin, r.day, party, commitment)
        if r.begun or party in r.commitments or not self.signed(rules, party, message, signature):
            return self.say("F19", party=party)
        r.commitments[party] = commitment

    def on_apply(self, r, rules, persons, prefs, tickets, at, who):
        persons, prefs, tickets = int(persons), prefs.split(","), int(tickets)
        if not r.applications:
            if len(r.commitments) < rules["quorum"]:
                self.say("F19", "quorum", have=len(r.commitments), quorum=rules["quorum"])
            elif len(r.commitments) < len(rules["parties"]):
                self.say("N07", parties=",".join(p["id"] for p in rules["parties"] if p["id"] not in r.commitments))
        if r.sealed or not any(opens <= int(at) < closes for opens, closes in r.windows.values()):
            self.say("F20", "time")
        if len(prefs) > rules["preferences"] or any(code not in r.quota for code in prefs) \
                or not 1 <= persons <= rules["persons"] or not 1 <= tickets <= 1 + rules["extraTickets"]:
            return self.say("F20")
        if not r.sealed:
            r.applications[self.index] = {"index": self.index, "persons": persons, "prefs": prefs, "tickets": tickets}

    def exclude(self, r, index):
        if int(index) not in r.applications or int(index) in r.excluded or r.sealed:
            return self.say("F21", application=int(index))
        r.excluded.add(int(index))

    def on_withdraw(self, r, rules, index):
        self.exclude(r, index)

    def on_reject(self, r, rules, index):
        self.exclude(r, index)

    def on_seal(self, r, rules, applications, at):
        if r.sealed or not r.windows or int(at) < max(closes for _, closes in r.windows.values()):
            self.say("F21", "seal")
        if int(applications) != len(r.standing()):
            self.say("F21", "count", said=int(applications), counted=len(r.standing()))
        if not r.sealed:
            r.sealed = self.tree.size, self.tree.root()
            r.closed_at = self.tree.size
        r.closed = True

    def on_reveal(self, r, rules, party, share):
        share = from_b64u(share)
        if not r.sealed or r.beacon or party in r.shares or party not in r.commitments \
                or share_commitment(self.origin, r.day, party, share) != r.commitments[party]:
            return self.say("F22", "reveal", party=party)
        r.shares[party] = share

    def on_beacon(self, r, rules, source, value):
        if not r.sealed or r.beacon or source != rules["beacon"]:
            return self.say("F22", "beacon")
        r.beacon = source, value
        if not re.fullmatch(BEACONS.get(source, ".*"), value):
            self.say("W02", value=value)

    def on_attest(self, r, rules, party, signature):
        if not r.beacon or r.seed or party in r.attested \
                or not self.signed(rules, party, beacon_message(self.origin, r.day, *r.beacon), signature):
            return self.say("F22", "attest", party=party)
        r.attested.add(party)

    def on_draw(self, r, rules, seed):
        is_veto = rules["beacon"] == "none"
        need = max(len(r.commitments), rules["quorum"]) if is_veto else rules["quorum"]
        if not r.sealed or r.seed or len(r.shares) < need or (not is_veto and len(r.attested) < need):
            return self.say("F23", "quorum", shares=len(r.shares), attested=len(r.attested), need=need)
        r.seed = sha256(self.seed_text(r, rules).encode("utf-8"))
        if to_b64u(r.seed) != seed:
            self.say("F23")
        r.wins, r.cuts = allocate(r.seed, r.standing(), {code: r.places(code) for code in r.quota}, rules["persons"])
        self.check_tickets(r, rules)

    def check_tickets(self, r, rules):
        """Who holds k tickets has lost with k-1 before (or with k, which is the most). Not so once households or other limits mix."""
        self.ticket_rules.add((rules["persons"], rules["extraTickets"]))
        if self.ticket_rules != {(1, rules["extraTickets"])}:
            return
        won = {index for index, _, _ in r.wins}
        for application in r.standing():
            self.held[application["tickets"]] = self.held.get(application["tickets"], 0) + 1
        for tickets in range(2, 2 + rules["extraTickets"]):
            may = self.lost.get(tickets - 1, 0) + (self.lost.get(tickets, 0) if tickets == 1 + rules["extraTickets"] else 0)
            if self.held.get(tickets, 0) > may:
                self.say("W03", tickets=tickets, held=self.held[tickets], may=may)
        for application in r.standing():
            if application["index"] not in won:
                self.lost[application["tickets"]] = self.lost.get(application["tickets"], 0) + 1

    def seed_text(self, r, rules):
        source, value = r.beacon or ("none", "-")
        return seed_text(self.origin, r.day, r.sealed[0], r.sealed[1], [(p["id"], r.shares.get(p["id"])) for p in rules["parties"]], source, value)

    def on_win(self, r, rules, index, code, serial):
        due = r.wins[r.won] if r.won < len(r.wins) else None
        if due != (int(index), code, int(serial)):
            return self.say("F24", "win", due="-" if due is None else "%d %s %d" % due)
        r.won += 1
        for n in range(r.applications[int(index)]["persons"]):
            r.put(code, int(serial) + n, BOOKED, max(r.windows))

    def on_cut(self, r, rules, code, persons, rank):
        by = r.cuts.get(code, {})
        if int(persons) not in by or rank != ("-" if by[int(persons)] is None else to_b64u(by[int(persons)])):
            return self.say("F24", "cut")
        r.cuts_seen.add((code, int(persons)))

# ------------------------------------------------------------------------------------------------ 9 sentences

LANGUAGES = ("zh", "en")
language = 0

# Chinese and English; what stands in braces is filled in. A finding's code may have several meanings.
SENTENCES = {
    "F01": ("不是合格的条目：{text}", "it is not a valid entry: {text}"),
    "F02": ("账本中途又出现了开头条目 log", "a second first line (log) stands in the middle of the record"),
    "F02.first": ("账本的第一行不是开头条目 log", "the first line of the record is not its heading (log)"),
    "F03": ("{round} 一轮的预约已经开始，适用于它的规则却又被改写", "rules were rewritten that also hold for the round of {round}, which had begun"),
    "F04": ("预约已经开始，轮次或时段却又被改动", "the round or its window was changed after bookings had begun"),
    "F05": ("这一轮用的不是当时最新的规则", "the round does not use the newest rules of its day"),
    "F06.round": ("账本里没有计划过这一轮", "no such round was ever planned in the record"),
    "F06.plan": ("取货日不在预约日之后，或每人份数为零", "the pickup day is not after the booking day, or a person's share is nothing"),
    "F06.window": ("时段的结束不晚于开始", "the window ends before it opens"),
    "F06.quota": ("名额写给了不存在的时段，或者成了负数", "places were set for a window that does not exist, or below zero"),
    "F06.book": ("这家店在这个时段没有公布过名额，却记了预约", "a booking was entered where this shop had no places announced"),
    "F06.serial": ("没有这个序号的预约", "there is no booking with this serial"),
    "F07": ("预约已经关闭，之后仍记入了预约", "it was booked after the round had closed"),
    "F08": ("预约时间不在开放时段之内", "it was booked outside the opening hours of its window"),
    "F09": ("轮到的序号是 {want}，记下的却是 {got}：有人插队、缺号或重号", "the next serial was {want} but {got} was entered: somebody jumped the queue, or a serial is missing or double"),
    "F10": ("超售：{code} 到这个时段为止只有 {places} 个名额，却被占用了 {taken} 个", "oversold: {code} had {places} places up to this window and {taken} are taken"),
    "F10.more": ("从这里起超售：{code} 到这个时段为止只有 {places} 个名额，最后被占用了 {taken} 个", "oversold from here on: {code} had {places} places up to this window and in the end {taken} were taken"),
    "F11": ("{code} 开放时的结转名额是 {quota}，而前几轮转来的合计是 {posted}", "{code} opened with {quota} carried places although the earlier rounds gave it {posted}"),
    "F12.book": ("这一轮是摇号，却记了先到先得的预约", "a first-come booking stands in a draw round"),
    "F12.draw": ("这一轮不是摇号（或没有摇号规则），却有摇号的条目", "a line of a draw stands in a round that is no draw or has no rules for one"),
    "F12.close": ("摇号轮没有封存申请就关闭了", "a draw round was closed without sealing the applications"),
    "F13": ("这个预约当时是“{status}”，却又被记为“{kind}”", "the booking was “{status}” and yet “{kind}” is entered"),
    "F13.close": ("已经关闭的一轮又被关闭", "a closed round was closed again"),
    "F14.cancel": ("取消记为早退或晚退，与是否已经关闭不符", "the cancellation is called early or late against the closing of the round"),
    "F14.time": ("写明到时关闭，但还没有到关闭时间", "it is said to have closed at its time, before that time"),
    "F14.full": ("写明约满关闭，但名额并没有正好约满", "it is said to be full while its places were not exactly taken"),
    "F15": ("名单还没有公布就已经领取", "goods were handed over before the lists were published"),
    "F16.list": ("名单写入的时候不对、写了两次，或者这家店没有名额", "a list stands at the wrong time, twice, or for a shop without places"),
    "F16.publish": ("公布的时候不对：尚未关闭，或已经公布过", "it was published before it closed, or twice"),
    "F16.missing": ("公布时缺少名单或多出名单：{codes}", "lists were missing or too many when it was published: {codes}"),
    "F16.end": ("尚未公布就结束，或结束了两次", "the pickup was ended before publishing, or twice"),
    "F17": ("名单有 {rows} 行，而账本上这家店有 {have} 个序号", "the list has {rows} rows while the record holds {have} serials of the shop"),
    "F17.empty": ("空名单的校验值不对", "the empty list has a wrong root"),
    "F18": ("取货尚未结束，密钥就被销毁", "the round's key was destroyed before the round's end"),
    "F18.key": ("销毁的不是这一轮的密钥", "another key was destroyed than the round's"),
    "F19": ("{party} 的承诺无效：身份不明、签名不对、重复或太迟", "the commitment of {party} is unknown, unsigned, double or too late"),
    "F19.quorum": ("收到第一份申请时只有 {have} 方作出承诺，规则要求至少 {quorum} 方", "at the first application {have} parties had committed, {quorum} are needed"),
    "F20": ("申请不合规则（人数、药店或签数）", "the application is against the rules (persons, shops or tickets)"),
    "F20.time": ("申请不在开放时间内，或在封存之后", "the application came outside the opening hours or after the seal"),
    "F21": ("第 {application} 行的申请不存在、已撤回，或已经封存，不能再撤", "the application of line {application} is unknown, already withdrawn or already sealed"),
    "F21.seal": ("封存得太早，或封存了两次", "the applications were sealed too early, or twice"),
    "F21.count": ("封存时写明有 {said} 份申请，实际是 {counted} 份", "{said} applications are said to be sealed, there are {counted}"),
    "F22.reveal": ("{party} 公布的份额与承诺不符，或时机不对", "the share of {party} does not fit its commitment, or comes at the wrong time"),
    "F22.beacon": ("公开随机数写了两次、来源不对，或早于封存", "the public dice were entered twice, from another source, or before the seal"),
    "F22.attest": ("{party} 对公开随机数的见证无效：签名不对、重复或太迟", "the attestation of {party} is unsigned, double or late"),
    "F23": ("种子与公布的份额和骰子算出来的不同", "the seed is not what the revealed shares and the dice give"),
    "F23.quorum": ("摇号条件不足：份额 {shares} 份、见证 {attested} 份，至少各需 {need} 份", "it was drawn with {shares} shares and {attested} attestations where {need} are needed"),
    "F24.win": ("中签结果与按种子算出来的不同，此处应为：{due}", "the winner is not the one that the seed gives, which is: {due}"),
    "F24.cut": ("入围线与算出来的不同", "the cut-off is not the one that the seed gives"),
    "F24.publish": ("公布时摇号、中签或入围线还不齐全", "it was published while draw, winners or cut-offs were not complete"),
    "F25": ("领取了 {units} 份，每人只能领 {may} 份以内", "{units} units were handed over where a booking has up to {may}"),
    "N01": ("本程序不认识这种条目：{text}", "this program does not know such an entry: {text}"),
    "N02": ("时间比前面的条目早了 {back} 秒", "its time lies {back} s before an earlier line's"),
    "N03": ("开放之后名额由 {old} 改为 {new}", "its places were changed from {old} to {new} after the opening"),
    "N04": ("取货结束以后才登记的领取", "a hand-over that was told after the pickup had ended"),
    "N05": ("一次领取被撤销", "a hand-over was taken back"),
    "N06": ("预约转到了 {to} 第 {to_serial} 号", "the booking moved to {to}, serial {to_serial}"),
    "N07": ("有参与方没有作出承诺：{parties}", "parties that did not commit: {parties}"),
    "N08": ("{old} 一轮 {code} 没有用掉 {became} 个名额，转出的却是 {sent} 个（或分类不同）", "the round of {old} left {became} places unused at {code}, but {sent} were given on (or of other kinds)"),
    "W01": ("工作人员刚取消了第 {freed} 号，{seconds} 秒后就有人约走了这个名额", "staff had cancelled serial {freed} and the place was booked {seconds} s later"),
    "W02": ("公开随机数的写法不合规定：{value}", "the public dice are not written as they must be: {value}"),
    "W03": ("至今有 {held} 份申请持 {tickets} 签，而此前够格的落选申请只有 {may} 份", "so far {held} applications held {tickets} tickets, but only {may} that lost before could have them"),
    # what stands before a finding
    "at.serial": ("{day} {code} 第 {serial} 号（账本第 {line} 行{when}）", "{day} {code} serial {serial} (line {line}{when})"),
    "at.code": ("{day} {code}（账本第 {line} 行{when}）", "{day} {code} (line {line}{when})"),
    "at.day": ("{day}（账本第 {line} 行{when}）", "{day} (line {line}{when})"),
    "at.line": ("账本第 {line} 行", "line {line}"),
    "when": ("，{time}", ", {time}"),
    "sentence": ("{where}：{what}。", "{where}: {what}."),
    # rounds
    "round": ("{day}（第 {first} 至 {last} 行）：{shops} 家店，名额 {places}，已约 {serials}，待领 {booked}，已领 {redeemed}，核验码 {code}。",
              "{day} (lines {first} to {last}): {shops} shops, {places} places, {serials} booked, {booked} waiting, {redeemed} collected, code {code}."),
    "more": ("……同类的另有 {count} 处。", "… and {count} more of this kind."),
    "log.good": ("账本共 {size} 行（新增 {new} 行），签名有效，只增未改，当前核验码 {code}。", "{size} lines ({new} new), signed, only added to since the last look, code {code}."),
    "log.rollback": ("账本上次到第 {old} 行，这次只有 {new} 行：末尾至少 {gone} 行被截去或恢复了旧账本；丢失的第一行是“{line}”。",
                     "The record had {old} lines at the last look and has {new} now: at least {gone} lines were cut off or an old record was restored; the first that is lost: “{line}”."),
    "log.rewritten": ("账本上次的 {old} 行已被改写，上次看到的与现在签名的不再一致。", "The {old} lines of the last look were rewritten: what was signed then and what is signed now do not fit."),
    "log.changed": ("账本第 {index} 行事后被改动：原来是“{was}”，现在是“{now}”。", "Line {index} was changed afterwards: it was “{was}” and is now “{now}”."),
    "log.rebooked": ("账本第 {index} 行事后被改动：{day} {code} 第 {serial} 号换成了别人{pushed}（原来是“{was}”，现在是“{now}”）。",
                     "Line {index} was changed afterwards: serial {serial} of {day} {code} is somebody else's now{pushed} (it was “{was}” and is now “{now}”)."),
    "log.pushed": ("，{count} 个人被往后挪", " and {count} people were moved back"),
    "log.inserted": ("账本第 {index} 行之前事后被插入了 {count} 行，第一行是“{now}”，后面的都被推后。", "{count} lines were inserted afterwards before line {index}, the first is “{now}”; all behind were pushed back."),
    "log.removed": ("账本从第 {index} 行起事后被删去 {count} 行，第一行是“{was}”。", "{count} lines were taken out afterwards from line {index} on, the first was “{was}”."),
    "log.split": ("同一个账本有两份：第 {size} 行处有两个不同的签名，核验码 {a} 和 {b}{where}。", "One log, two records: for {size} lines there are two signed roots, codes {a} and {b}{where}."),
    "log.lines": ("网站给出的 {size} 行与它签名的账本不符。", "The {size} lines that the site hands out do not give the record that it has signed."),
    "log.origin": ("网站现在给出的是另一个账本：应当是 {old}，却是 {new}；旧账本被放弃要有公开的说明。", "The site now shows another record: it should be {old} and is {new}; that a record is given up must be explained in public."),
    "log.heading": ("账本第 0 行写的名字是 {found}，签名用的名字却是 {origin}。", "Line 0 calls the record {found}, but it is signed as {origin}."),
    "log.refused": ("账本的签名不能接受：{why}。", "The record's signed note cannot be accepted: {why}."),
    "log.evidence": ("两份签名已存为证据：{file}", "Both signed notes are kept as evidence: {file}"),
    "log.witnessed": ("见证人签过的 {size} 行与现在的账本不符：同一个账本有两份。", "What the witnesses signed ({size} lines) does not fit this record: one log, two records."),
    "mark.refused": ("{day} 的“{kind}”标记（{size} 行）不能接受：{why}。", "The mark “{kind}” of {day} ({size} lines) cannot be accepted: {why}."),
    "mark.root": ("{day} 的“{kind}”标记与账本在 {size} 行处不符：同一个账本有两份。", "The mark “{kind}” of {day} does not fit the record at {size} lines: one log, two records."),
    "mark.place": ("{day} 的“{kind}”标记在 {size} 行，公布那一行之后却是 {want} 行。", "The mark “{kind}” of {day} is at {size} lines, publishing was at {want}."),
    "mark.code": ("{day} 的“{kind}”标记写的核验码是 {said}，算出来是 {code}。", "The mark “{kind}” of {day} shows the code {said}, which should be {code}."),
    "code.good": ("核验码 {code} 与账本在 {size} 行处相符（{day}）。", "The code {code} is the record's at {size} lines ({day})."),
    "code.bad": ("门口的核验码 {code} 与账本不符：门上和网上不是同一份账本，或者抄错了字。", "The code {code} from the door is not this record's: door and website show two records, or it was mistyped."),
    "code.day": ("{day} 还没有公布，核验码 {code} 无从比对。", "{day} is not published, so the code {code} cannot be compared."),
    "policy.hash": ("账本第 {line} 行的规则文件被换过：网站给出的内容与账本里的校验值不符。", "The rules of line {line} were swapped: what the site serves does not fit the hash in the record."),
    "policy.missing": ("账本第 {line} 行的规则文件网站不提供。", "The site does not serve the rules of line {line}."),
    "policy.rules": ("账本第 {line} 行的摇号规则不合规定：{why}。", "The draw's rules of line {line} are not allowed: {why}."),
    "list.root": ("{day} {code} 公布的名单与账本第 {line} 行不符：名单被改过。", "The published list of {day} {code} does not fit line {line} of the record: the list was changed."),
    "list.rows": ("{day} {code} 公布的名单有 {rows} 行，账本里是 {have} 行。", "The published list of {day} {code} has {rows} rows, the record says {have}."),
    "list.lacks": ("{day} {code} 公布的名单少了 {count} 人，第一个是第 {serial} 号：名单有 {rows} 行，账本里是 {have} 行。",
                   "The published list of {day} {code} lacks {count} of its people, the first is serial {serial}: it has {rows} rows, the record says {have}."),
    "list.said": ("{day} {code} 的名单页写的校验值或行号与账本不同。", "The list page of {day} {code} shows another root or line than the record."),
    "list.later": ("{day} {code} 的名单无法核对：有 {count} 人改过取货安排，网站没有给出最初公布的时间。", "The list of {day} {code} cannot be checked: {count} pickups were changed since, and the site does not give the first times."),
    "list.missing": ("{day} {code} 的名单已公布，网站却不提供（{why}）。", "The list of {day} {code} is published but the site does not serve it ({why})."),
    "list.broken": ("{day} {code} 的名单残缺，无法核对：{why}。", "The list of {day} {code} is not whole: {why}."),
    "list.good": ("{day} {code} 的名单共 {rows} 行，与账本第 {line} 行相符。", "The list of {day} {code} has {rows} rows and fits line {line} of the record."),
    "list.kept": ("保存的名单共 {rows} 行，校验值 {root}。", "The kept list has {rows} rows and the root {root}."),
    "list.other": ("保存的名单算出的校验值是 {root}，而不是 {want}。", "The kept list has the root {root}, not {want}."),
    "list.none": ("{day} {code} 在账本里没有名单。", "The record holds no list of {day} {code}."),
    "books": ("{day} {code} 的对账数字与账本不符：{what}。", "The public figures of {day} {code} differ from the record: {what}."),
    "books.figure": ("{name}公布为 {shown}，按账本应为 {have}", "{name} is shown as {shown}, the record gives {have}"),
    "books.missing": ("账本里有 {day} 这一轮，网站的对账页却没有。", "The record has the round of {day}, the public figures do not."),
    "round.none": ("账本里没有 {day} 这一轮。", "The record holds no round of {day}."),
    "shop": ("  {code}  名额 {places}  剩余 {left}  待领 {booked}  已领 {redeemed}  过期 {lapsed}  早退 {cancelledEarly}  晚退 {cancelledLate}  序号 1-{serials}",
             "  {code}  places {places}  left {left}  waiting {booked}  collected {redeemed}  lapsed {lapsed}  given back early {cancelledEarly}  late {cancelledLate}  serials 1-{serials}"),
    "sample": ("审计抽查（由公布时的账本决定，谁也选不了）：{rows}", "the auditors ask about (chosen by the published record, by nobody else): {rows}"),
    # receipts and comparing
    "receipt.good": ("凭据有效：账本第 {line} 行（共 {size} 行时）是“{entry}”，当时的核验码 {code}。", "The receipt is good: line {line} of the record (at {size} lines) is “{entry}”, code {code}."),
    "receipt.bad": ("凭据不能接受：{why}。", "The receipt cannot be accepted: {why}."),
    "receipt.unknown": ("凭据有效，但本程序不认识这种条目：{entry}。", "The receipt is good, but this program does not know such an entry: {entry}."),
    "receipt.person": ("这一行属于所给的人。", "The line is of the persons that were given."),
    "receipt.other": ("这一行不属于所给的人。", "The line is not of the persons that were given."),
    "grown": ("从 {first} 行到 {second} 行，账本只增未改。", "From {first} to {second} lines the record was only added to."),
    "log.where": ("；第一处不同在第 {index} 行：原来是“{was}”，现在是“{now}”", "; the first difference is line {index}: “{was}” then, “{now}” now"),
    "split": ("同一个账本有两份：两个签名都是 {size} 行，内容却不同，核验码 {a} 和 {b}。", "One log, two records: two signed notes of {size} lines contradict each other, codes {a} and {b}."),
    "same": ("两份是同一个账本：都是 {size} 行，核验码 {code}。", "One record: both are of {size} lines, code {code}."),
    "strangers": ("两份不是同一个账本的：{a} 和 {b}。", "These are of two different logs: {a} and {b}."),
    "note.bad": ("{file} 不能接受：{why}。", "{file} cannot be accepted: {why}."),
    # the draw
    "draw.none": ("{day} 不是摇号，或还没有摇。", "{day} is no draw, or is not drawn yet."),
    "draw.text": ("种子文本：", "The text of the seed:"),
    "draw.seed": ("种子（十六进制）{seed}；自己验算：printf %s 'rank 行号 0' | openssl dgst -sha256 -mac HMAC -macopt hexkey:{seed}",
                  "seed (hex) {seed}; try it: printf %s 'rank LINE 0' | openssl dgst -sha256 -mac HMAC -macopt hexkey:{seed}"),
    "draw.cut": ("  {code} {persons} 人入围线 {cut}", "  {code}, {persons} persons: cut-off {cut}"),
    "draw.win": ("  {place}  第 {index} 行  {rank}  {code} 第 {serial} 号起 {persons} 人", "  {place}  line {index}  {rank}  {code} from serial {serial}, {persons} persons"),
    "draw.won": ("第 {index} 行的申请：签号 {rank}，中签 {code}。", "The application of line {index}: rank {rank}, won at {code}."),
    "draw.lost": ("第 {index} 行的申请：签号 {rank}，未中签。", "The application of line {index}: rank {rank}, did not win."),
    "draw.not": ("第 {index} 行不是这一轮有效的申请。", "Line {index} is no valid application of this round."),
    "draw.good": ("{day} 摇号重算：{applications} 份申请，{wins} 份中签，与账本一致。", "The draw of {day} worked out again: {applications} applications, {wins} won, as in the record."),
    "draw.bad": ("{day} 摇号重算的结果与账本不一致。", "The draw of {day} worked out again differs from the record."),
    # witnesses
    "witness.signed": ("已为 {size} 行签名并交付，核验码 {code}。", "Countersigned {size} lines and handed it in, code {code}."),
    "witness.nothing": ("没有新的标记；上次见证到 {size} 行。", "No new marks; countersigned up to {size} lines."),
    "witness.refused": ("服务器不收 {size} 行的见证：{why}。", "The server does not take the countersignature of {size} lines: {why}."),
    "witness.key": ("新密钥在 {file}；请把下面的公钥交给城市：", "The new key is in {file}; give the city this verifier key:"),
    "vectors": ("{passed} 个例子相符，{failed} 个不符。", "{passed} examples agree, {failed} differ."),
    "vectors.differs": ("例子 {id} 不符。", "The example {id} differs."),
    "net.url": ("网址不对：{url}", "this is no address: {url}"),
    "net.failed": ("连不上网站（{why}）", "the site cannot be reached ({why})"),
    "net.slow": ("网站太久没有答完", "the site did not finish its answer in time"),
    "net.status": ("网站对 {path} 的回答是 {status}", "the site answers {status} for {path}"),
    "net.redirect": ("网站把 {path} 转到别处（{to}），本程序不跟过去", "the site sends us elsewhere for {path} ({to}), which is not followed"),
    "net.large": ("网站对 {path} 的回答过大（超过 {most} 字节）", "the site's answer for {path} is larger than {most} bytes"),
    "net.cut": ("网站对 {path} 的回答不完整", "the site's answer for {path} is cut off"),
    "net.strange": ("网站对 {path} 的回答看不懂：{why}", "the site's answer for {path} makes no sense: {why}"),
    "net.missing": ("网站没有提供 {path}", "the site does not serve {path}"),
    "net.size": ("网站说账本有 {size} 行，超出了 --max-lines", "the site says that the record has {size} lines, more than --max-lines"),
    "file": ("读写不了文件 {file}：{why}", "the file {file} cannot be read or written: {why}"),
    "key": ("--key 不能用：{why}", "--key cannot be used: {why}"),
    "key.file": ("{file} 不是 P-256 私钥", "{file} is no P-256 private key"),
    "key.name": ("名字里不能有空格或加号：{name}", "a name has no spaces and no plus: {name}"),
    "day": ("不是日期：{day}", "this is no day: {day}"),
    "url.needed": ("行数不同，需要 --url 才能取得一致性证明", "the sizes differ: --url is needed to fetch the proof"),
    "proof.bad": ("一致性证明不成立：同一个账本有两份，或被改写（{first} 行与 {second} 行，核验码 {a} 和 {b}）。", "No proof joins them: one log, two records, or a rewritten one ({first} and {second} lines, codes {a} and {b})."),
    "cannot": ("这次看不了：{why}", "It could not look: {why}"),
}

# Words inside sentences, by language.
WORDS = {
    BOOKED: "待领", MOVED: "已改期", GIVEN: "已领", LAPSED: "已过期", EARLY: "已早退", LATE: "已晚退", TRANSFERRED: "已转店",
    "cancel": "取消", "give": "领取", "void": "撤销领取", "move": "改期", "lapse": "过期", "transfer": "转店",
    "places": "名额", "left": "剩余", "redeemed": "已领",
}


def word(text):
    return WORDS.get(text, text) if language == 0 else text

# Why something was refused, in Chinese; the English words are in the program above.
REASONS = {
    "not base64": "不是 base64", "not base64url": "不是 base64url", "base64 that is not canonical or has the wrong length": "base64 写法不规范或长度不对",
    "base64url that is not canonical or has the wrong length": "base64url 写法不规范或长度不对", "not ASCII": "含有 ASCII 以外的字符",
    "a signature that is not DER": "签名不是 DER 格式", "a tile that is cut off": "数据块不完整", "not a verifier key": "不是核验公钥",
    "a verifier key of an unknown kind": "不认识的公钥种类", "a verifier key whose id does not fit": "公钥与它的编号不符", "a note that is not UTF-8": "不是 UTF-8",
    "a note of more than 64 KB": "超过 64 KB", "a note with a control character": "含有控制字符", "not a signed note": "不是签名文件",
    "not a checkpoint of three lines": "不是三行的账本签名", "a line that is no signature": "有一行不是签名", "signed with the key of another record": "用的是别的账本的密钥",
    "the record's signature is wrong": "账本的签名不对", "a witness's signature is wrong": "见证人的签名不对", "not signed by the record's key": "没有账本密钥的签名",
    "not a line": "不是合格的条目", "a line with wrong fields": "条目的内容不对", "a line with a day that does not exist": "日期不存在",
    "a line that names a pharmacy twice": "同一家店写了两次", "not a receipt": "不是凭据", "a receipt without its line": "凭据里没有条目",
    "the line does not stand there in the tree": "账本的那一行不是它", "a list's cell holds a tab or a line end": "名单里有制表符或换行",
    "a name that is not in normal form C": "姓名不是 NFC 形式", "the draw's rules lack something": "缺少内容", "the draw's rules hold a wrong value": "有不允许的值",
    "not JSON": "不是 JSON", "something has the wrong type": "内容的类型不对", "not a time": "不是时间", "rows that do not run 1, 2, 3": "序号不是 1、2、3 相连",
}


def reason(refused):
    text = str(refused)
    return REASONS.get(text, text) if language == 0 else text


def clean(text, most=300):
    """A text from outside as it may be printed: no control or invisible characters, not endless."""
    text = "".join(c if c.isprintable() else "\ufffd" for c in str(text)[:most + 1])
    return text[:most] + "…" if len(text) > most else text


def sentence(key, **particulars):
    return SENTENCES[key][language].format(**{k: clean(v) for k, v in particulars.items()})


def clock(second):
    """A second in the city's time, which is UTC+8."""
    if second > 250000000000:
        return str(second)
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=second, hours=8)).strftime("%m-%d %H:%M:%S")


def place_of(index, entry):
    """Day, shop, serial, line and second of a line, as far as it has them."""
    try:
        kind, fields = read_entry(entry)
    except Refused:
        return sentence("at.line", line=index)
    types = KINDS.get(kind, "").split()
    if types[:1] != ["day"]:
        return sentence("at.line", line=index)
    at = SHAPES[kind].at
    when = "" if at is None else sentence("when", time=clock(int(fields[at])))
    if kind in ("book", "win"):
        return sentence("at.serial", day=fields[0], code=fields[2 if kind == "win" else 1], serial=fields[3], line=index, when=when)
    if kind in ("cancel", "give", "void", "move", "lapse", "transfer"):
        return sentence("at.serial", day=fields[0], code=fields[1], serial=fields[2], line=index, when=when)
    if types[1:2] == ["code"]:
        return sentence("at.code", day=fields[0], code=fields[1], line=index, when=when)
    return sentence("at.day", day=fields[0], line=index, when=when)


def finding_sentence(finding, entry):
    particulars = dict(finding.particulars, text=entry.decode("latin-1"))
    if finding.code == "N02":
        particulars["back"] = particulars["latest"] - particulars["now"]
    if "status" in particulars:
        particulars.update(status=word(particulars["status"]), kind=word(particulars["text"].partition(" ")[0]))
    what = sentence(finding.code + "." + finding.why if finding.why else finding.code, **particulars)
    return sentence("sentence", where=place_of(finding.index, entry), what=what)


LEVELS = ("good", "notice", "fault")
EXIT = {"good": 0, "notice": 2, "fault": 1}


class Report:
    """Prints what was found and remembers the worst of it."""

    def __init__(self):
        self.worst = "good"

    def line(self, level, key, **particulars):
        self.text(level, sentence(key, **particulars))

    def text(self, level, text):
        self.worst = max(self.worst, level, key=LEVELS.index)
        print("%-6s %s" % (level, text))

    def plain(self, text):
        print(text)

    def exit_code(self):
        return EXIT[self.worst]

# ------------------------------------------------------------------------------------------------ 10 a website, read with limits


class CouldNotLook(Exception):
    """Nothing can be said about the record: no answer, or one that is none."""

    def __init__(self, key, **particulars):
        super().__init__(sentence(key, **particulars))


class Site:
    """One website. It follows no redirects, takes no endless or slow answers and keeps no cookies."""

    SILENCE = 20  # seconds without a byte
    PATIENCE = 90  # seconds for a whole answer
    HEADERS = {"User-Agent": "wechatmask-check", "Accept": "*/*", "Accept-Encoding": "identity"}

    def __init__(self, url):
        try:
            parts = urllib.parse.urlsplit(url)
            self.host, self.port = parts.hostname, parts.port
        except ValueError:
            raise CouldNotLook("net.url", url=url)
        is_plain = not (parts.username or parts.password or parts.query or parts.fragment)
        if parts.scheme not in ("http", "https") or not self.host or not is_plain or not re.fullmatch(r"[!-~]*", parts.path):
            raise CouldNotLook("net.url", url=url)
        self.base, self.is_secure, self.connection = parts.path.rstrip("/"), parts.scheme == "https", None

    def connect(self):
        if self.is_secure:
            made = http.client.HTTPSConnection(self.host, self.port, timeout=self.SILENCE, context=ssl.create_default_context())
        else:
            made = http.client.HTTPConnection(self.host, self.port, timeout=self.SILENCE)
        made.connect()
        self.connection = made

    def hang_up(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def __del__(self):
        if hasattr(self, "connection"):
            self.hang_up()

    def exchange(self, path, most, sent):
        """(status, headers, body) of one request on the connection that is open."""
        self.connection.request("GET" if sent is None else "POST", self.base + path, sent, self.HEADERS)
        line, timed_out = self.connection.sock, threading.Event()

        def cut():
            timed_out.set()
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

        # Against a server that sends a byte now and then and never comes to an end.
        guard = threading.Timer(self.PATIENCE, cut)
        guard.daemon = True
        guard.start()
        try:
            answer = self.connection.getresponse()
            body = bytearray()
            while len(body) <= most:
                part = answer.read(min(65536, most + 1 - len(body)))
                if not part:
                    break
                body += part
            if timed_out.is_set():
                raise CouldNotLook("net.slow")
            if len(body) > most:
                raise CouldNotLook("net.large", path=path, most=most)
            if answer.length:
                raise CouldNotLook("net.cut", path=path)
            if answer.will_close:
                self.hang_up()
            return answer.status, answer.headers, bytes(body)
        except (OSError, http.client.HTTPException):
            if timed_out.is_set():
                raise CouldNotLook("net.slow")
            raise
        finally:
            guard.cancel()

    def ask(self, path, most, sent=None):
        """(status, body); waits where the site says that it has too much to do."""
        for attempt in range(5):
            is_kept = self.connection is not None
            try:
                if not is_kept:
                    self.connect()
                status, headers, body = self.exchange(path, most, sent)
            except CouldNotLook:
                self.hang_up()
                raise
            except (ConnectionError, http.client.RemoteDisconnected) as e:
                self.hang_up()
                if is_kept:
                    continue
                raise CouldNotLook("net.failed", why=e)
            except http.client.IncompleteRead:
                self.hang_up()
                raise CouldNotLook("net.cut", path=path)
            except socket.timeout:
                self.hang_up()
                raise CouldNotLook("net.slow")
            except (OSError, http.client.HTTPException, ValueError) as e:
                self.hang_up()
                raise CouldNotLook("net.failed", why=e)
            if 300 <= status < 400:
                raise CouldNotLook("net.redirect", path=path, to=headers.get("Location", "?"))
            if status not in (429, 503) or attempt == 4:
                return status, body
            told = headers.get("Retry-After", "")
            time.sleep(min(30, int(told)) if re.fullmatch("[0-9]{1,4}", told) else 2)
        raise CouldNotLook("net.failed", why=path)

    def get(self, path, most):
        """The answer, or None where the site says that it has none."""
        status, body = self.ask(path, most)
        if status in (404, 410):
            return None
        if status != 200:
            raise CouldNotLook("net.status", path=path, status=status)
        return body

    def json(self, path, most):
        body = self.get(path, most)
        try:
            return None if body is None else read_json(body)
        except Refused as e:
            raise CouldNotLook("net.strange", path=path, why=reason(e))


def read_json(data):
    def number(text):
        if len(text) > 18:
            raise ValueError(text)
        return int(text)

    def refuse(text):
        raise ValueError(text)

    try:
        return json.loads(data.decode("utf-8"), parse_int=number, parse_constant=refuse)
    except (ValueError, RecursionError):
        raise Refused("not JSON")


def take(value, name, kind):
    """A member of a JSON object, which must be of that type."""
    found = value.get(name) if isinstance(value, dict) else None
    if type(found) is not kind or (kind is str and any("\ud800" <= c <= "\udfff" for c in found)):
        raise Refused("something has the wrong type")
    return found


def take_hash(text):
    """A hash in JSON, in either base64."""
    return from_b64(text, 32) if isinstance(text, str) and text.endswith("=") else from_b64u(text, 32)


def second_of(text):
    """The second since 1970 of a time in JSON."""
    found = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.0+)?(Z|[+-][0-9]{2}:[0-9]{2})", text if isinstance(text, str) else "")
    try:
        return int(datetime.datetime.fromisoformat(found.group(1) + found.group(2).replace("Z", "+00:00")).timestamp())
    except (AttributeError, ValueError, OverflowError):
        raise Refused("not a time")


def fetch_checkpoint(site, keys, path="/log/checkpoint"):
    """(note, checkpoint), or None where the site has none. Broken when the record's own note cannot be accepted."""
    data = site.get(path, 65536)
    if data is None:
        return None
    names = [read_vkey(key).name for key in keys]
    try:
        note = data.decode("utf-8")
        origin = note.partition("\n")[0]
        if origin not in names:
            split_note(note)
            raise Broken("log.origin", old=names[0], new=origin)
    except (UnicodeDecodeError, Refused):
        raise CouldNotLook("net.strange", path=path, why=reason(Refused("not a signed note")))
    try:
        return note, read_checkpoint(note, keys)
    except Refused as e:
        raise Broken("log.refused", why=reason(e))


def fetch_tile(site, index, width):
    """The first width lines of a tile."""
    full = "/log/" + tile_path("entries", index)
    path = full if width == 256 else "/log/" + tile_path("entries", index, width)
    data = site.get(path, 256 * 65537)
    if data is None and width < 256:
        data = site.get(full, 256 * 65537)
    if data is None:
        raise CouldNotLook("net.missing", path=path)
    try:
        entries = read_bundle(data)
    except Refused as e:
        raise CouldNotLook("net.strange", path=path, why=reason(e))
    if len(entries) < width:
        raise CouldNotLook("net.cut", path=path)
    return entries[:width]


def fetch_consistency(site, first, second):
    """Whether the site proves that one checkpoint is the beginning of the other."""
    if first.size == second.size:
        return first.root == second.root
    if first.size == 0:
        return first.root == EMPTY_ROOT
    found = site.json("/log/consistency?from=%d&to=%d" % (first.size, second.size), 65536)
    try:
        return found is not None and proves_consistency(first.size, first.root, second.size, second.root, [take_hash(h) for h in take(found, "path", list)])
    except Refused:
        return False

# ------------------------------------------------------------------------------------------------ 11 the record and the folder that keeps it


class Broken(Exception):
    """The record itself breaks its promise; the sentence says how. notes: what was signed, to be kept as evidence."""

    def __init__(self, key, notes=(), **particulars):
        super().__init__(sentence(key, **particulars))
        self.notes = [note for note in notes if note]

    def keep(self, folder):
        """Writes the signed notes to a file and says its name; None where there is nothing to keep."""
        if len(set(self.notes)) < 2:
            return None
        data = "\n".join(self.notes).encode("utf-8")
        name = "evidence-%s.txt" % sha256(data).hex()[:16]
        folder.write(name, data)
        return os.path.join(folder.path, name)


class Record:
    """All lines, with the tree at every 256th of them: from these any earlier root follows."""

    def __init__(self):
        self.entries, self.tree, self.steps = [], Tree(), [()]

    def add(self, entry):
        self.entries.append(entry)
        self.tree.add(sha256(b"\x00" + entry))
        if self.tree.size & 255 == 0:
            self.steps.append(tuple(self.tree.frontier))

    def root_at(self, size):
        tree = Tree(size & ~255, self.steps[size >> 8])
        for entry in self.entries[size & ~255:size]:
            tree.add(leaf_hash(entry))
        return tree.root()

    def fetch(self, site, size, most):
        """Adds the lines up to that size."""
        if size > most:
            raise CouldNotLook("net.size", size=size)
        while len(self.entries) < size:
            have = len(self.entries)
            index = have // 256
            for entry in fetch_tile(site, index, min(256, size - 256 * index))[have - 256 * index:]:
                self.add(entry)


class Folder:
    """What is kept from one look to the next. The names of its files are fixed; nothing from outside is in a name but a hash in hex."""

    def __init__(self, path):
        self.path = path

    def read(self, name):
        try:
            with open(os.path.join(self.path, name), "rb") as f:
                return f.read()
        except FileNotFoundError:
            return None
        except OSError as e:
            raise CouldNotLook("file", file=name, why=e.strerror)

    def write(self, name, data, mode="wb"):
        """Replaces a file at once, or adds to its end."""
        target = os.path.join(self.path, name)
        try:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target if mode == "ab" else target + ".new", mode) as f:
                f.write(data)
                f.flush()
                os.fsync(f.fileno())
            if mode == "wb":
                os.replace(target + ".new", target)
        except OSError as e:
            raise CouldNotLook("file", file=name, why=e.strerror)

    def load(self):
        """(the last note that was accepted or None, the lines that belong to it)."""
        note, record = self.read("checkpoint"), Record()
        if note is None:
            return None, record
        try:
            note = note.decode("utf-8")
            (_, size, root, _), _ = split_note(note)
        except (Refused, UnicodeDecodeError):
            raise CouldNotLook("file", file=os.path.join(self.path, "checkpoint"), why="?")
        try:
            entries = read_bundle(self.read("entries") or b"", size)
        except Refused:
            entries = []
        for entry in entries:
            record.add(entry)
        # Lines that do not give the note, of a look that was broken off: the note is what counts, they are fetched again.
        return note, record if record.tree.size == size and record.tree.root() == root else Record()

    def save(self, note, record, known):
        """known: how many lines of the record the folder already holds."""
        if known:
            target = os.path.join(self.path, "entries")
            if not os.path.exists(target) or os.path.getsize(target) != sum(2 + len(e) for e in record.entries[:known]):
                known = 0
        self.write("entries", write_bundle(record.entries[known:]), "ab" if known else "wb")
        self.write("checkpoint", note.encode("utf-8"))


def first_difference(was, now):
    """(what happened, particulars) at the first line where two records differ."""
    at = next((i for i, (a, b) in enumerate(zip(was, now)) if a != b), min(len(was), len(now)))
    old, new = [e[at].decode("latin-1") if at < len(e) else "" for e in (was, now)]
    for count in range(1, 101):
        rest, shorter = was[at:at + 8], was[at + count:at + count + 8]
        if rest and now[at + count:at + count + len(rest)] == rest:
            return "log.inserted", {"index": at, "count": count, "now": new}
        if shorter and now[at:at + len(shorter)] == shorter:
            return "log.removed", {"index": at, "count": count, "was": old}
    found = {"index": at, "was": old, "now": new}
    taken = taken_over(was, now, at)
    return ("log.rebooked", dict(found, **taken)) if taken else ("log.changed", found)


def taken_over(was, now, at):
    """Whose place it was, where the line that differs gave a serial to somebody and gives it to somebody else now; else None."""
    old, new = [e[at].decode("latin-1").split(" ") if at < len(e) else [] for e in (was, now)]
    if old[:1] != ["book"] or len(old) != 7 or len(new) != 7 or old[:5] != new[:5] or old[6] == new[6]:
        return None

    def serials(entries):
        found = (e.decode("latin-1").split(" ") for e in entries[at:] if e.startswith(("book %s %s " % (old[1], old[2])).encode("latin-1")))
        return {f[6]: int(f[4]) for f in found if len(f) == 7 and re.fullmatch("[0-9]{1,15}", f[4])}

    then, later = serials(was), serials(now)
    count = sum(later.get(who, 0) > serial for who, serial in then.items())
    return {"day": old[1], "code": old[2], "serial": old[4], "pushed": sentence("log.pushed", count=count) if count else ""}


class Look:
    """One look at a city's record: the newest checkpoint, all lines, the replay, and what the website shows beside them."""

    def __init__(self, site, keys, folder=None, wait=5.0, most=20000000):
        self.site, self.keys, self.folder, self.wait, self.most = site, keys, folder, wait, most
        self.old_note, self.record = folder.load() if folder else (None, Record())
        self.old = split_note(self.old_note)[0] if self.old_note else None
        self.known = self.record.tree.size
        self.note = self.checkpoint = None
        self.mark_sizes = set()
        self.documents = {}  # hash: the policy's JSON, or None
        self.document_faults = []  # (key, particulars)
        self.replay = Replay(self.rules)

    def rules(self, day, policy):
        return self.documents.get(policy)

    def follow(self):
        """Fetches the newest checkpoint and the lines up to it. Broken when they are not the old ones with others behind."""
        for pause in (0, self.wait, self.wait, None):
            found = fetch_checkpoint(self.site, self.keys)
            if found is None:
                raise CouldNotLook("net.missing", path="/log/checkpoint")
            self.note, new = found
            if not self.old or new.size >= self.old[1] or pause is None:
                break
            # An answer that was kept on the way may be some seconds old.
            time.sleep(pause)
        notes = self.old_note, self.note
        if self.old and self.old[0] != new.origin:
            raise Broken("log.origin", notes, old=self.old[0], new=new.origin)
        if self.old and new.size < self.old[1]:
            lost = self.record.entries[new.size:new.size + 1] or [b"?"]
            raise Broken("log.rollback", notes, old=self.old[1], new=new.size, gone=self.old[1] - new.size, line=lost[0].decode("latin-1"))
        if self.old and new.size == self.old[1] and new.root != self.old[2]:
            raise Broken("log.split", notes, size=new.size, a=code_of(self.old[3]), b=code_of(new.text), where=self.where(new))
        size_before = self.record.tree.size
        self.record.fetch(self.site, new.size, self.most)
        fits_old = not self.old or self.record.root_at(self.old[1]) == self.old[2]
        if self.record.tree.root() != new.root or not fits_old:
            raise self.rewritten(new, size_before, notes)
        self.checkpoint = new
        self.old, self.old_note = (new.origin, new.size, new.root, new.text), self.note

    def fetch_anew(self, new):
        """The site's lines, if they give the root that it has signed."""
        other = Record()
        other.fetch(self.site, new.size, self.most)
        return other.entries if other.tree.root() == new.root else None

    def where(self, new):
        """Where the record differs from the one that was kept, as the second half of a sentence."""
        entries = self.fetch_anew(new)
        if not self.record.entries or not entries:
            return ""
        _, found = first_difference(self.record.entries, entries)
        return sentence("log.where", **dict({"was": "", "now": ""}, **found))

    def rewritten(self, new, known, notes):
        entries = self.fetch_anew(new)
        if entries is None or not self.old:
            return Broken("log.lines", size=new.size)
        if not known:
            return Broken("log.rewritten", notes, old=self.old[1])
        key, found = first_difference(self.record.entries[:known], entries)
        return Broken(key, notes, **found)

    def save(self):
        if self.folder:
            self.folder.save(self.note, self.record, self.known)
        self.known = self.record.tree.size

    def fetch_documents(self):
        """The rules of each policy line, which must have the hash that stands in the line."""
        for index in range(self.replay.index + 1, len(self.record.entries)):
            entry = self.record.entries[index]
            if not entry.startswith(b"policy "):
                continue
            try:
                _, (_, policy, _) = read_entry(entry)
            except Refused:
                continue
            if policy in self.documents:
                continue
            self.documents[policy] = None
            digest = from_b64u(policy, 32)
            name = os.path.join("docs", digest.hex() + ".json")
            data = self.folder.read(name) if self.folder else None
            if data is None or sha256(data) != digest:
                data = self.site.get("/log/docs/" + policy, 1 << 20)
                if data is None:
                    self.document_faults.append(("policy.missing", {"line": index}))
                    continue
                if sha256(data) != digest:
                    self.document_faults.append(("policy.hash", {"line": index}))
                    continue
                if self.folder:
                    self.folder.write(name, data)
            try:
                self.documents[policy] = read_allocation(read_json(data))
            except Refused as e:
                self.document_faults.append(("policy.rules", {"line": index, "why": reason(e)}))

    def walk(self):
        """Replays what has not been replayed yet."""
        self.fetch_documents()
        step, entries = self.replay.step, self.record.entries
        for index in range(self.replay.index + 1, len(entries)):
            step(entries[index])

    def code_at(self, size):
        return code_of(checkpoint_text(self.checkpoint.origin, size, self.record.root_at(size)))

    # what the website shows of a round; each gives (level, key, particulars)

    def check_marks(self, r):
        found = self.site.json("/log/marks?date=" + r.day, 1 << 20)
        if found is None:
            return
        path = "/log/marks?date=" + r.day
        try:
            marks = [[take(m, "date", str), take(m, "kind", str), take(m, "size", int), take(m, "note", str), take(m, "code", str)] for m in take(found, "marks", list)[:50]]
        except Refused as e:
            raise CouldNotLook("net.strange", path=path, why=reason(e))
        for day, kind, size, note, code in marks:
            about = {"day": r.day, "kind": kind, "size": size}
            try:
                mark = read_checkpoint(note, self.keys)
            except Refused as e:
                yield "fault", "mark.refused", dict(about, why=reason(e))
                continue
            if mark.size > self.checkpoint.size:
                continue
            self.mark_sizes.add(mark.size)
            if mark.size != size or day != r.day or mark.root != self.record.root_at(mark.size):
                yield "fault", "mark.root", about
            elif code != code_of(mark.text):
                yield "fault", "mark.code", dict(about, said=code, code=code_of(mark.text))
            elif kind == "published" and r.published_at not in (None, size):
                yield "fault", "mark.place", dict(about, want=r.published_at)

    def check_lists(self, r):
        if not r.published or r.shredded:
            return
        for code, (rows, root, index) in sorted(r.lists.items()):
            about = {"day": r.day, "code": code, "line": index}
            path = "/api/public/rounds/%s/list?pharmacy=%s" % (r.day, code)
            status, body = self.site.ask(path, 1 << 25)
            if status != 200:
                try:
                    why = take(read_json(body), "code", str)
                except Refused:
                    why = str(status)
                # Taken down when its time was over; the destruction of its key is one of the next lines.
                if why != "list_removed" or not r.ended:
                    yield "notice", "list.missing", dict(about, why=why)
                continue
            changed = self.pickups_changed(r, code)
            try:
                page = read_json(body)
                lacks = lack_of_page(page, rows)
                shown = None if lacks else list_of_page(page, changed)
            except Refused as e:
                yield "fault", "list.broken", dict(about, why=reason(e))
                continue
            if lacks:
                yield "fault", "list.lacks", dict(about, have=rows, **lacks)
                continue
            said = page.get("root"), page.get("logIndex")
            came = self.came_later(r, code)
            while len(shown) > rows and str(len(shown)) in came:
                shown.pop()
            if len(shown) != rows:
                yield "fault", "list.rows", dict(about, rows=len(shown), have=rows)
            elif to_b64u(list_root(shown)) != root:
                lacking = [e["serial"] for e in page["entries"] if "listedSlot" not in e and str(e["serial"]) in changed]
                if lacking:
                    yield "notice", "list.later", dict(about, count=len(lacking))
                else:
                    yield "fault", "list.root", about
            elif said != (None, None) and said != (root, index):
                yield "fault", "list.said", about

    def pickups_changed(self, r, code):
        """The serials of a published list whose pickup the record moved to another day or pharmacy."""
        lines = self.record.entries[r.published_at or 0:(r.last or 0) + 1]
        about = tuple(("%s %s %s " % (kind, r.day, code)).encode() for kind in ("move", "transfer"))
        return {line.decode("latin-1").split(" ")[3] for line in lines if line.startswith(about)}

    def came_later(self, r, code):
        """The serials under which the record moved bookings of another pharmacy behind a published list."""
        lines = self.record.entries[r.published_at or 0:(r.last or 0) + 1]
        moves = [line.decode("latin-1").split(" ") for line in lines if line.startswith(("transfer %s " % r.day).encode())]
        return {move[5] for move in moves if move[4] == code}

    FIGURES = (("places", "places"), ("left", "left"), ("booked", "booked"), ("redeemed", "redeemed"), ("lapsed", "lapsed"), ("cancelled", "cancelledLate"))

    def books(self, r):
        """The website's figures of a round as {code: {name: number}}, or None where it has none."""
        path = "/api/public/rounds/" + r.day
        page = self.site.json(path, 1 << 24)
        try:
            return None if page is None else {
                take(p, "code", str): {shown: take(p, shown, int) for shown, _ in self.FIGURES} for p in take(page, "pharmacies", list)}
        except Refused as e:
            raise CouldNotLook("net.strange", path=path, why=reason(e))

    def books_by_lines(self, r):
        return {code: {shown: figures[name] for shown, name in self.FIGURES} for code in r.quota for figures in [r.figures(code)]}

    def check_books(self, r):
        """Figures change while people book: a difference counts when it stands still while the record catches up."""
        before = None
        for attempt in range(3):
            shown, have = self.books(r), self.books_by_lines(r)
            if shown is None:
                yield "fault", "books.missing", {"day": r.day}
                return
            differences = {}
            for code in sorted(set(shown) | set(have)):
                for name, _ in self.FIGURES:
                    said, told = (figures.get(code, {}).get(name, 0) for figures in (shown, have))
                    if said != told:
                        differences.setdefault(code, []).append(sentence("books.figure", name=word(name), shown=said, have=told))
            differences = {c: of_shop for c, of_shop in differences.items() if not told_otherwise(shown.get(c, {}), have.get(c, {}), len(self.pickups_changed(r, c)))}
            if not differences:
                return
            if before == (shown, have):
                yield from (("fault", "books", {"day": r.day, "code": code, "what": ("；", "; ")[language].join(of_shop)}) for code, of_shop in differences.items())
                return
            before = shown, have
            time.sleep(self.wait)
            self.follow()
            self.walk()
            self.save()
            r = self.replay.rounds[r.day]

    def check_round(self, r, is_new=True):
        """All of it; of a round without news only its lists, which must stay what they are as long as they are up."""
        if is_new:
            yield from self.check_marks(r)
        yield from self.check_lists(r)
        if is_new:
            yield from self.check_books(r)


def told_otherwise(shown, have, moved):
    """Whether all that differs is what became of that many pickups which had moved: one that is given back waits in the record until the
    round is over and lapses there, and in the figures it is cancelled."""
    apart = {name: shown.get(name, 0) - have.get(name, 0) for name, _ in Look.FIGURES}
    became = [apart.pop(name) for name in ("booked", "lapsed", "cancelled")]
    return sum(became) == 0 and max(map(abs, became)) <= moved and not any(apart.values())


def lack_of_page(page, rows):
    """How many of the serials 1 to rows a published list does not hold, and the first of them; None where it holds them all."""
    entries = take(page, "entries", list)
    there = {take(entry, "serial", int) for entry in entries}
    count = rows - sum(1 <= serial <= rows for serial in there)
    first = 1
    while first in there:
        first += 1
    return {"count": count, "serial": first, "rows": len(entries)} if count else None


def list_of_page(page, changed=None):
    """The rows of a published list as they were frozen. A pickup that was moved later shows its first slot as listedSlot;
    changed holds the serials of those, where the record is at hand, and nothing else may show another slot than it had."""
    rows = []
    for n, entry in enumerate(take(page, "entries", list), 1):
        if take(entry, "serial", int) != n:
            raise Refused("rows that do not run 1, 2, 3")
        slot = entry.get("listedSlot", entry.get("slot")) if changed is None or str(n) in changed else entry.get("slot")
        times = (None, None) if slot is None else (second_of(take(slot, "startsAt", str)), second_of(take(slot, "endsAt", str)))
        rows.append(list_row(n, take(entry, "name", str), take(entry, "idNumber", str), times[0], times[1], from_b64u(take(entry, "rowSalt", str), 16)))
    return rows

# ------------------------------------------------------------------------------------------------ 12 commands


def read_file(path, most=1 << 20):
    """A file's text, or standard input's for "-"."""
    try:
        if path == "-":
            data = sys.stdin.buffer.read(most + 1)
        else:
            with open(path, "rb") as f:
                data = f.read(most + 1)
        if len(data) > most:
            raise CouldNotLook("file", file=path, why="> %d" % most)
        return data.decode("utf-8")
    except OSError as e:
        raise CouldNotLook("file", file=path, why=e.strerror)
    except UnicodeDecodeError:
        raise CouldNotLook("file", file=path, why="UTF-8?")


def read_keys(given):
    """The verifier keys of the command line: texts or files of them, one a line."""
    keys = []
    for text in given or []:
        lines = read_file(text).splitlines() if os.path.exists(text) else [text]
        keys += [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    try:
        if not any(read_vkey(key).kind == LOG_KIND for key in keys):
            raise Refused("not a verifier key")
    except Refused as e:
        raise CouldNotLook("key", why=reason(e))
    return keys


def read_day(text):
    if not re.fullmatch(FIELD["day"], text) or not is_day(text):
        raise CouldNotLook("day", day=text)
    return text


def look_at(args):
    folder = Folder(args.state) if args.state else None
    return Look(Site(args.url), read_keys(args.key), folder, args.wait, args.max_lines)


def see(look, report):
    """Fetches and replays, and says what holds for the record as a whole."""
    start = look.known
    look.follow()
    look.save()
    look.walk()
    report.line("good", "log.good", size=look.checkpoint.size, new=look.checkpoint.size - start, code=code_of(look.checkpoint.text))
    if look.replay.origin not in (None, look.checkpoint.origin):
        report.line("fault", "log.heading", found=look.replay.origin, origin=look.checkpoint.origin)
    for key, particulars in look.document_faults:
        report.line("fault", key, **particulars)


def check_witnessed(look):
    """The newest checkpoint that witnesses have signed must be a beginning of this record."""
    found = fetch_checkpoint(look.site, look.keys, "/log/checkpoint/witnessed")
    if found is None:
        return
    if found[1].size > look.checkpoint.size:
        look.follow()
        look.save()
        look.walk()
    witnessed = found[1]
    if witnessed.size > look.checkpoint.size or look.record.root_at(witnessed.size) != witnessed.root:
        raise Broken("log.witnessed", (look.note, found[0]), size=witnessed.size)


SHOWN = 5


def told_once(findings):
    """The same, with a window that is oversold told by the first line that is one too many and by how many were taken in the end."""
    told, places = [], {}
    for f in findings:
        key = f.code == "F10" and (f.day, f.particulars["code"], f.particulars["places"])
        if not key or key not in places:
            if key:
                places[key] = len(told)
            told.append(f)
        elif f.particulars["taken"] > told[places[key]].particulars["taken"]:
            told[places[key]] = told[places[key]]._replace(why="more", particulars=f.particulars)
    return told


def findings_of(look, since):
    """{day or None: [(level, sentence)]}; notices of lines before since are left out, and of many alike the first are shown."""
    found, counts = {}, {}
    for f in told_once(look.replay.findings):
        level = "fault" if f.code[0] == "F" else "notice"
        if level == "notice" and f.index < since:
            continue
        kind = f.day, level, f.code, f.why
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] <= SHOWN:
            found.setdefault(f.day, []).append((level, finding_sentence(f, look.record.entries[f.index])))
    for (day, level, _, _), count in counts.items():
        if count > SHOWN:
            found[day].append((level, sentence("more", count=count - SHOWN)))
    return found


def worst_of(found):
    return max((level for level, _ in found), key=LEVELS.index, default="good")


def print_round(report, look, r, found):
    figures = [r.figures(code) for code in r.quota]
    total = {name: sum(f[name] for f in figures) for name in ("places", "serials", "booked", "redeemed")}
    code = look.code_at(r.published_at) if r.published_at else "-"
    report.text(worst_of(found), sentence("round", day=r.day, first=r.first, last=r.last, shops=len(r.quota), code=code, **total))
    for _, text in found:
        report.plain("       - " + text)


def planned(look):
    return [r for _, r in sorted(look.replay.rounds.items()) if r.policy]


def site_findings(look, rounds, is_new):
    """({day: [(level, sentence)]}, what ended it early or None): what the lines say is told also when the site fails."""
    found = {}
    try:
        check_witnessed(look)
        for r in rounds:
            found[r.day] = []
            for level, key, particulars in look.check_round(r, is_new(r)):
                found[r.day].append((level, sentence(key, **particulars)))
    except (CouldNotLook, Broken) as e:
        return found, e
    return found, None


def check_codes(look, report, codes):
    """Codes that somebody read on a door: bare, or as day=code."""
    for typed in codes or []:
        day, _, code = typed.rpartition("=")
        plain = re.sub("[^A-Z0-9]", "", code.upper())
        rounds = [r for r in planned(look) if not day or r.day == day]
        sizes = {r.published_at: r.day for r in rounds if r.published_at}
        if not day:
            sizes = {size: sizes.get(size, "-") for size in set(sizes) | look.mark_sizes | {look.checkpoint.size}}
        elif not sizes:
            report.line("notice", "code.day", day=day, code=code)
            continue
        fits = [size for size in sorted(sizes) if look.code_at(size).replace("-", "") == plain]
        if fits:
            report.line("good", "code.good", code=look.code_at(fits[-1]), size=fits[-1], day=sizes[fits[-1]])
        else:
            report.line("fault", "code.bad", code=code)


def monitor(args, report):
    look = look_at(args)
    seen = read_seen(look.folder)
    since = 0 if args.all else seen
    see(look, report)

    def is_new(r):
        return args.all or r.last >= since or not r.ended

    extra, stopped = site_findings(look, planned(look), is_new)
    found = findings_of(look, since)
    for r in planned(look):
        of_round = found.pop(r.day, []) + extra.get(r.day, [])
        if of_round or is_new(r):
            print_round(report, look, r, of_round)
    for _, rest in sorted(found.items(), key=lambda item: item[0] or ""):
        for level, text in rest:
            report.text(level, text)
    check_codes(look, report, args.code)
    if stopped:
        raise stopped
    look.folder.write("reported", str(look.record.tree.size).encode("ascii"))


def read_seen(folder):
    """Up to which line the last look told its notices."""
    data = folder.read("reported") or b"0"
    return int(data) if re.fullmatch(b"[0-9]{1,15}", data) else 0


def check_one_round(args, report):
    day, look = read_day(args.date), look_at(args)
    see(look, report)
    r = look.replay.rounds.get(day)
    if r is None or not r.policy:
        report.line("notice", "round.none", day=day)
        return
    extra, stopped = site_findings(look, [r], lambda r: True)
    r = look.replay.rounds[day]
    print_round(report, look, r, findings_of(look, 0).get(day, []) + extra.get(day, []))
    for code in sorted(r.quota):
        report.plain(sentence("shop", code=code, **r.figures(code)))
    if r.published_at:
        report.plain(sentence("sample", rows=" ".join("%s-%d" % row for row in sample_at_publishing(look, r))))
    check_codes(look, report, ["%s=%s" % (day, code) for code in args.code or []])
    if stopped:
        raise stopped


def sample_at_publishing(look, r):
    """The ten bookings that the published root chooses among those that were live then."""
    then = Replay(look.rules)
    for entry in look.record.entries[:r.published_at]:
        then.step(entry)
    live = [(code, serial) for code, serials in then.rounds[r.day].serials.items() for serial, (status, _) in serials.items() if status in (BOOKED, MOVED)]
    return sample_of(look.record.root_at(r.published_at), live, 10)


def draw(args, report):
    day, look = read_day(args.date), look_at(args)
    see(look, report)
    r = look.replay.rounds.get(day)
    if r is None or r.seed is None:
        report.line("notice", "draw.none", day=day)
        return
    rules = look.rules(day, r.policy)
    report.plain(sentence("draw.text"))
    report.plain("".join("  %s\n" % clean(line, 2000) for line in look.replay.seed_text(r, rules).splitlines()).rstrip("\n"))
    report.plain(sentence("draw.seed", seed=r.seed.hex()))
    for code, by in r.cuts.items():
        for persons, cut in by.items():
            report.plain(sentence("draw.cut", code=code, persons=persons, cut="-" if cut is None else to_b64u(cut)))
    for place, (index, code, serial) in enumerate(r.wins, 1):
        application = r.applications[index]
        rank = rank_of(r.seed, index, application["tickets"])
        report.plain(sentence("draw.win", place=place, index=index, rank=to_b64u(rank), code=code, serial=serial, persons=application["persons"]))
    found = findings_of(look, 0).get(day, [])
    level = worst_of(found)
    report.line(level, "draw.bad" if level == "fault" else "draw.good", day=day, applications=len(r.standing()), wins=len(r.wins))
    for _, text in found:
        report.plain("       - " + text)
    if args.apply is not None:
        application = r.applications.get(args.apply)
        if application is None or args.apply in r.excluded:
            report.line("notice", "draw.not", index=args.apply)
            return
        won = own_result(r.seed, application, r.cuts)
        rank = to_b64u(rank_of(r.seed, args.apply, application["tickets"]))
        report.line("good", "draw.won" if won else "draw.lost", index=args.apply, rank=rank, code=won)


def check_list(args, report):
    if args.date is None:
        return check_kept_list(args, report)
    day, look = read_day(args.date), look_at(args)
    see(look, report)
    r = look.replay.rounds.get(day)
    if r is None or args.shop not in r.lists:
        report.line("notice", "list.none", day=day, code=args.shop)
        return
    r.lists = {args.shop: r.lists[args.shop]}
    found = [x for x in look.check_lists(r)]
    for level, key, particulars in found:
        report.line(level, key, **particulars)
    if not found:
        rows, _, index = r.lists[args.shop]
        report.line("good", "list.good", day=day, code=args.shop, rows=rows, line=index)


def check_kept_list(args, report):
    try:
        page = read_json(read_file(args.url, 1 << 25).encode("utf-8"))
        rows = list_of_page(page)
        want = args.root or page.get("root")
    except Refused as e:
        report.line("fault", "note.bad", file=args.url, why=reason(e))
        return
    root = to_b64u(list_root(rows))
    if want is not None and want != root:
        report.line("fault", "list.other", root=root, want=want)
    else:
        report.line("good", "list.kept", rows=len(rows), root=root)


def receipt(args, report):
    text, keys = read_file(args.file), read_keys(args.key)
    try:
        # The personal proof page's JSON holds the receipt among other things.
        r = read_receipt(take(read_json(text.encode("utf-8")), "receipt", str) if text.startswith("{") else text, keys)
    except Refused as e:
        report.line("fault", "receipt.bad", why=reason(e))
        return
    entry = r.entry.decode("ascii")
    if read_entry(r.entry)[0] == "?":
        report.line("notice", "receipt.unknown", entry=entry)
    else:
        report.line("good", "receipt.good", line=r.index, size=r.checkpoint.size, entry=entry, code=code_of(r.checkpoint.text))
    if args.person:
        try:
            persons = [id_commitment(from_b64u(salt, 16), number, name) for salt, number, name in args.person]
            is_theirs = r.salt is not None and entry.rpartition(" ")[2] == to_b64u(who_hash(r.salt, persons))
        except Refused:
            is_theirs = False
        report.line("good" if is_theirs else "fault", "receipt.person" if is_theirs else "receipt.other")
    if args.url:
        join(Site(args.url), r.checkpoint, present(Site(args.url), keys), report)


def present(site, keys):
    found = fetch_checkpoint(site, keys)
    if found is None:
        raise CouldNotLook("net.missing", path="/log/checkpoint")
    return found[1]


def join(site, a, b, report):
    """Says whether two signed checkpoints are of one record; the site proves it where their sizes differ."""
    if a.origin != b.origin:
        report.line("notice", "strangers", a=a.origin, b=b.origin)
        return
    first, second = sorted((a, b), key=lambda c: c.size)
    about = {"first": first.size, "second": second.size, "a": code_of(first.text), "b": code_of(second.text)}
    if first.size == second.size:
        if first.root == second.root:
            report.line("good", "same", size=first.size, code=about["a"])
        else:
            report.line("fault", "split", size=first.size, a=about["a"], b=about["b"])
    elif site is None:
        raise CouldNotLook("url.needed")
    elif fetch_consistency(site, first, second):
        report.line("good", "grown", **about)
    else:
        report.line("fault", "proof.bad", **about)


def checkpoint_of(place, keys):
    """The checkpoint of a file with a note or a receipt, or of a website."""
    if re.match("https?://", place):
        return present(Site(place), keys)
    text = read_file(place)
    if text.startswith("c2sp.org/tlog-proof@v1\n"):
        return read_receipt(text, keys).checkpoint
    return read_checkpoint(text, keys)


def compare(args, report):
    keys, found = read_keys(args.key), []
    for place in (args.a, args.b):
        try:
            found.append(checkpoint_of(place, keys))
        except Refused as e:
            report.line("fault", "note.bad", file=place, why=reason(e))
    if len(found) == 2:
        join(Site(args.url) if args.url else None, found[0], found[1], report)


PKCS8_HEAD = bytes.fromhex("308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420")
SEC1_HEAD = bytes.fromhex("30770201010420")


def read_secret(path):
    """(secret, name or None) of a P-256 private key as this program or openssl (genpkey, ecparam) writes it."""
    text = read_file(path)
    name = re.search(r"^name (\S+)$", text, re.MULTILINE)
    for block in re.findall(r"-----BEGIN (?:EC )?PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END", text):
        try:
            data = base64.b64decode("".join(block.split()))
        except binascii.Error:
            continue
        for head in (PKCS8_HEAD, SEC1_HEAD):
            secret = int.from_bytes(data[len(head):len(head) + 32], "big")
            if data.startswith(head) and 0 < secret < N and spki_of(secret)[-64:] == data[-64:]:
                return secret, name and name.group(1)
    raise CouldNotLook("key.file", file=path)


def new_secret(path, name):
    """Makes a key and writes it to a new file that only its owner reads."""
    secret = secrets.randbelow(N - 1) + 1
    data = PKCS8_HEAD + secret.to_bytes(32, "big") + bytes.fromhex("a144034200") + spki_of(secret)[-65:]
    text = base64.encodebytes(data).decode("ascii").replace("\n", "")
    lines = "".join(text[i:i + 64] + "\n" for i in range(0, len(text), 64))
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as f:
            f.write("name %s\n-----BEGIN PRIVATE KEY-----\n%s-----END PRIVATE KEY-----\n" % (name, lines))
    except OSError as e:
        raise CouldNotLook("file", file=path, why=e.strerror)
    return secret


def fetch_marks(site):
    """The notes of the newest marks; by the days of two weeks where the site does not give them without a day."""
    status, body = site.ask("/log/marks", 1 << 24)
    pages = [body]
    if status != 200:
        today = datetime.date(1970, 1, 1) + datetime.timedelta(days=int(time.time() + 8 * 3600) // 86400)
        days = [today + datetime.timedelta(days=n) for n in range(-13, 2)]
        pages = [page for page in (site.get("/log/marks?date=%s" % day, 1 << 20) for day in days) if page is not None]
    return [take(mark, "note", str) for page in pages for mark in take(read_json(page), "marks", list)]


def read_witnessed(folder):
    """The checkpoint that was signed last, or None."""
    note = folder.read("witnessed")
    if note is None:
        return None
    try:
        origin, size, root, text = split_note(note.decode("utf-8"))[0]
        return Checkpoint(origin, size, root, [], text)
    except (Refused, UnicodeDecodeError):
        raise CouldNotLook("file", file=os.path.join(folder.path, "witnessed"), why="?")


def witness(args, report):
    if args.new:
        if not re.fullmatch(r"[^\s+]+", args.name or ""):
            raise CouldNotLook("key.name", name=args.name or "")
        secret = new_secret(args.sign, args.name)
        report.line("good", "witness.key", file=args.sign)
        report.plain(vkey_text(args.name, WITNESS_KIND, spki_of(secret)))
        return
    secret, name = read_secret(args.sign)
    name = args.name or name
    if not re.fullmatch(r"[^\s+]+", name or ""):
        raise CouldNotLook("key.name", name=name or "")
    keys, site = read_keys(args.key), Site(args.url or "")
    folder = Folder(args.state or os.path.dirname(os.path.abspath(args.sign)))
    last = read_witnessed(folder)
    try:
        marks = sorted(((read_checkpoint(note, keys), note) for note in fetch_marks(site)), key=lambda pair: pair[0].size)
    except Refused as e:
        report.line("fault", "log.refused", why=reason(e))
        return
    signed = 0
    for mark, note in marks:
        if last is not None:
            if mark.origin != last.origin:
                report.line("fault", "log.origin", old=last.origin, new=mark.origin)
                return
            if mark.size < last.size or (mark.size == last.size and mark.root == last.root):
                continue
            if not fetch_consistency(site, last, mark):
                report.line("fault", "proof.bad", first=last.size, second=mark.size, a=code_of(last.text), b=code_of(mark.text))
                return
        # Kept before it is signed: whatever happens then, nothing else of this size is ever signed.
        folder.write("witnessed", note.encode("utf-8"))
        last = mark
        signed += 1
        line = countersign(secret, name, mark.text, int(time.time()))
        status, body = site.ask("/log/cosignatures", 1 << 16, ("%d\n%s" % (mark.size, line)).encode("utf-8"))
        if status in (200, 204):
            report.line("good", "witness.signed", size=mark.size, code=code_of(mark.text))
        else:
            try:
                why = take(read_json(body), "code", str)
            except Refused:
                why = str(status)
            report.line("notice", "witness.refused", size=mark.size, why=why)
    if not signed:
        report.line("good", "witness.nothing", size=last.size if last else 0)


def vectors(args, report):
    passed = failed = 0
    for path in args.files:
        try:
            cases = take(read_json(read_file(path, 1 << 27).encode("utf-8")), "cases", list)
        except Refused as e:
            raise CouldNotLook("net.strange", path=path, why=reason(e))
        for case in cases:
            if json.loads(json.dumps(answer_example(case))) == case["expected"]:
                passed += 1
            else:
                failed += 1
                report.line("fault", "vectors.differs", id=case.get("id", "?"))
    report.line("fault" if failed else "good", "vectors", passed=passed, failed=failed)

# ------------------------------------------------------------------------------------------------ 13 published examples


def replay_example(given):
    rules = given.get("rules") or {}
    replay = Replay(lambda day, policy: rules.get(day))
    for entry in given["entries"]:
        replay.step(entry.encode("utf-8"))
    return {
        "findings": [[f.index, f.code] for f in replay.findings if f.code[0] != "W"],
        "figures": {day: {code: r.figures(code) for code in sorted(r.quota)} for day, r in replay.rounds.items() if r.policy},
    }


def who_example(given):
    commitments = [id_commitment(from_b64u(p["proofSalt"], 16), p["idNumber"], p["name"]) for p in given["persons"]]
    key = from_b64u(given["roundKey"], 32)
    salt = hmac256(key, "salt " + given["number"])
    return {"idCommitments": [to_b64u(c) for c in commitments], "salt": to_b64u(salt), "who": to_b64u(who_hash(salt, commitments)),
            "roundKeyHash": to_b64u(round_key_hash(key))}


def list_example(given):
    key = from_b64u(given["roundKey"], 32)
    rows = [list_row(r["serial"], r["name"], r["idNumber"], r["startsAt"], r["endsAt"], row_salt(key, given["code"], r["serial"])) for r in given["rows"]]
    return {"rows": rows, "root": to_b64u(list_root(rows))}


def append_example(given):
    tree, leaves = Tree(given["size"], [from_b64u(h) for h in given["frontier"]]), [leaf_hash(e.encode("utf-8")) for e in given["entries"]]
    paths = paths_of_new(tree.size, tree.frontier, leaves)
    for leaf in leaves:
        tree.add(leaf)
    return {"size": tree.size, "frontier": [to_b64u(h) for h in tree.frontier], "root": to_b64u(tree.root()),
            "paths": [[to_b64u(h) for h in path] for path in paths]}


def commit_example(given):
    commitment = share_commitment(given["origin"], given["date"], given["party"], from_b64u(given["share"], 32))
    message = commit_message(given["origin"], given["date"], given["party"], commitment)
    return {"commitment": to_b64u(commitment), "valid": verify(from_b64u(given["key"]), message, from_b64u(given["signature"]))}


def seed_example(given):
    shares = [(party, None if share is None else from_b64u(share, 32)) for party, share in given["shares"]]
    text = seed_text(given["origin"], given["date"], given["size"], from_b64u(given["root"], 32), shares, given["source"], given["value"])
    return {"text": text, "seed": to_b64u(sha256(text.encode("utf-8")))}


def allocate_example(given):
    wins, cuts = allocate(from_b64u(given["seed"], 32), given["applications"], given["places"], given["persons"])
    return {"wins": [list(w) for w in wins],
            "cuts": {code: {str(n): None if cut is None else to_b64u(cut) for n, cut in by.items()} for code, by in cuts.items()}}


def own_example(given):
    cuts = {code: {int(n): None if cut is None else from_b64u(cut, 32) for n, cut in by.items()} for code, by in given["cuts"].items()}
    return {"code": own_result(from_b64u(given["seed"], 32), given["application"], cuts)}


def entry_example(given):
    data = given["entry"].encode("utf-8")
    kind, fields = read_entry(data)
    return {"kind": kind, "fields": list(fields), "leaf": to_b64u(leaf_hash(data))}


def checkpoint_example(given):
    c = read_checkpoint(given["note"], given["vkeys"])
    return {"origin": c.origin, "size": c.size, "root": to_b64u(c.root), "witnesses": c.witnesses, "code": code_of(c.text)}


def receipt_example(given):
    r = read_receipt(given["receipt"], given["vkeys"])
    return {"entry": r.entry.decode("ascii"), "index": r.index, "size": r.checkpoint.size, "salt": None if r.salt is None else to_b64u(r.salt)}


def consistency_example(given):
    return {"valid": proves_consistency(given["first"], from_b64u(given["firstRoot"]), given["second"], from_b64u(given["secondRoot"]),
                                        [from_b64u(h) for h in given["path"]])}


def inclusion_example(given):
    return {"valid": proves_inclusion(from_b64u(given["leaf"]), given["index"], given["size"], [from_b64u(h) for h in given["path"]], from_b64u(given["root"]))}


def bundle_example(given):
    entries = [e.encode("utf-8") for e in given["entries"]]
    return {"bundle": write_bundle(entries).hex(), "leaves": to_b64u(sha256(b"".join(leaf_hash(e) for e in read_bundle(write_bundle(entries)))))}


EXAMPLES = {
    "entry": entry_example, "root": lambda given: {"root": to_b64u(root_of(leaf_hash(e.encode("utf-8")) for e in given["entries"]))},
    "inclusion": inclusion_example, "consistency": consistency_example, "append": append_example,
    "tiles": lambda given: {"paths": tiles_of(given["size"])}, "bundle": bundle_example, "checkpoint": checkpoint_example,
    "code": lambda given: {"code": code_of(checkpoint_text(given["origin"], given["size"], from_b64u(given["root"])))},
    "who": who_example, "list": list_example, "receipt": receipt_example, "commit": commit_example, "seed": seed_example,
    "rank": lambda given: {"rank": to_b64u(rank_of(from_b64u(given["seed"], 32), given["index"], given["tickets"]))},
    "allocate": allocate_example, "own": own_example,
    "sample": lambda given: {"rows": [list(row) for row in sample_of(from_b64u(given["root"], 32), [tuple(r) for r in given["rows"]], given["count"])]},
    "replay": replay_example,
}


def answer_example(case):
    """What this program answers to an example; {"error": true} where it refuses."""
    try:
        return EXAMPLES[case["kind"]](case["input"])
    except (Refused, UnicodeEncodeError):
        return {"error": True}

# ------------------------------------------------------------------------------------------------ 14 the command line


class Arguments(argparse.ArgumentParser):
    def error(self, message):
        """As argparse does, but 2 is the exit code of a notice here."""
        self.print_usage(sys.stderr)
        self.exit(3, "%s: %s\n" % (self.prog, message))


def read_arguments(argv):
    top = Arguments(prog="check.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    commands.required = True

    def command(name, run, *places):
        parser = commands.add_parser(name)
        parser.set_defaults(run=run)
        parser.add_argument("--lang", choices=LANGUAGES, default="zh")
        for place in places:
            parser.add_argument(place)
        return parser

    def of_record(parser, needs_state=False, needs_key=True):
        parser.add_argument("--key", action="append", required=needs_key, metavar="VKEY", help="the record's verifier key, or a file of keys")
        parser.add_argument("--state", required=needs_state, metavar="DIR", help="a folder of its own that keeps the lines for the next time")
        parser.add_argument("--wait", type=float, default=5.0, metavar="SECONDS", help="how long to wait before looking again at what may still move")
        parser.add_argument("--max-lines", type=int, default=20000000, help="give up on a longer record")

    p = command("receipt", receipt, "file")
    p.add_argument("--key", action="append", required=True, metavar="VKEY")
    p.add_argument("--url", help="also prove that the record was only added to since")
    p.add_argument("--person", nargs=3, action="append", metavar=("SALT", "ID", "NAME"), help="also check whose line it is; once for each person, in order")
    p = command("round", check_one_round, "url", "date")
    of_record(p)
    p.add_argument("--code", action="append", help="what the shop's door shows")
    p = command("draw", draw, "url", "date")
    of_record(p)
    p.add_argument("--apply", type=int, metavar="LINE", help="the line of an application")
    p = command("list", check_list)
    p.add_argument("url", metavar="URL|FILE")
    p.add_argument("date", nargs="?")
    p.add_argument("shop", nargs="?")
    p.add_argument("--root", help="what a kept list must give")
    of_record(p, needs_key=False)
    p = command("monitor", monitor, "url")
    of_record(p, needs_state=True)
    p.add_argument("--code", action="append", metavar="[DAY=]CODE", help="what a shop's door shows")
    p.add_argument("--all", action="store_true", help="say everything again, not only what is new")
    p = command("witness", witness)
    p.add_argument("url", nargs="?")
    p.add_argument("--key", action="append", metavar="VKEY")
    p.add_argument("--sign", required=True, metavar="FILE", help="the witness's own private key")
    p.add_argument("--name", help="the witness's name, such as news.example/witness; a key that --new made knows it")
    p.add_argument("--state", metavar="DIR", help="what was signed last; the key's folder if left out")
    p.add_argument("--new", action="store_true", help="make the key and show its verifier key")
    p = command("compare", compare, "a", "b")
    p.add_argument("--key", action="append", required=True, metavar="VKEY")
    p.add_argument("--url", help="where the proof is fetched when the sizes differ")
    p = command("vectors", vectors)
    p.add_argument("files", nargs="+", metavar="FILE")
    args = top.parse_args(argv)
    if args.command == "list" and args.date and not (args.shop and args.key):
        top.error("list URL DATE SHOP --key VKEY")
    return args


def main(argv):
    global language
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    report, args = Report(), read_arguments(argv)
    language = LANGUAGES.index(args.lang)
    try:
        try:
            args.run(args, report)
        except Broken as e:
            report.text("fault", str(e))
            kept = e.keep(Folder(args.state)) if getattr(args, "state", None) else None
            if kept:
                report.plain("       " + sentence("log.evidence", file=kept))
    except CouldNotLook as e:
        # A fault that was already seen counts for more than what could not be looked at after it.
        print(sentence("cannot", why=e), file=sys.stderr)
        return 1 if report.worst == "fault" else 3
    except (KeyboardInterrupt, BrokenPipeError):
        return 3
    except Exception as e:  # an error of this program must not look like a finding
        print(sentence("cannot", why="%s: %s" % (type(e).__name__, e)), file=sys.stderr)
        return 3
    return report.exit_code()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
