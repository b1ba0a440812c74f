"""The rules of tools/check.py: published examples, the same with a mistake in them, and every code of the replay."""
import hashlib
import json
import os
import unittest

import city
from city import DAY, OPENS, b64u, book, bookings, check, hash_text, opening, publishing

VECTORS = os.environ.get("CHECK_VECTORS") or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "WeChatMask.Tests", "Vectors", "public_log.json")

with open(VECTORS, encoding="utf-8") as f:
    CASES = json.load(f)["cases"]


def cases_of(kind):
    return [case for case in CASES if case["kind"] == kind]


def case_of(name):
    return next(case for case in CASES if case["id"] == name)


class PublishedExamples(unittest.TestCase):
    def test_every_example_gives_what_is_published(self):
        for case in CASES:
            with self.subTest(case["id"]):
                self.assertEqual(case["expected"], json.loads(json.dumps(check.answer_example(case))))

    def test_every_kind_has_an_example(self):
        self.assertEqual(set(check.EXAMPLES), {case["kind"] for case in CASES})

    def test_a_note_or_receipt_with_one_character_changed_is_refused_or_loses_what_was_changed(self):
        for name, step in (("checkpoint-log-and-witness", 7), ("receipt-good", 11)):
            case = case_of(name)
            member = "note" if "note" in case["input"] else "receipt"
            text = case["input"][member]
            # What nothing vouches for: a witness under another name, a line of an unknown key, a salt.
            free = {"note": ("witnesses",), "receipt": ("salt",)}[member]
            for at in range(0, len(text), step):
                changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:]
                got = check.answer_example({"kind": case["kind"], "input": dict(case["input"], **{member: changed})})
                with self.subTest(name, at=at):
                    self.assertTrue(got == {"error": True} or all(got[k] == v for k, v in case["expected"].items() if k not in free))
            self.assertEqual(case["expected"], check.answer_example(case))

    def test_a_proof_with_one_hash_changed_missing_or_too_many_proves_nothing(self):
        for name in ("inclusion-good", "consistency-good"):
            case = case_of(name)
            path = case["input"]["path"]
            others = [path[:i] + [path[i - 1]] + path[i + 1:] for i in range(len(path))] + [path[:-1], path[1:], path + path[-1:], []]
            for other in others:
                with self.subTest(name, path=other):
                    self.assertEqual({"valid": False}, check.EXAMPLES[case["kind"]](dict(case["input"], path=other)))

    def test_all_proofs_of_small_trees_hold_and_hold_for_nothing_else(self):
        leaves = [city.sha(bytes([n])) for n in range(20)]
        for size in range(1, 20):
            root = city.tree_root(leaves[:size])
            self.assertEqual(root, check.root_of(leaves[:size]))
            for index in range(size):
                path = city.inclusion(leaves[:size], index)
                self.assertEqual([i for i in range(size + 1) if check.proves_inclusion(leaves[index], i, size, path, root)], [index])
            for first in range(size + 1):
                path = city.consistency(leaves[:size], first) if first else []
                old = city.tree_root(leaves[:first])
                self.assertTrue(check.proves_consistency(first, old, size, root, path))
                self.assertFalse(check.proves_consistency(first, city.sha(b"x"), size, root, path))
                self.assertFalse(check.proves_consistency(size + 1, root, size, root, path))
            frontier = check.Tree()
            for leaf in leaves[:size]:
                frontier.add(leaf)
            expected = [city.inclusion(leaves, i) for i in range(size, 20)]
            self.assertEqual(expected, check.paths_of_new(size, frontier.frontier, leaves[size:]))


