"""A city's website for tests of tools/check.py, on 127.0.0.1. It builds its tree, tiles and notes by itself and can be told to cheat."""
import base64
import contextlib
import hashlib
import hmac
import http.server
import io
import json
import os
import subprocess
import sys
import threading
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools"))
sys.dont_write_bytecode = True

import check  # noqa: E402

CHECK = check.__file__
ORIGIN = "loudi.example/log"
SECRET, WITNESS_SECRET = 0x1234567890abcdef, 0xfedcba0987654321
VKEY = check.vkey_text(ORIGIN, b"\x02", check.spki_of(SECRET))
WITNESS_NAME = "news.example/witness"
DAY, NEXT = "2020-02-10", "2020-02-11"
OPENS, CLOSES = 1581332400, 1581343200
KEY = hashlib.sha256(b"round key").digest()


def b64(data):
    return base64.b64encode(data).decode()


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def sha_hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def tree_root(leaves):
    """RFC 6962 as it is written there: by halves."""
    if not leaves:
        return sha()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha(b"\x01", tree_root(leaves[:half]), tree_root(leaves[half:]))


def root_of(lines):
    return tree_root([sha(b"\x00", line.encode("utf-8")) for line in lines])


def consistency(leaves, first, is_whole=True):
    """RFC 6962, 2.1.2."""
    if first == len(leaves):
        return [] if is_whole else [tree_root(leaves)]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if first <= half:
        return consistency(leaves[:half], first, is_whole) + [tree_root(leaves[half:])]
    return consistency(leaves[half:], first - half, False) + [tree_root(leaves[:half])]


def inclusion(leaves, index):
    """RFC 6962, 2.1.1."""
    if len(leaves) <= 1:
        return []
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if index < half:
        return inclusion(leaves[:half], index) + [tree_root(leaves[half:])]
    return inclusion(leaves[half:], index - half) + [tree_root(leaves[:half])]


def der(signature):
    parts = b""
    for part in (signature[:32], signature[32:]):
        part = part.lstrip(b"\x00")
        part = b"\x00" + part if part[0] > 0x7f else part
        parts += bytes([2, len(part)]) + part
    return bytes([0x30, len(parts)]) + parts


def signed_note(origin, lines, size=None):
    text = "%s\n%d\n%s\n" % (origin, len(lines) if size is None else size, b64(root_of(lines)))
    spki = check.spki_of(SECRET)
    return text + "\n\u2014 %s %s\n" % (origin, b64(sha(spki)[:4] + der(check.sign(SECRET, text.encode()))))


def code_of(lines):
    text = "%s\n%d\n%s\n" % (ORIGIN, len(lines), b64(root_of(lines)))
    code = base64.b32encode(sha(b"wechatmask code v1\n", text.encode())).decode()[:12]
    return "-".join((code[:4], code[4:8], code[8:]))


def hash_text(text):
    return b64u(sha(text.encode()))


POLICY = json.dumps({"name": "first come"}).encode()


def list_rows(code, count):
    rows = []
    for serial in range(1, count + 1):
        salt = sha_hmac(KEY, "row %s %d" % (code, serial))[:16]
        rows.append([serial, "\u5f20*", "**************%04d" % serial, CLOSES + 40000, CLOSES + 41800, b64u(salt)])
    return rows


def list_root(rows):
    return b64u(root_of(["\t".join(str(cell) for cell in row) for row in rows]))


def opening():
    """A record up to the opening of its first round: two shops with three places each."""
    key_hash = b64u(sha(b"wechatmask round key v1\n", KEY))
    return [
        "log 1 %s 1581242400 00000000" % ORIGIN,
        "policy 2020-02-01 %s 1581246000" % b64u(sha(POLICY)),
        "round %s %s fcfs 5 %s %s 1581325200" % (DAY, NEXT, b64u(sha(POLICY)), key_hash),
        "window %s 1 %d %d 1581325200" % (DAY, OPENS, CLOSES),
        "quota %s LD01 1 3 0 1581325200" % DAY,
        "quota %s LD02 1 3 0 1581325200" % DAY,
    ]


def book(code, serial, at):
    return "book %s %s 1 %d %d %s" % (DAY, code, serial, at, hash_text("%s %d" % (code, serial)))


def bookings():
    return [book("LD01", 1, OPENS + 1), book("LD02", 1, OPENS + 2), book("LD01", 2, OPENS + 3), book("LD01", 3, OPENS + 9)]