class Signatures(unittest.TestCase):
    """RFC 6979, A.2.5, and what a careless program accepts."""

    SECRET = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
    POINT = ("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
             "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299")
    KNOWN = {
        b"sample": "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
        b"test": "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
    }

    def setUp(self):
        self.spki = check.SPKI_HEAD + bytes.fromhex(self.POINT)

    def test_keys_and_signatures_are_the_known_ones(self):
        self.assertEqual(self.spki, check.spki_of(self.SECRET))
        for message, known in self.KNOWN.items():
            self.assertEqual(known, check.sign(self.SECRET, message).hex().upper())
            self.assertTrue(check.verify(self.spki, message, bytes.fromhex(known)))
            self.assertFalse(check.verify(self.spki, message + b"x", bytes.fromhex(known)))

    def test_the_other_half_of_the_signature_is_as_good(self):
        r, s = self.parts()
        self.assertTrue(self.verifies(r, check.N - s))

    def test_numbers_outside_the_group_are_refused(self):
        r, s = self.parts()
        for bad in ((0, s), (r, 0), (0, 0), (r + check.N, s), (check.N, s), (r, check.N), (2 ** 256 - 1, s), (r, 2 ** 256 - 1)):
            if max(bad) < 2 ** 256:
                self.assertFalse(self.verifies(*bad), bad)
        self.assertFalse(check.verify(self.spki, b"sample", bytes(63)))
        self.assertFalse(check.verify(self.spki, b"sample", bytes(65)))

    def test_keys_beside_the_base_point_work_too(self):
        for secret in (1, 2, check.N - 1, check.N - 2):
            signature = check.sign(secret, b"sample")
            self.assertTrue(check.verify(check.spki_of(secret), b"sample", signature))
            self.assertFalse(check.verify(check.spki_of(secret), b"other", signature))

    def test_a_sum_that_is_the_point_at_infinity_is_no_signature(self):
        # u·G + v·Q = 0 for r = -hash / secret.
        digest = int.from_bytes(hashlib.sha256(b"sample").digest(), "big")
        r = -digest * pow(self.SECRET, check.N - 2, check.N) % check.N
        self.assertFalse(self.verifies(r, 1))

    def test_keys_that_are_no_points_are_refused(self):
        good = bytes.fromhex(self.KNOWN[b"sample"])
        x, y = self.spki[27:59], self.spki[59:]
        p = check.P.to_bytes(32, "big")
        for bad in (x + bytes(32), bytes(64), y + x, x + y[:-1] + bytes([y[-1] ^ 1]), p + y, x + p, (int.from_bytes(x, "big") | 1 << 255).to_bytes(32, "big") + y):
            self.assertIsNone(check.read_spki(check.SPKI_HEAD + bad))
            self.assertFalse(check.verify(check.SPKI_HEAD + bad, b"sample", good))
        for bad in (self.spki[:-1], self.spki + b"\0", b"\x31" + self.spki[1:], self.spki[:26] + b"\x02" + x + bytes(32), b""):
            self.assertFalse(check.verify(bad, b"sample", good))

    def test_only_the_shortest_der_is_read(self):
        r, s = (n.to_bytes(32, "big") for n in self.parts())
        good = city.der(r + s)
        self.assertEqual(r + s, check.read_der(good))
        body = good[2:]
        self.assertEqual(bytes(31) + b"\1" + bytes(31) + b"\2", check.read_der(bytes.fromhex("3006020101020102")))
        bad = [
            good[:-1], good + b"\0", b"\x30\x81" + good[1:], b"\x31" + good[1:], b"\x30" + bytes([len(body) + 1]) + body + b"\0",
            b"\x30\x80" + body + b"\0\0", b"", b"\x30", b"\x30\x00", bytes.fromhex("30070202000102 0101"), bytes.fromhex("3006028101010201"),
            bytes.fromhex("3006020181020101"), bytes.fromhex("30050200020101"), bytes.fromhex("300603010102 0101"), bytes.fromhex("3008020101020101 0500"),
            b"\x30\x26\x02\x21\x01" + bytes(32) + b"\x02\x01\x01", b"\x30\x27\x02\x22\x00\x80" + bytes(32) + b"\x02\x01\x01",
        ]
        for data in bad:
            with self.subTest(data.hex()), self.assertRaises(check.Refused):
                check.read_der(data)

    def parts(self):
        known = bytes.fromhex(self.KNOWN[b"sample"])
        return int.from_bytes(known[:32], "big"), int.from_bytes(known[32:], "big")

    def verifies(self, r, s):
        return check.verify(self.spki, b"sample", r.to_bytes(32, "big") + s.to_bytes(32, "big"))


class Notes(unittest.TestCase):
    LINES = opening()

    def setUp(self):
        self.note = city.signed_note(city.ORIGIN, self.LINES)
        self.text, self.line = self.note.split("\n\n")[0] + "\n", self.note.split("\n\n")[1]

    def read(self, note, *vkeys):
        return check.read_checkpoint(note, [city.VKEY] + list(vkeys))

    def refused(self, *notes):
        for note in notes:
            with self.subTest(note=note[:300]), self.assertRaises(check.Refused):
                self.read(note)

    def resigned(self, text):
        """Any text under a good signature."""
        spki = check.spki_of(city.SECRET)
        return text + "\n\u2014 %s %s\n" % (city.ORIGIN, city.b64(city.sha(spki)[:4] + city.der(check.sign(city.SECRET, text.encode()))))

    def test_a_good_note_is_read(self):
        self.assertEqual((city.ORIGIN, 6, city.root_of(self.LINES)), self.read(self.note)[:3])

    def test_signed_nonsense_is_refused(self):
        root = city.b64(city.sha())
        for text in ("o\n", "%s\n06\n%s\n" % (city.ORIGIN, root), "%s\n-1\n%s\n" % (city.ORIGIN, root), "%s\n+1\n%s\n" % (city.ORIGIN, root),
                     "%s\n1000000000000000\n%s\n" % (city.ORIGIN, root), "%s\n\u0661\n%s\n" % (city.ORIGIN, root), "%s\n1 \n%s\n" % (city.ORIGIN, root),
                     "%s\n6\n%s\nextension\n" % (city.ORIGIN, root), "%s\n6\n%s\n" % (city.ORIGIN, root[:-1]), "%s\n6\n%s\n" % (city.ORIGIN, root[:-2] + "9="),
                     "%s\n6\n%s\n" % (city.ORIGIN, city.b64(bytes(31))), "%s\n6\n%s\n" % (city.ORIGIN, b64u(city.sha())), "%s\r\n6\r\n%s\r\n" % (city.ORIGIN, root),
                     "\n6\n%s\n" % root, "other/log\n6\n%s\n" % root):
            self.refused(self.resigned(text))
        self.read(self.resigned("%s\n999999999999999\n%s\n" % (city.ORIGIN, root)))
        self.read(self.resigned("%s\n0\n%s\n" % (city.ORIGIN, root)))

    def test_a_note_of_another_form_is_refused(self):
        self.refused(
            "", "\n", self.text, self.text + "\n", self.note[:-1], self.note + "\n", self.note.replace("\n", "\r\n"), self.note.replace("\n\n", "\n"),
            self.note.replace("\u2014", "-"), self.note.replace("\u2014 ", "\u2014"), self.note.replace(city.ORIGIN + " ", city.ORIGIN + "  "),
            self.note[:-1] + "=\n", self.note[:-1] + " \n", self.note + "nonsense\n", self.note + "\u2014 a b\n", self.note + "\u2014 a+b AAAAAAA=\n",
            self.note + "\u2014 a AAAAAA==\n", self.note + "\t\n", "\ufeff" + self.note, self.note + "\u2014 a AAAAAAA=", self.note + "\u2014 a AAAAAAA==", "\udcff" + self.note,
            self.note + "\u2014 a\x01b AAAAAAA=\n", self.note + "\u2014 a\x00 AAAAAAA=\n")
        self.read(self.note + "\u2014 a\x7fb\u00e9 AAAAAAA=\n")

    def test_lines_of_unknown_keys_are_passed_over_up_to_the_limit(self):
        self.read(self.note + "\u2014 a AAAAAAA=\n" * 40)
        self.read(self.text + "\n" + "\u2014 a AAAAAAA=\n" * 16 + self.line)
        room = 65536 - len(self.note.encode()) - len("\u2014 \n".encode()) - len(" AAAAAAA=")
        self.read(self.note + "\u2014 %s AAAAAAA=\n" % ("a" * room))
        self.refused(self.note + "\u2014 %s AAAAAAA=\n" % ("a" * (room + 1)))

    def test_only_unknown_keys_are_no_signature(self):
        self.refused(self.text + "\n\u2014 a AAAAAAA=\n", self.note.replace("\u2014 loudi", "\u2014 Loudi"))

    def test_a_wrong_line_of_a_known_key_refuses_also_behind_a_good_one(self):
        other = city.signed_note(city.ORIGIN, self.LINES[:-1]).split("\n\n")[1]
        self.refused(self.note + other, self.text + "\n" + other + self.line)

    def test_witnesses_are_checked_and_named_with_their_time(self):
        name, vkey = city.WITNESS_NAME, check.vkey_text(city.WITNESS_NAME, check.WITNESS_KIND, check.spki_of(city.WITNESS_SECRET))
        line = check.countersign(city.WITNESS_SECRET, name, self.text, 1581336400)
        self.assertEqual([{"name": name, "time": 1581336400}], self.read(self.note + line, vkey).witnesses)
        self.assertEqual([], self.read(self.note + line).witnesses)
        late = check.countersign(city.WITNESS_SECRET, name, self.text, 1581336401).split(" ")[2]
        data = bytearray(check.from_b64(line.strip().split(" ")[2]))
        data[11] ^= 1
        for bad in (city.b64(bytes(data)), city.b64(bytes(data[:-1])), city.b64(bytes(data[:8]))):
            with self.assertRaises(check.Refused):
                self.read(self.note + "\u2014 %s %s\n" % (name, bad), vkey)
        self.read(self.note + "\u2014 %s %s" % (name, late), vkey)
        with self.assertRaises(check.Refused):
            check.read_checkpoint(self.text + "\n" + line, [city.VKEY, vkey])

    def test_verifier_keys_must_fit_their_id(self):
        name, key, data = city.VKEY.split("+", 2)
        raw = check.from_b64(data)
        for bad in ("", name, name + "+" + key, "+%s+%s" % (key, data), "a b+%s+%s" % (key, data), "%s+%s+%s" % (name, key.upper() + "x", data),
                    "%s+00000000+%s" % (name, data), "%s+%s+%s" % (name, key, city.b64(b"\x01" + raw[1:])), "%s+%s+%s" % (name, key, city.b64(raw[:-1])),
                    "%s+%s+%s" % (name, key, data + "\n"), "%s+%s+%s" % (name, key, data.rstrip("="))):
            with self.subTest(bad), self.assertRaises(check.Refused):
                check.read_vkey(bad)

    def test_a_code_is_twelve_characters_of_the_three_lines(self):
        self.assertEqual(city.code_of(self.LINES), check.code_of(self.text))