def publishing(counts=(3, 1)):
    lists = {code: list_rows(code, count) for code, count in zip(("LD01", "LD02"), counts)}
    lines = ["close %s time %d" % (DAY, CLOSES)]
    lines += ["list %s %s %d %s" % (DAY, code, len(rows), list_root(rows)) for code, rows in lists.items()]
    return lines + ["publish %s %d" % (DAY, CLOSES + 5)], {(DAY, code): rows for code, rows in lists.items()}


class City:
    """The website. What a test changes here is what strangers see from then on."""

    def __init__(self):
        self.lines, self.signed, self.lists, self.books, self.marks = [], None, {}, {}, []
        self.note = None  # a note to serve instead of the honest one
        self.documents = {b64u(sha(POLICY)): POLICY}
        self.answers = {}  # path: (status, headers, body), served before anything else
        self.cosignatures, self.asked, self.witnessed = [], [], None
        city = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each answer waits for the client's acknowledgement of its head

            def do_GET(self):
                city.asked.append(self.path)
                self.reply(*city.answer(self.path))

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                city.cosignatures.append(body)
                self.reply(*city.answers.get(self.path, (204, {}, b"")))

            def reply(self, status, headers, body):
                try:
                    if callable(body):
                        return body(self)
                    self.send_response(status)
                    for name, value in dict({"Content-Length": str(len(body))}, **headers).items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def mark(self, kind="published", size=None):
        lines = self.lines[:size]
        self.marks.append({"date": DAY, "kind": kind, "size": len(lines), "code": code_of(lines), "note": signed_note(ORIGIN, lines)})

    def figures(self, **by_code):
        """The page of reconciliation: LD01=(places, left, booked, redeemed, lapsed, cancelled) …"""
        names = ("places", "left", "booked", "redeemed", "lapsed", "cancelled")
        self.books[DAY] = {"date": DAY, "pharmacies": [dict(zip(names, f), code=code, name="\u836f\u5e97") for code, f in by_code.items()]}

    def answer(self, path):
        if path in self.answers:
            return self.answers[path]
        parts = urllib.parse.urlsplit(path)
        query = dict(urllib.parse.parse_qsl(parts.query))
        found = self.found(parts.path, query)
        if found is None:
            return 404, {}, json.dumps({"code": "not_found"}).encode()
        if isinstance(found, bytes):
            return 200, {}, found
        return 200, {"Content-Type": "application/json"}, json.dumps(found).encode()

    def found(self, path, query):
        leaves = [sha(b"\x00", line.encode("utf-8")) for line in self.lines]
        if path == "/log/checkpoint":
            return (self.note or signed_note(ORIGIN, self.lines)).encode()
        if path == "/log/checkpoint/witnessed":
            return self.witnessed
        if path == "/log/marks":
            return {"marks": [m for m in self.marks if query.get("date") in (None, m["date"])]}
        if path == "/log/consistency":
            first, second = int(query["from"]), int(query["to"])
            return None if second > len(leaves) else {"from": first, "to": second, "path": [b64u(h) for h in consistency(leaves[:second], first)]}
        if path.startswith("/log/docs/"):
            return self.documents.get(path[10:])
        if path.startswith("/log/tile/entries/"):
            name, _, width = path[18:].partition(".p/")
            number = int(name.replace("/", "").replace("x", ""))
            lines = self.lines[256 * number:256 * number + int(width or 256)]
            return b"".join(len(e.encode("utf-8")).to_bytes(2, "big") + e.encode("utf-8") for e in lines) if len(lines) == int(width or 256) else None
        if path.endswith("/list"):
            day, code = path.split("/")[4], query["pharmacy"]
            if (day, code) not in self.lists:
                return None
            rows = self.lists[day, code]
            index = next(i for i, line in enumerate(self.lines) if line.startswith("list %s %s " % (day, code)))
            return {"date": day, "pharmacyCode": code, "root": self.lines[index].split(" ")[4], "logIndex": index, "entries": [
                {"serial": r[0], "name": r[1], "idNumber": r[2], "status": "booked", "rowSalt": r[5],
                 "slot": {"startsAt": iso(r[3]), "endsAt": iso(r[4])}} for r in rows]}
        if path.startswith("/api/public/rounds/"):
            return self.books.get(path[19:])
        return None