class Receipts(unittest.TestCase):
    SALT = bytes(range(32))

    def receipt(self, lines, index, extra=None, salt=SALT):
        path = city.inclusion([city.sha(b"\x00", line.encode()) for line in lines], index)
        extra = lines[index] + "\n" + ("" if salt is None else b64u(salt) + "\n") if extra is None else extra
        return "c2sp.org/tlog-proof@v1\nextra %s\nindex %d\n%s\n%s" % (
            city.b64(extra.encode()), index, "".join(city.b64(h) + "\n" for h in path), city.signed_note(city.ORIGIN, lines))

    def read(self, text):
        return check.read_receipt(text, [city.VKEY])

    def test_every_line_of_a_tree_has_its_receipt(self):
        lines = opening()
        for size in range(1, 7):
            for index in range(size):
                got = self.read(self.receipt(lines[:size], index))
                self.assertEqual((lines[index].encode(), index, self.SALT, size), (got.entry, got.index, got.salt, got.checkpoint.size))
        self.assertIsNone(self.read(self.receipt(lines, 2, salt=None)).salt)

    def test_receipts_of_another_form_are_refused(self):
        lines = opening() + bookings()
        good, line = self.receipt(lines, 7), lines[7]
        head, note = good.split("\n\n", 1)
        rows = head.split("\n")
        bad = ["", good.replace("@v1", "@v2"), "\n" + good, "\ufeff" + good, good.replace("\n", "\r\n"), good.replace("\n\n", "\n"), head, head + "\n\n",
               good.replace("extra ", "extra  "), good.replace("extra ", "Extra "), good.replace("index ", "index 0"), good.replace("index 7", "index -7"),
               good.replace("index 7", "index 7 "), good.replace("index 7", "index 1000000000000000"), good.replace("index 7", "index 6"), good.replace("index", "Index"),
               "\n".join(rows[:3]) + "\n\n" + note, "\n".join(rows[:1] + rows[2:]) + "\n\n" + note, "\n".join(rows[:2] + rows[3:]) + "\n\n" + note, head + "\n" + rows[3] + "\n\n" + note,
               head[:-1] + "\n\n" + note, "\n".join(rows[:3] + rows[:2:-1]) + "\n\n" + note, head + "\n" + "\n".join([rows[3]] * 70) + "\n\n" + note]
        for extra in (line, line + "\n\n", line + "\n" + b64u(self.SALT), line + "\n" + b64u(self.SALT) + "\n\n", line + "\n" + b64u(self.SALT[:31]) + "\n",
                      line + "\n" + city.b64(self.SALT) + "\n", "\n" + line + "\n", line + " \n", line + "\u00e9\n", lines[6] + "\n", "", "\n"):
            bad.append(self.receipt(lines, 7, extra))
        for text in bad:
            with self.subTest(text[:300]), self.assertRaises(check.Refused):
                self.read(text)

    def test_a_path_may_have_63_hashes_and_no_more(self):
        for count, words in ((63, "stand there"), (64, "not a receipt")):
            text = self.receipt(opening(), 2).split("\n\n", 1)
            head = "\n".join(text[0].split("\n")[:3] + [city.b64(bytes(32))] * count)
            with self.assertRaisesRegex(check.Refused, words):
                self.read(head + "\n\n" + text[1])


class Persons(unittest.TestCase):
    def test_a_name_in_another_normal_form_is_refused(self):
        case = case_of("who-one")["input"]
        decomposed = dict(case, persons=[dict(case["persons"][0], name="e\u0301")])
        self.assertEqual({"error": True}, check.answer_example({"kind": "who", "input": decomposed}))
        composed = dict(case, persons=[dict(case["persons"][0], name="\u00e9")])
        self.assertIn("who", check.answer_example({"kind": "who", "input": composed}))

    def test_a_household_is_in_the_order_of_the_request(self):
        case = case_of("who-one")["input"]
        two = case["persons"] + [dict(case["persons"][0], name="\u5f20")]
        a, b = (check.answer_example({"kind": "who", "input": dict(case, persons=p)}) for p in (two, two[::-1]))
        self.assertEqual(a["idCommitments"], b["idCommitments"][::-1])
        self.assertNotEqual(a["who"], b["who"])

    def test_a_cell_cannot_bring_a_cell_or_row_with_it(self):
        for name in ("a\tb", "a\nb"):
            with self.assertRaises(check.Refused):
                check.list_row(1, name, "x", None, None, bytes(16))
        self.assertEqual("1\ta\tx\t-\t-\tAAAAAAAAAAAAAAAAAAAAAA", check.list_row(1, "a", "x", None, None, bytes(16)))


class Lines(unittest.TestCase):
    def test_what_is_no_line_or_has_wrong_fields_is_refused(self):
        good = "book %s LD01 1 1 1 %s" % (DAY, hash_text("x"))
        check.read_entry(good.encode())
        changes = [
            (" 1 1 1 ", " 1 01 1 "), (" 1 1 1 ", " 1 -1 1 "), (" 1 1 1 ", " 1 +1 1 "), (" 1 1 1 ", " 1 1000000000000000 1 "), (" 1 1 1 ", " 1 1 "), (" 1 1 1 ", " 1 1 1 1 "),
            ("LD01", "ld01"), ("LD01", "A" * 33), ("LD01", "L_1"), (DAY, "2020-02-30"), (DAY, "2020-2-10"), (DAY, "0000-01-01"), (DAY, "2019-02-29"),
            (hash_text("x"), hash_text("x")[:-1]), (hash_text("x"), hash_text("x") + "A"), (hash_text("x"), "A" * 42 + "B"), (hash_text("x"), "A" * 42 + "="), (hash_text("x"), "+" * 43),
            ("book ", "Book "), ("book ", " book "), (" LD01", "  LD01"), (" LD01", "\tLD01"), ("book", "boo\u212a"),
        ]
        bad = [good.replace(*change, 1) for change in changes] + [good + end for end in (" ", "\n", "\r", "\0", "\x7f", "\u00e9")]
        bad += ["", "x", "x 1", "a" * 17, "a1 1", "ab\u00a01", "ab " + "c" * 1022, "log 2 a 1 b", "log 1 a 1", "quota %s LD01 1 1 -0 1" % DAY, "quota %s LD01 1 1 --1 1" % DAY,
                "quota %s LD01 1 1 +1 1" % DAY, "close %s fullx 1" % DAY, "close %s  1" % DAY, "cancel %s LD01 1 me early 1" % DAY,
                "apply %s 1 A,A 1 1 %s" % (DAY, hash_text("x")), "apply %s 1 A,B,C,D 1 1 %s" % (DAY, hash_text("x")), "apply %s 1 A, 1 1 %s" % (DAY, hash_text("x")),
                "cut %s LD01 1 --" % DAY, "cut %s LD01 1 " % DAY, "audit %s 1 %s" % ("a" * 301, hash_text("x")), "audit a+b 1 " + hash_text("x")]
        for line in bad:
            with self.subTest(line[:200]), self.assertRaises(check.Refused):
                check.read_entry(line.encode("utf-8"))

    def test_what_is_unusual_and_allowed_is_read(self):
        for line in ("ab", "abcdefghijklmnop !~", "ab " + "c" * 1021, "window 9999-12-31 0 0 0 0", "quota %s - 999999999999999 0 -999999999999999 0" % DAY,
                     "cut %s LD01 1 -" % DAY, "beacon %s none -:/._" % DAY, "apply %s 1 A,B,C 1 1 %s" % (DAY, hash_text("x")), "give 2020-02-29 LD01 0 0"):
            check.read_entry(line.encode())

    def test_tiles_come_apart_as_they_were_put_together(self):
        lines = [b"", b"a", b"b" * 65535]
        self.assertEqual(lines, check.read_bundle(check.write_bundle(lines)))
        for data in (b"\0", b"\0\2a", check.write_bundle(lines)[:-1]):
            with self.assertRaises(check.Refused):
                check.read_bundle(data)

    def test_tiles_have_the_paths_of_the_specification(self):
        self.assertEqual("tile/entries/x001/x234/067.p/8", check.tile_path("entries", 1234067, 8))
        self.assertEqual([], check.tiles_of(0))
        self.assertEqual(["tile/0/000", "tile/1/000.p/1", "tile/entries/000"], check.tiles_of(256))
        self.assertEqual(["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/1"], check.tiles_of(257))


class Base64(unittest.TestCase):
    def test_only_the_one_spelling_is_read(self):
        self.assertEqual(b"\xff", check.from_b64u("_w"))
        for bad in ("_x", "_w==", "/w", "_", "_w\n", " _w", "_\u00e9", None, 3):
            with self.assertRaises(check.Refused):
                check.from_b64u(bad)
        self.assertEqual(b"\xff", check.from_b64("/w=="))
        for bad in ("/x==", "/w=", "/w", "_w==", "/w==\n", " /w==", "/w===", "\u00e9w==", "/w==/w=="):
            with self.assertRaises(check.Refused):
                check.from_b64(bad)


class EveryRule(unittest.TestCase):
    """A small record for each code."""

    def codes(self, lines, rules=None):
        return check.replay_example({"entries": lines, "rules": rules})["findings"]

    def after(self, expected, lines, base=None):
        base = opening() + bookings() if base is None else base
        found = self.codes(base + lines)
        self.assertEqual(expected, [[i - len(base), code] for i, code in found], lines)

    def test_an_honest_day_has_no_findings(self):
        self.after([], publishing()[0] + ["give %s LD01 1 5" % DAY, "end %s 1581415200" % DAY])

    def test_the_heading(self):
        self.assertEqual([[0, "F02"]], self.codes(["deliver %s LD01 1" % DAY]))
        self.assertEqual([[0, "F01"]], self.codes(["nonsense!"]))
        self.assertEqual([[0, "F02"], [0, "N01"]], self.codes(["future 1"]))
        self.after([[0, "F02"]], [opening()[0]])

    def test_lines_that_are_none_or_unknown(self):
        self.after([[0, "F01"], [1, "N01"]], ["book", "future 1 2"])

    def test_rules_and_plans(self):
        other = hash_text("other rules")
        policy = "policy %s %s 1581333000" % (DAY, other)
        round_line = opening()[2]
        self.after([[0, "F03"]], [policy])
        self.after([], [policy.replace(DAY, "2020-02-11")])
        self.after([[0, "F04"], [1, "F04"]], [line.replace(" 1581325200", " 1581332500") for line in (round_line, opening()[3])])
        early = policy.replace("1581333000", "1581325200")
        self.after([[1, "F05"]], [early, bookings()[0]], opening())
        self.after([[1, "F05"]], [early] + opening()[2:] + bookings(), opening()[:1])
        self.after([[0, "F06"]], [round_line.replace("2020-02-11", DAY)], opening())
        self.after([[0, "F06"]], [round_line.replace("fcfs 5", "fcfs 0")], opening())
        self.after([[0, "F06"], [1, "F06"], [2, "F06"]], [
            "window %s 2 5 5 1581325200" % DAY, "quota %s LD01 3 1 0 1581325200" % DAY, "quota %s LD01 1 1 -2 1581325200" % DAY], opening())
        self.after([[0, "F06"]], ["publish 2020-02-11 1581343000"])

    def test_a_round_that_is_planned_again_forgets_its_places(self):
        self.after([[1, "F06"]], [opening()[2], bookings()[0]], opening())

    def test_bookings(self):
        self.after([[0, "F06"], [1, "F06"]], [book("LD09", 1, OPENS + 9), book("LD02", 1, OPENS + 9).replace("LD02 1", "LD02 2")])
        self.after([[1, "F07"]], ["close %s annulled %d" % (DAY, OPENS + 20), book("LD02", 2, OPENS + 21)])
        self.after([[0, "F08"]], [book("LD02", 2, OPENS - 1 + 10800 + 1)])
        self.after([], [book("LD02", 2, OPENS + 10799)])
        self.after([[0, "F09"], [1, "F09"], [2, "F09"]], [book("LD02", 3, OPENS + 10), book("LD02", 2, OPENS + 10), book("LD02", 2, OPENS + 10)])
        self.after([[0, "F10"], [1, "F10"]], [book("LD01", 4, OPENS + 10), book("LD01", 5, OPENS + 11)])
        self.after([[0, "N02"]], ["close %s annulled %d" % (DAY, OPENS - 7)])
        self.after([], ["close %s annulled %d" % (DAY, OPENS - 6)])

    def test_untaken_places_roll_on_and_never_back(self):
        two = opening()[:4] + ["window %s 2 %d %d 1581325200" % (DAY, OPENS + 20, OPENS + 40)] + [
            "quota %s LD01 %d 1 0 1581325200" % (DAY, w) for w in (1, 2)]
        in_window = [book("LD01", n, OPENS + 20 + n).replace("LD01 1", "LD01 2", 1) for n in (1, 2, 3)]
        self.after([[2, "F10"]], in_window, two)
        self.after([[1, "F10"]], [book("LD01", 1, OPENS + 1), book("LD01", 2, OPENS + 2)], two)

    def test_places_after_the_opening(self):
        self.after([[0, "N03"]], ["quota %s LD01 1 5 0 1581332500" % DAY])
        self.after([[0, "N03"]], ["quota %s LD01 1 5 0 %d" % (DAY, OPENS)], opening())
        self.after([[0, "N03"], [0, "F10"]], ["quota %s LD01 1 2 0 1581332500" % DAY])

    def test_carried_places(self):
        carry = "carry 2020-02-09 %s LD01 1 0 0 -2" % DAY
        self.after([[1, "F11"]], [carry, bookings()[0]], opening())
        self.after([], [carry, "quota %s LD01 1 3 -1 1581325200" % DAY, bookings()[0]], opening())

    def test_what_becomes_of_a_booking(self):
        shown = publishing()[0]
        self.after([[0, "F15"], [1, "F15"], [1, "F13"]], ["give %s LD01 1 5" % DAY] * 2)
        self.after([[5, "F13"]], shown + ["give %s LD01 1 5" % DAY] * 2)
        self.after([[4, "F25"], [5, "F25"], [6, "N05"], [7, "F13"]], shown + ["give %s LD01 1 6" % DAY, "give %s LD01 2 0" % DAY, "void %s LD01 1" % DAY, "void %s LD01 1" % DAY])
        self.after([[5, "N04"], [6, "N05"], [7, "N04"]], shown + ["end %s 1581415200" % DAY, "give %s LD01 1 5" % DAY, "void %s LD01 1" % DAY, "give %s LD01 1 5" % DAY])
        self.after([[0, "F06"], [1, "F06"], [2, "F13"], [4, "F13"]], [
            "give %s LD01 9 5" % DAY, "move %s LD09 1 2020-02-12" % DAY, "move %s LD01 1 2020-02-11" % DAY, "move %s LD01 1 2020-02-12" % DAY, "lapse %s LD01 1" % DAY])
        self.after([], shown + ["move %s LD01 1 2020-02-12" % DAY, "move %s LD01 1 2020-02-11" % DAY, "end %s 1581415200" % DAY, "lapse %s LD01 1" % DAY])
        self.after([[0, "F14"], [2, "F14"], [3, "F13"]], [
            "cancel %s LD01 1 self late %d" % (DAY, OPENS + 10), "close %s time %d" % (DAY, city.CLOSES),
            "cancel %s LD01 2 self early %d" % (DAY, city.CLOSES), "cancel %s LD01 2 self late %d" % (DAY, city.CLOSES)])

    def test_bookings_that_move_to_another_pharmacy(self):
        self.after([[0, "N06"], [1, "F13"], [2, "F13"]], ["transfer %s LD01 1 LD02 2" % DAY, "transfer %s LD01 1 LD02 3" % DAY, "transfer %s LD01 2 LD02 4" % DAY])
        self.after([[0, "N06"], [1, "N06"], [2, "N06"], [2, "F10"]], ["transfer %s LD01 %d LD02 %d" % (DAY, n, n + 1) for n in (1, 2, 3)])

    def test_closing_and_publishing(self):
        full, time, annulled = ["close %s %s %d" % (DAY, why, city.CLOSES) for why in ("full", "time", "annulled")]
        self.after([[0, "F14"]], [full])
        self.after([[0, "F14"]], ["close %s time %d" % (DAY, city.CLOSES - 1)])
        self.after([[1, "F13"]], [time, time])
        self.after([], [time, annulled])
        lists = publishing()[0]
        self.after([[4, "F13"]], lists + [annulled])
        self.after([[0, "F16"], [1, "F16"]], lists[1:3])
        self.after([[3, "F16"]], lists[:3] + [lists[1]])
        self.after([[2, "F16"]], lists[:2] + lists[3:])
        self.after([[0, "F16"], [0, "F16"]], lists[3:])
        self.after([[4, "F16"]], lists + lists[3:])
        self.after([[1, "F17"]], [lists[0], lists[1].replace("LD01 3", "LD01 2")])
        self.after([[0, "F16"]], ["end %s 1581415200" % DAY])
        self.after([[5, "F16"]], lists + ["end %s 1581415200" % DAY] * 2)

    def test_an_empty_list_has_the_empty_root(self):
        close, empty = "close %s time %d" % (DAY, city.CLOSES), b64u(city.sha())
        self.after([[2, "F17"]], [close, "list %s LD01 0 %s" % (DAY, empty), "list %s LD02 0 %s" % (DAY, hash_text("x"))], opening())

    def test_keys_that_are_destroyed(self):
        key = opening()[2].split(" ")[6]
        shred = "shred %s %s 1584332400 2020-03-20" % (DAY, key)
        self.after([[0, "F18"]], [shred])
        self.after([[5, "F18"]], publishing()[0] + ["end %s 1581415200" % DAY, shred.replace(key, hash_text("x"))])
        self.after([], publishing()[0] + ["end %s 1581415200" % DAY, shred])

    def test_what_an_ended_round_left_is_asked_at_the_next_opening(self):
        ended = publishing()[0] + ["give %s LD01 1 5" % DAY, "end %s 1581415200" % DAY]
        later = [line.replace("2020-02-11", "2020-02-12").replace(DAY, "2020-02-11") for line in opening()[2:]]
        first = book("LD01", 1, OPENS).replace(DAY, "2020-02-11")
        late = [line.replace("1581325200", "1581415300").replace(str(OPENS), "1581415400").replace(str(city.CLOSES), "1581425400") for line in later]
        first = first.replace(str(OPENS), "1581415401")
        carried = ["carry %s 2020-02-11 LD01 0 2 0 -2" % DAY, "carry %s 2020-02-11 LD02 2 1 0 -3" % DAY]
        self.after([], ended + carried + late + [first])
        self.after([[len(ended) + 1 + len(late), "N08"]], ended + carried[:1] + late + [first])

    def test_draw_lines_belong_to_draws(self):
        self.after([[0, "F12"]], ["apply %s 1 LD01 1 %d %s" % (DAY, OPENS + 1, hash_text("x"))])