def iso(second):
    import datetime
    zone = datetime.timezone(datetime.timedelta(hours=8))
    return datetime.datetime.fromtimestamp(second, zone).isoformat()


def honest_city():
    """A city whose first round is published."""
    city = City()
    more, city.lists = publishing()
    city.lines = opening() + bookings() + more
    city.mark()
    city.figures(LD01=(3, 0, 3, 0, 0, 0), LD02=(3, 2, 1, 0, 0, 0))
    return city


def run(*args):
    """(exit code, output, errors) of the program's main, in this process since there are many."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = check.main(list(args))
        except SystemExit as e:
            code = e.code
    return code, out.getvalue(), err.getvalue()


def run_alone(*args):
    """The same as a process of its own, as strangers start it."""
    env = dict(os.environ, PYTHONIOENCODING="utf-8", PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run([sys.executable, CHECK] + list(args), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, timeout=120)
    return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


PARTIES = {"bureau": 11, "notary": 12, "citizen": 13}
SHARES = {party: sha(party.encode()) for party in PARTIES}
DICE = ".".join("31625541623315624413652216")
DRAW_POLICY = json.dumps({"allocation": {
    "mode": "draw", "preferences": 1, "persons": 1, "extraTickets": 0, "quorum": 2, "beacon": "dice", "revealBy": "22:30", "drawBy": "23:00",
    "parties": [{"id": party, "name": party, "kind": party, "key": b64u(check.spki_of(secret))} for party, secret in PARTIES.items()]}}).encode()


def signed_text(party, *lines):
    return b64u(check.sign(PARTIES[party], "".join(line + "\n" for line in lines).encode()))


def drawn_city(applications=8):
    """A city whose round is a draw of three places at one shop, by section 8's words: ranks, winners and cuts are worked out here."""
    city = City()
    city.documents = {b64u(sha(DRAW_POLICY)): DRAW_POLICY}
    lines = [line for line in opening() if "LD02" not in line]
    lines = [line.replace(b64u(sha(POLICY)), b64u(sha(DRAW_POLICY))).replace("fcfs", "draw") for line in lines]
    for party in PARTIES:
        commitment = b64u(sha(b"wechatmask share v1\n%s\n%s\n%s\n" % (ORIGIN.encode(), DAY.encode(), party.encode()), SHARES[party]))
        lines.append("commit %s %s %s %s" % (DAY, party, commitment, signed_text(party, "wechatmask commit v1", ORIGIN, DAY, party, commitment)))
    indexes = []
    for n in range(applications):
        indexes.append(len(lines))
        lines.append("apply %s 1 LD01 1 %d %s" % (DAY, OPENS + n, hash_text("application %d" % n)))
    lines.append("seal %s %d %d" % (DAY, applications, CLOSES))
    sealed = len(lines), b64u(root_of(lines))
    lines += ["reveal %s %s %s" % (DAY, party, b64u(SHARES[party])) for party in ("bureau", "citizen")]
    lines.append("beacon %s dice %s" % (DAY, DICE))
    lines += ["attest %s %s %s" % (DAY, party, signed_text(party, "wechatmask beacon v1", ORIGIN, DAY, "dice", DICE)) for party in ("notary", "citizen")]
    text = "wechatmask seed v1\n%s\n%s\n%d\n%s\nbureau %s\nnotary -\ncitizen %s\nbeacon dice %s\n" % (
        ORIGIN, DAY, sealed[0], sealed[1], b64u(SHARES["bureau"]), b64u(SHARES["citizen"]), DICE)
    seed = sha(text.encode())
    ranked = sorted((sha_hmac(seed, "rank %d 0" % index), index) for index in indexes)
    lines.append("draw %s %s" % (DAY, b64u(seed)))
    lines += ["win %s %d LD01 %d" % (DAY, index, serial) for serial, (_, index) in enumerate(ranked[:3], 1)]
    lines.append("cut %s LD01 1 %s" % (DAY, b64u(ranked[2][0]) if applications >= 3 else "-"))
    rows = list_rows("LD01", 3)
    city.lists = {(DAY, "LD01"): rows}
    lines += ["list %s LD01 3 %s" % (DAY, list_root(rows)), "publish %s %d" % (DAY, CLOSES + 4000)]
    city.lines, city.ranked, city.seed_text = lines, ranked, text
    city.figures(LD01=(3, 0, 3, 0, 0, 0))
    return city