class EveryRuleOfTheDraw(unittest.TestCase):
    """The published draw with one thing changed."""

    def setUp(self):
        given = case_of("replay-a-good-draw")["input"]
        self.lines, self.rules = given["entries"], given["rules"]

    def at(self, start):
        return next(i for i, line in enumerate(self.lines) if line.startswith(start))

    def expect(self, expected, lines, rules=None):
        found = check.replay_example({"entries": lines, "rules": self.rules if rules is None else rules})["findings"]
        self.assertEqual(expected, [code for _, code in found])

    def changed(self, start, old, new):
        at = self.at(start)
        return self.lines[:at] + [self.lines[at].replace(old, new)] + self.lines[at + 1:]

    def without(self, *starts):
        return [line for line in self.lines if not line.startswith(starts)]

    def test_as_published(self):
        self.expect([], self.lines)

    def test_no_rules_make_no_draw(self):
        lines = self.without("list", "publish")
        self.expect(["F12"] * (len(lines) - 6), lines, {})

    def test_a_booking_in_a_draw(self):
        self.expect(["F12"], self.lines[:9] + [book("LD01", 1, OPENS)])

    def test_a_draw_that_closes_unsealed(self):
        self.expect(["F12"], self.lines[:18] + ["close %s time %d" % (DAY, city.CLOSES)])
        self.expect([], self.lines[:18] + ["close %s annulled %d" % (DAY, city.CLOSES)])

    def test_commitments(self):
        commit = self.lines[self.at("commit")]
        self.expect(["F19"], self.lines[:9] + [commit])
        self.expect(["F19"], self.lines[:10] + [commit])
        self.expect(["F19"] * 2, self.changed("commit %s bureau" % DAY, "bureau", "nobody")[:9] + [commit.replace("bureau", "citizen")])
        self.expect(["N07"], [line for line in self.lines if "citizen" not in line][:9])
        self.expect(["F19"], [line for line in self.lines if "citizen" not in line and "notary" not in line][:8])

    def test_applications(self):
        apply = self.lines[9]
        for old, new in ((" 1 LD02 2 ", " 4 LD02 2 "), (" 1 LD02 2 ", " 0 LD02 2 "), (" 1 LD02 2 ", " 1 LD02 4 "), (" 1 LD02 2 ", " 1 LD02 0 "), (" 1 LD02 2 ", " 1 LD09 2 ")):
            self.assertIn(old, apply)
            self.expect(["F20"], self.lines[:18] + [apply.replace(old, new)])
        self.expect(["F20"], self.lines[:18] + [apply.replace("1581332401", "1581332399")])
        self.expect(["F20"], self.lines[:18] + [apply.replace("1581332401", "1581343200")])
        seal = self.at("seal")
        self.expect(["F20"], self.lines[:seal + 1] + [apply.replace("1581332401", "1581343199")])

    def test_withdrawals_and_the_seal(self):
        seal = self.at("seal")
        self.expect(["F21"], self.lines[:seal] + ["withdraw %s 10" % DAY])
        self.expect(["F21"], self.lines[:seal] + ["reject %s 8" % DAY])
        self.expect(["F21"], self.lines[:seal + 1] + ["withdraw %s 11" % DAY])
        self.expect(["F21"], self.lines[:seal] + [self.lines[seal].replace(" 7 ", " 8 ")])
        self.expect(["F21"], self.lines[:seal] + [self.lines[seal].replace("1581343200", "1581343199")])
        self.expect(["F21"], self.lines[:seal + 1] + [self.lines[seal]])

    def test_shares_and_dice(self):
        reveal, beacon = self.at("reveal"), self.at("beacon")
        self.expect(["F22"], self.lines[:reveal - 1] + [self.lines[reveal]])
        self.expect(["F22"], self.lines[:reveal + 1] + [self.lines[reveal]])
        self.expect(["F22"], self.lines[:reveal] + [self.lines[reveal].replace("bureau", "notary")])
        self.expect(["F22"], self.lines[:reveal] + self.lines[beacon:beacon + 1] + [self.lines[reveal]])
        self.expect(["F22"], self.lines[:beacon + 1] + [self.lines[beacon]])
        self.expect(["F22"], self.lines[:beacon] + [self.lines[beacon].replace("dice", "fc3d-pl5")])
        self.expect(["F22"], self.lines[:beacon + 2] + [self.lines[beacon + 1]])
        self.expect(["F22"], self.lines[:beacon] + [self.lines[beacon].replace("3.1.6", "3.1.5"), self.lines[beacon + 1]])

    def test_drawing(self):
        drawn = self.at("draw")
        self.expect(["F23"], self.lines[:drawn - 1] + [self.lines[drawn]])
        self.expect(["F23"], self.lines[:drawn + 1] + [self.lines[drawn]])
        self.expect(["F23"], self.changed("draw", self.lines[drawn].split(" ")[2], hash_text("x")))
        self.expect(["F24"], self.without("cut %s LD01 1" % DAY))
        self.expect(["F24", "F24"], self.changed("cut %s LD01 3" % DAY, "LD01 3 g", "LD01 3 h"))
        self.expect(["F24"], self.lines[:drawn + 1] + ["win %s 15 LD02 2" % DAY])
        self.expect(["F24"], self.lines[:drawn + 1] + [self.lines[drawn + 2]])

    def test_dice_that_are_not_written_as_dice_are_told_beside_the_codes(self):
        replay = check.Replay(lambda day, policy: self.rules[day])
        beacon = self.at("beacon")
        for line in self.lines[:beacon] + [self.lines[beacon].replace("3.1.6", "3.1.7")]:
            replay.step(line.encode())
        self.assertEqual(["W02"], [f.code for f in replay.findings])


    def test_more_holders_of_two_tickets_than_lost_before_are_told(self):
        rules = dict(self.rules[DAY], persons=1, extraTickets=1)
        replay, r = check.Replay(), check.Round(DAY)
        for lost, two_tickets, expected in ((3, 0, []), (0, 3, []), (0, 3, []), (0, 4, ["W03"])):
            r.applications = {i: {"index": i, "persons": 1, "prefs": [], "tickets": 1 if i < lost else 2} for i in range(lost + two_tickets)}
            replay.check_tickets(r, rules)
            self.assertEqual(expected, [f.code for f in replay.findings])


class Draws(unittest.TestCase):
    def test_a_cut_says_of_every_application_what_it_got(self):
        for case in cases_of("allocate"):
            given = case["input"]
            seed = check.from_b64u(given["seed"])
            wins, cuts = check.allocate(seed, given["applications"], given["places"], given["persons"])
            won = {index: code for index, code, _ in wins}
            for application in given["applications"]:
                self.assertEqual(won.get(application["index"]), check.own_result(seed, application, cuts))

    def test_senseless_draws_are_refused(self):
        with self.assertRaises(check.Refused):
            check.rank_of(bytes(32), 1, 0)
        with self.assertRaises(check.Refused):
            check.Tree(3, [bytes(32)])

    def test_no_places_no_applications_and_places_for_less_than_a_household(self):
        seed = city.sha(b"seed")
        self.assertEqual(([], {"A": {1: bytes(32), 2: bytes(32)}}), check.allocate(seed, [{"index": 1, "persons": 1, "prefs": ["A"], "tickets": 1}], {"A": 0}, 2))
        self.assertEqual(([], {"A": {1: None, 2: bytes(32)}}), check.allocate(seed, [], {"A": 1}, 2))
        household = [{"index": 1, "persons": 2, "prefs": ["A"], "tickets": 1}, {"index": 2, "persons": 1, "prefs": ["B", "A"], "tickets": 1}]
        self.assertEqual([(2, "A", 1)], check.allocate(seed, household, {"A": 1}, 2)[0])

    def test_rules_of_a_draw_are_read_and_held_to_their_bounds(self):
        good = dict(case_of("replay-a-good-draw")["input"]["rules"][DAY], mode="draw")
        self.assertEqual("dice", check.read_allocation({"allocation": good})["beacon"])
        self.assertIsNone(check.read_allocation({}))
        for change in ({"preferences": 1}, {"preferences": 3}, {"persons": 1}, {"persons": 3}, {"extraTickets": 0}, {"extraTickets": 5}, {"quorum": 3}, {"beacon": "none"},
                       {"parties": [dict(p, id=p["id"][0] + "a" * 15) for p in good["parties"]]}, {"parties": good["parties"][:2]}):
            check.read_allocation({"allocation": dict(good, **change)})
        parties = good["parties"]
        for change in ({"preferences": 0}, {"preferences": 4}, {"persons": 4}, {"extraTickets": 6}, {"extraTickets": -1}, {"quorum": 1}, {"quorum": 4}, {"quorum": True},
                       {"persons": True}, {"preferences": 1.0}, {"extraTickets": "1"}, {"parties": [dict(p, id=7) for p in parties]}, {"persons": 0},
                       {"parties": [dict(p, id=p["id"][0] + "a" * 16) for p in parties]}, {"parties": [dict(p, kind=7) for p in parties[:1]] + parties[1:]},
                       {"beacon": "coin"}, {"parties": parties[:1]}, {"parties": parties + parties[:1]}, {"parties": [dict(p, kind="bureau") for p in parties]},
                       {"parties": [dict(p, key="AAAA") for p in parties]}, {"parties": [dict(p, id="A") for p in parties[:1]] + parties[1:]}, {"parties": None}):
            with self.subTest(change), self.assertRaises(check.Refused):
                check.read_allocation({"allocation": dict(good, **change)})


if __name__ == "__main__":
    unittest.main()
