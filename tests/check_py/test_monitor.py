"""The monitor and the other commands against a city that is honest, that cheats, and that answers badly."""
import json
import os
import shutil
import tempfile
import unittest

import city
from city import DAY, OPENS, ORIGIN, VKEY, WITNESS_NAME, book, bookings, check, opening, publishing, run, signed_note


class CityCase(unittest.TestCase):
    def setUp(self):
        self.city = city.honest_city()
        self.addCleanup(self.city.stop)
        self.state = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.state)

    def monitor(self, *more, lang="en"):
        return run("monitor", self.city.url, "--key", VKEY, "--state", self.state, "--wait", "0", "--lang", lang, *more)

    def look_first(self):
        code, out, err = self.monitor()
        self.assertEqual((0, ""), (code, err), out)

    def look_first_at_whatever_it_is(self):
        self.monitor()

    def sees(self, exit_code, *words, args=()):
        """The monitor ends with that code, and one sentence of it holds all the words."""
        code, out, err = self.monitor(*args)
        lines = [line for line in out.splitlines() if all(word in line for word in words)]
        self.assertEqual((exit_code, 1, ""), (code, len(lines), err), out)
        return lines[0]


class HonestCity(CityCase):
    def test_an_honest_record_is_good_on_the_first_day_and_on_the_next(self):
        code, out, _ = self.monitor("--code", city.code_of(self.city.lines).lower().replace("-", " "))
        self.assertEqual(0, code, out)
        self.assertIn("good   14 lines (14 new)", out)
        self.assertIn("good   2020-02-10", out)
        self.assertIn("The code %s is the record's at 14 lines (2020-02-10)" % city.code_of(self.city.lines), out)
        self.city.lines += ["give %s LD01 1 5" % DAY, "give %s LD02 1 5" % DAY]
        self.city.figures(LD01=(3, 0, 2, 1, 0, 0), LD02=(3, 2, 0, 1, 0, 0))
        self.sees(0, "good", "16 lines (2 new)")

    def test_only_new_lines_are_fetched_the_next_day(self):
        self.city.lines += ["deliver %s LD01 %d" % (DAY, n) for n in range(600)]
        self.look_first()
        self.city.asked.clear()
        self.city.lines += ["deliver %s LD01 7" % DAY]
        self.sees(0, "615 lines (1 new)")
        self.assertEqual(["/log/tile/entries/002.p/103"], [p for p in self.city.asked if "tile" in p])

    def test_it_runs_alone_as_one_file(self):
        code, out, err = city.run_alone("monitor", self.city.url, "--key", VKEY, "--state", self.state, "--wait", "0")
        self.assertEqual((0, ""), (code, err), out)
        self.assertIn("good   账本共 14 行", out)
        self.assertEqual(3, city.run_alone("monitor", "http://127.0.0.1:9", "--key", VKEY, "--state", self.state)[0])
        self.assertEqual(3, city.run_alone()[0])

    def test_it_speaks_chinese_unless_told_otherwise(self):
        code, out, _ = self.monitor(lang="zh")
        self.assertEqual(0, code)
        self.assertIn("账本共 14 行", out)

    def test_a_look_that_was_broken_off_while_it_wrote_is_mended_by_the_next(self):
        self.look_first()
        with open(os.path.join(self.state, "entries"), "ab") as f:
            f.write(b"\x00\x05torn")
        self.city.lines += ["deliver %s LD01 7" % DAY]
        self.sees(0, "15 lines (1 new)")
        self.city.lines += ["deliver %s LD01 8" % DAY]
        self.sees(0, "16 lines (1 new)")

    def test_a_folder_that_lost_its_lines_fetches_them_again_and_still_holds_the_city_to_what_it_signed(self):
        self.look_first()
        os.remove(os.path.join(self.state, "entries"))
        self.city.lines += ["deliver %s LD01 7" % DAY]
        self.sees(0, "15 lines")
        os.remove(os.path.join(self.state, "entries"))
        self.city.lines[6] = book("LD01", 1, OPENS + 2)
        self.city.lines += ["deliver %s LD01 8" % DAY]
        self.sees(1, "fault", "were rewritten")

    def test_a_round_may_be_looked_at_alone(self):
        code, out, err = run("round", self.city.url, DAY, "--key", VKEY, "--wait", "0", "--lang", "en", "--code", city.code_of(self.city.lines))
        self.assertEqual((0, ""), (code, err), out)
        self.assertIn("LD02  places 3  left 2  waiting 1", out)
        rows = [(code, serial) for code, last in (("LD01", 3), ("LD02", 1)) for serial in range(1, last + 1)]
        rows.sort(key=lambda row: city.sha_hmac(city.root_of(self.city.lines), "sample %s %d" % row))
        self.assertIn("by nobody else): %s" % " ".join("%s-%d" % row for row in rows), out)
        code, out, _ = run("round", self.city.url, "2020-02-12", "--key", VKEY, "--lang", "en")
        self.assertEqual(2, code)


class CheatingCity(CityCase):
    def test_a_line_that_was_changed_afterwards_is_shown_as_it_was_and_as_it_is(self):
        self.look_first()
        self.city.lines[8] = book("LD01", 2, OPENS + 4)
        self.city.lines.append("deliver %s LD01 7" % DAY)
        line = self.sees(1, "fault", "Line 8 was changed afterwards")
        self.assertIn("it was “%s”" % bookings()[2], line)
        self.assertEqual(1, self.monitor()[0], "the fault stays until somebody looks into it")
        evidence = [name for name in os.listdir(self.state) if name.startswith("evidence")]
        self.assertEqual(1, len(evidence))
        with open(os.path.join(self.state, evidence[0]), encoding="utf-8") as f:
            self.assertIn(signed_note(ORIGIN, self.city.lines), f.read())

    def test_a_friend_who_was_put_before_all_others_is_told_with_those_who_were_moved_back(self):
        self.look_first()
        lines = self.city.lines
        who = [line.rpartition(" ")[2] for line in lines]
        lines[6] = lines[6].replace(who[6], city.hash_text("friend"))
        lines[8] = lines[8].replace(who[8], who[6])
        lines[9] = lines[9].replace(who[9], who[8])
        lines.append("deliver %s LD01 7" % DAY)
        self.sees(1, "Line 6 was changed afterwards: serial 1 of 2020-02-10 LD01 is somebody else's now and 2 people were moved back (it was", who[6])
        lines[8], lines[9] = bookings()[2:]
        self.sees(1, "serial 1 of 2020-02-10 LD01 is somebody else's now (it was", who[6])

    def test_a_line_that_was_inserted_afterwards_is_shown(self):
        self.look_first()
        self.city.lines.insert(6, book("LD01", 1, OPENS))
        self.sees(1, "fault", "1 lines were inserted afterwards before line 6", "LD01 1 1")
        shutil.rmtree(self.state)
        self.look_first_at_whatever_it_is()
        self.city.lines[8:8] = [book("LD02", 2, OPENS + 2), book("LD02", 3, OPENS + 2)]
        self.sees(1, "fault", "2 lines were inserted afterwards before line 8")

    def test_a_line_that_was_taken_out_is_shown(self):
        self.look_first()
        del self.city.lines[9]
        self.city.lines += ["deliver %s LD01 %d" % (DAY, n) for n in range(9)]
        self.sees(1, "fault", "1 lines were taken out afterwards from line 9 on")

    def test_a_tail_that_was_cut_off_is_a_record_that_was_put_back(self):
        self.look_first()
        del self.city.lines[13]
        self.sees(1, "fault", "had 14 lines at the last look and has 13 now", "publish 2020-02-10")

    def test_an_older_record_under_its_old_signature_is_seen(self):
        old = signed_note(ORIGIN, self.city.lines[:9])
        self.look_first()
        self.city.note = old
        self.sees(1, "fault", "had 14 lines at the last look and has 9 now")

    def test_an_answer_that_is_only_a_little_old_is_asked_for_again(self):
        old = signed_note(ORIGIN, self.city.lines[:13])
        self.look_first()
        asked = []

        def stale_once(handler):
            body = (old if not asked else signed_note(ORIGIN, self.city.lines)).encode()
            asked.append(1)
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.city.answers["/log/checkpoint"] = (200, {}, stale_once)
        self.sees(0, "14 lines (0 new)")

    def test_two_records_of_one_size_are_two_records(self):
        self.look_first()
        self.city.lines[8] = book("LD01", 2, OPENS + 4)
        self.sees(1, "fault", "One log, two records", "14 lines", "the first difference is line 8", args=())

    def test_a_signature_over_other_lines_than_those_handed_out_is_seen(self):
        self.city.note = signed_note(ORIGIN, self.city.lines[:-1] + ["publish %s 7" % DAY])
        self.sees(1, "fault", "hands out do not give the record that it has signed")

    def test_a_record_that_was_given_up_for_another_is_seen(self):
        self.look_first()
        self.city.note = signed_note(ORIGIN + "/2", self.city.lines)
        self.sees(1, "fault", "another record: it should be loudi.example/log and is loudi.example/log/2")

    def test_a_signature_of_another_key_is_seen(self):
        self.city.note = signed_note(ORIGIN, self.city.lines).replace("\n14\n", "\n15\n")
        self.sees(1, "fault", "signature is wrong")

    def test_places_added_after_the_opening_are_a_notice_and_are_told_once(self):
        more, self.city.lists = publishing((4, 1))
        added = "quota %s LD01 1 4 0 %d" % (DAY, OPENS + 60)
        self.city.lines = opening() + bookings() + [added, book("LD01", 4, OPENS + 90)] + more
        self.city.marks = []
        self.city.figures(LD01=(4, 0, 4, 0, 0, 0), LD02=(3, 2, 1, 0, 0, 0))
        self.sees(2, "2020-02-10 LD01 (line 10, 02-10 19:01:00): its places were changed from 3 to 4 after the opening")
        self.assertEqual(0, self.monitor()[0])
        self.assertEqual(2, self.monitor("--all")[0])

    def test_one_booking_too_many_is_a_fault(self):
        more, self.city.lists = publishing((4, 1))
        self.city.lines = opening() + bookings() + [book("LD01", 4, OPENS + 90)] + more
        self.city.marks = []
        self.city.figures(LD01=(3, -1, 4, 0, 0, 0), LD02=(3, 2, 1, 0, 0, 0))
        self.sees(1, "LD01 serial 4 (line 10, 02-10 19:01:30): oversold: LD01 had 3 places up to this window and 4 are taken")
        self.assertEqual(1, self.monitor()[0], "a fault is told every day")

    def test_many_bookings_too_many_are_one_fault_of_their_shop(self):
        more, self.city.lists = publishing((7, 1))
        self.city.lines = opening() + bookings() + [book("LD01", n, OPENS + 90) for n in range(4, 8)] + more
        self.city.marks = []
        self.city.figures(LD01=(7, 0, 7, 0, 0, 0), LD02=(3, 2, 1, 0, 0, 0))
        self.sees(1, "LD01 serial 4 (line 10, 02-10 19:01:30): oversold from here on: LD01 had 3 places up to this window and in the end 7 were taken")
        self.sees(1, "The public figures of 2020-02-10 LD01 differ from the record: places is shown as 7, the record gives 3; left is shown as 0, the record gives -4")

    def test_somebody_who_jumped_the_queue_is_a_fault(self):
        lines = bookings()
        self.city.lines = opening() + lines[2:3] + lines[:2] + lines[3:] + publishing()[0]
        self.city.marks = []
        code, out, _ = self.monitor()
        self.assertEqual(1, code)
        self.assertIn("LD01 serial 2 (line 6, 02-10 19:00:03): the next serial was 1 but 2 was entered", out)

    def test_a_list_with_two_rows_swapped_does_not_fit_the_record(self):
        self.look_first()
        rows = self.city.lists[DAY, "LD01"]
        rows[0][2], rows[1][2] = rows[1][2], rows[0][2]
        self.sees(1, "The published list of 2020-02-10 LD01 does not fit line 11 of the record")

    def test_a_list_that_lacks_a_row_does_not_fit_the_record(self):
        self.city.lists[DAY, "LD01"].pop()
        self.sees(1, "The published list of 2020-02-10 LD01 lacks 1 of its people, the first is serial 3: it has 2 rows, the record says 3")

    def test_a_row_that_was_taken_out_of_the_middle_of_a_list_is_named(self):
        self.city.lists[DAY, "LD01"].pop(1)
        self.sees(1, "LD01 lacks 1 of its people, the first is serial 2: it has 2 rows, the record says 3")

    def test_a_list_with_a_row_too_many_does_not_fit_the_record(self):
        rows = self.city.lists[DAY, "LD01"]
        rows.append([4] + list(rows[0][1:]))
        self.sees(1, "The published list of 2020-02-10 LD01 has 4 rows, the record says 3")

    def test_rules_that_were_swapped_do_not_have_their_hash(self):
        self.city.documents = {name: b"{}" for name in self.city.documents}
        self.sees(1, "fault", "The rules of line 1 were swapped")

    def test_public_figures_that_differ_from_the_record_are_named(self):
        self.city.figures(LD01=(3, 0, 3, 0, 0, 0), LD02=(4, 3, 1, 0, 0, 0))
        self.sees(1, "The public figures of 2020-02-10 LD02 differ from the record: places is shown as 4, the record gives 3")

    def test_a_moved_pickup_that_was_given_back_is_cancelled_in_the_figures_and_waits_in_the_record(self):
        self.city.lines.append("move %s LD01 2 2020-02-12" % DAY)
        self.city.figures(LD01=(3, 0, 2, 0, 0, 1), LD02=(3, 2, 1, 0, 0, 0))
        self.assertEqual(0, self.monitor()[0])
        self.city.figures(LD01=(3, 0, 1, 0, 0, 2), LD02=(3, 2, 1, 0, 0, 0))
        self.sees(1, "LD01 differ from the record: booked is shown as 1, the record gives 3; cancelled is shown as 2, the record gives 0")
        self.city.figures(LD01=(3, 1, 2, 0, 0, 0), LD02=(3, 2, 1, 0, 0, 0))
        self.sees(1, "LD01 differ from the record: left is shown as 1, the record gives 0")

    def test_figures_that_run_ahead_of_the_record_are_looked_at_again(self):
        self.city.figures(LD01=(3, 0, 2, 1, 0, 0), LD02=(3, 2, 1, 0, 0, 0))
        page, asked = json.dumps(self.city.books[DAY]).encode(), []

        def books(handler):
            if not asked:
                self.city.lines.append("give %s LD01 1 5" % DAY)
            asked.append(1)
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(page)))
            handler.end_headers()
            handler.wfile.write(page)

        self.city.answers["/api/public/rounds/" + DAY] = (200, {}, books)
        self.sees(0, "good", "2020-02-10 (lines 2 to 14)", "1 collected")
        self.assertEqual(2, len(asked))

    def test_a_mark_of_another_tree_is_a_second_record(self):
        self.city.marks[0]["note"] = signed_note(ORIGIN, self.city.lines[:-1] + ["publish %s 7" % DAY])
        self.sees(1, "The mark “published” of 2020-02-10 does not fit the record at 14 lines")

    def test_a_mark_that_shows_another_code_is_seen(self):
        self.city.marks[0]["code"] = "AAAA-AAAA-AAAA"
        self.sees(1, "The mark “published” of 2020-02-10 shows the code AAAA-AAAA-AAAA")

    def test_another_code_on_the_door_is_a_fault(self):
        self.sees(1, "The code AAAA-BBBB-CCCC from the door is not this record's", args=("--code", DAY + "=AAAA-BBBB-CCCC"))

    def test_what_witnesses_signed_must_be_a_beginning_of_the_record(self):
        self.city.witnessed = signed_note(ORIGIN, self.city.lines[:9]).encode()
        self.look_first()
        self.city.witnessed = signed_note(ORIGIN, self.city.lines[:8] + [book("LD01", 2, OPENS + 4)]).encode()
        self.sees(1, "What the witnesses signed (9 lines) does not fit this record")

    def test_a_place_that_staff_freed_for_a_friend_is_noticed(self):
        more, self.city.lists = publishing((4, 1))
        friend = ["cancel %s LD01 2 staff early %d" % (DAY, OPENS + 100), book("LD01", 4, OPENS + 103)]
        self.city.lines = opening() + bookings() + friend + more
        self.city.marks = []
        self.city.figures(LD01=(3, 0, 3, 0, 0, 0), LD02=(3, 2, 1, 0, 0, 0))
        self.sees(2, "LD01 serial 4 (line 11, 02-10 19:01:43): staff had cancelled serial 2 and the place was booked 3 s later")

    def test_a_line_that_is_none_is_printed_without_its_control_characters(self):
        self.city.lines.append("book \x1b[31mred\x07 \u202e")
        code, out, _ = self.monitor()
        self.assertEqual(1, code)
        self.assertIn("line 14: it is not a valid entry: book \ufffd[31mred\ufffd", out)
        self.assertNotIn("\x1b", out)

    def test_a_record_that_goes_by_another_name_in_its_first_line_is_seen(self):
        self.city.lines[0] = "log 1 chuzhou.example/log 1581242400 00000000"
        self.city.marks = []
        self.sees(1, "Line 0 calls the record chuzhou.example/log")


class BadAnswers(CityCase):
    """What is no statement of the city ends with 3 and says nothing against it."""

    def cannot(self, *words):
        code, out, err = self.monitor()
        self.assertEqual(3, code, out + err)
        self.assertNotIn("fault", out)
        for word in ("It could not look",) + words:
            self.assertIn(word, err)

    def answers(self, path, status=200, body=b"", **headers):
        self.city.answers[path] = (status, {k.replace("_", "-"): v for k, v in headers.items()}, body)

    def test_nobody_answers(self):
        code, _, err = run("monitor", "http://127.0.0.1:9", "--key", VKEY, "--state", self.state, "--lang", "en")
        self.assertEqual(3, code, err)

    def test_an_address_that_is_none(self):
        for url in ("ftp://127.0.0.1", "file:///etc/passwd", "http://", "http://a@127.0.0.1", "http://127.0.0.1/?x=1", "http://127.0.0.1:99999"):
            code, _, err = run("monitor", url, "--key", VKEY, "--state", self.state, "--lang", "en")
            self.assertEqual(3, code, url + err)

    def test_a_redirect_is_not_followed(self):
        self.answers("/log/checkpoint", 302, Location="http://127.0.0.1:9/\x7f")
        self.cannot("sends us elsewhere", "127.0.0.1:9/\ufffd")

    def test_a_page_of_a_hotel_is_no_checkpoint(self):
        self.answers("/log/checkpoint", 200, b"<html>log in, please</html>")
        self.cannot("makes no sense")

    def test_an_error_of_the_server(self):
        self.answers("/log/checkpoint", 500)
        self.cannot("500")

    def test_an_answer_that_is_cut_off(self):
        def cut(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", "500")
            handler.end_headers()
            handler.wfile.write(b"\x00\x05abc")
            handler.close_connection = True

        self.answers("/log/tile/entries/000.p/14", 200, cut)
        self.cannot("cut off")

    def test_a_tile_that_is_cut_off(self):
        self.answers("/log/tile/entries/000.p/14", 200, b"\x00\x05abc")
        self.cannot("makes no sense")

    def test_a_tile_with_too_few_lines(self):
        self.answers("/log/tile/entries/000.p/14", 200, b"\x00\x01a")
        self.cannot("cut off")

    def test_an_endless_answer(self):
        def endless(handler):
            handler.send_response(200)
            handler.send_header("Connection", "close")
            handler.end_headers()
            handler.close_connection = True
            try:
                while True:
                    handler.wfile.write(b"x" * 65536)
            except OSError:
                pass

        self.answers("/log/checkpoint", 200, endless)
        self.cannot("larger than 65536 bytes")

    def test_an_answer_that_drips(self):
        site = check.Site(self.city.url)
        site.PATIENCE = 0.2

        def drip(handler):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-1: x")
            handler.rfile.read(1)  # until the other end gives up
            handler.close_connection = True

        self.answers("/log/checkpoint", 200, drip)
        with self.assertRaises(check.CouldNotLook):
            site.get("/log/checkpoint", 100)

    def test_a_server_that_speaks_something_else(self):
        def other(handler):
            handler.wfile.write(b"220 smtp ready\r\n")
            handler.close_connection = True

        self.answers("/log/checkpoint", 200, other)
        self.cannot("cannot be reached")

    def test_a_busy_server_is_asked_again(self):
        tried = []

        def busy(handler):
            body = b"" if len(tried) < 2 else signed_note(ORIGIN, self.city.lines).encode()
            handler.send_response(429 if len(tried) < 2 else 200)
            handler.send_header("Retry-After", "0")
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
            tried.append(1)

        self.answers("/log/checkpoint", 200, busy)
        self.sees(0, "14 lines (14 new)")

    def test_a_record_that_is_said_to_be_endless(self):
        self.city.note = signed_note(ORIGIN, self.city.lines, size=999999999999999)
        self.cannot("999999999999999 lines")

    def test_json_that_is_no_json_or_of_another_shape(self):
        path = "/api/public/rounds/" + DAY
        for body in (b"{", b"[" * 100000, b'{"pharmacies": 3}', b'{"pharmacies": [{"code": 1}]}', b'{"pharmacies": [{"code": "A", "places": NaN}]}',
                     b'{"pharmacies": [{"code": "\\ud800", "places": 1}]}', b'{"pharmacies": [{"code": "A", "places": ' + b"9" * 5000 + b"}]}"):
            self.answers(path, 200, body)
            code, out, err = self.monitor()
            self.assertEqual(3, code, out + err)
            self.assertIn("good   2020-02-10", out, "what the lines say is told all the same")

    def test_a_list_that_is_no_list_is_a_fault_since_it_is_published(self):
        self.answers("/api/public/rounds/%s/list?pharmacy=LD01" % DAY, 200, b'{"entries": [{"serial": 1}, {"serial": 2}, {"serial": 3}]}')
        self.sees(1, "The list of 2020-02-10 LD01 is not whole")

    def test_a_list_that_is_not_served_is_a_notice_until_its_time_is_over(self):
        path = "/api/public/rounds/%s/list?pharmacy=LD01" % DAY
        self.answers(path, 404, b'{"code": "not_published"}')
        self.sees(2, "is published but the site does not serve it (not_published)")
        self.answers(path, 404, b'{"code": "list_removed"}')
        self.sees(2, "is published but the site does not serve it (list_removed)")
        self.city.lines.append("end %s 1581415200" % DAY)
        self.city.figures(LD01=(3, 0, 0, 0, 3, 0), LD02=(3, 2, 0, 0, 1, 0))
        self.sees(0, "15 lines")

    def test_a_fault_counts_for_more_than_a_site_that_fails_later(self):
        self.city.lines.append("give %s LD01 9 5" % DAY)
        self.answers("/api/public/rounds/" + DAY, 500)
        code, out, err = self.monitor()
        self.assertEqual(1, code, out)
        self.assertIn("could not look", err)

    def test_nothing_is_written_beside_the_folder(self):
        around = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, around)
        self.state = os.path.join(around, "state")
        self.city.marks[0]["kind"] = "../../x"
        self.monitor()
        self.assertEqual(["state"], os.listdir(around))
        self.assertEqual({"checkpoint", "entries", "docs", "reported"}, set(os.listdir(self.state)))

    def test_wrong_words_on_the_command_line_are_no_notice(self):
        self.assertEqual(3, run("monitor")[0])
        self.assertEqual(3, run("nonsense")[0])
        self.assertEqual(3, run("monitor", self.city.url, "--key", "nonsense", "--state", self.state)[0])


class Receipts(CityCase):
    def setUp(self):
        super().setUp()
        self.salt = check.hmac256(city.KEY, "salt 12345678903")
        commitment = check.id_commitment(b"0123456789abcdef", "431302195108106978", "\u80e1\u971e")
        self.line = "book %s LD02 1 2 %d %s" % (DAY, OPENS + 7, city.b64u(check.who_hash(self.salt, [commitment])))
        self.city.lines = opening() + bookings() + [self.line, book("LD02", 3, OPENS + 8)]
        self.text = self.receipt(10, 12)

    def receipt(self, index, size):
        lines = self.city.lines[:size]
        path = city.inclusion([city.sha(b"\x00", line.encode()) for line in lines], index)
        extra = lines[index] + "\n" + city.b64u(self.salt) + "\n"
        return "c2sp.org/tlog-proof@v1\nextra %s\nindex %d\n%s\n%s" % (
            city.b64(extra.encode()), index, "".join(city.b64(h) + "\n" for h in path), signed_note(ORIGIN, lines))

    def file(self, name, text):
        path = os.path.join(self.state, name)
        with open(path, "w", encoding="utf-8", newline="") as f:
            f.write(text)
        return path

    def check(self, text, *more):
        return run("receipt", self.file("receipt.txt", text), "--key", VKEY, "--lang", "en", *more)

    def test_a_good_receipt_is_good_and_stays_good_while_the_record_grows(self):
        code, out, _ = self.check(self.text)
        self.assertEqual(0, code, out)
        self.assertIn("line 10 of the record (at 12 lines) is “%s”" % self.line, out)
        self.city.lines.append("deliver %s LD01 5" % DAY)
        code, out, _ = self.check(self.text, "--url", self.city.url)
        self.assertEqual(0, code, out)
        self.assertIn("From 12 to 13 lines the record was only added to", out)

    def test_a_receipt_of_a_record_that_was_rewritten_since_is_a_fault(self):
        self.city.lines[3] = self.city.lines[3].replace("1581325200", "1581325201")
        self.assertEqual(1, self.check(self.text, "--url", self.city.url)[0])
        self.city.lines.append("deliver %s LD01 5" % DAY)
        code, out, _ = self.check(self.text, "--url", self.city.url)
        self.assertEqual(1, code)
        self.assertIn("No proof joins them", out)

    def test_whose_line_it_is_can_be_shown(self):
        person = ("--person", city.b64u(b"0123456789abcdef"), "431302195108106978", "\u80e1\u971e")
        self.assertEqual(0, self.check(self.text, *person)[0])
        self.assertEqual(1, self.check(self.text, *(person[:3] + ("\u5f20\u4e09",)))[0])

    def test_a_file_that_is_missing_or_no_text_is_no_fault(self):
        self.assertEqual(3, run("receipt", os.path.join(self.state, "none"), "--key", VKEY)[0])

    def test_two_receipts_of_one_record_agree(self):
        a, b = self.file("a", self.text), self.file("b", self.receipt(6, 9))
        code, out, err = run("compare", a, b, "--key", VKEY, "--lang", "en")
        self.assertEqual(3, code, "without a site there is no proof")
        self.assertIn("--url", err)
        code, out, _ = run("compare", a, b, "--key", VKEY, "--url", self.city.url, "--lang", "en")
        self.assertEqual(0, code)
        self.assertIn("From 9 to 12 lines", out)
        self.assertEqual(0, run("compare", a, a, "--key", VKEY)[0])

    def test_two_receipts_of_two_records_are_two_records(self):
        b = self.file("b", self.text)
        self.city.lines[6] = book("LD01", 1, OPENS)
        a = self.file("a", self.receipt(10, 12))
        code, out, _ = run("compare", a, b, "--key", VKEY, "--lang", "en")
        self.assertEqual(1, code)
        self.assertIn("One log, two records", out)
        c = self.file("c", self.receipt(6, 9))
        code, out, _ = run("compare", c, b, "--key", VKEY, "--url", self.city.url, "--lang", "en")
        self.assertEqual(1, code, "the site can prove only one of the two")
        self.assertIn("No proof joins them", out)

    def test_a_site_can_be_compared_with_a_file(self):
        self.assertEqual(0, run("compare", self.file("a", self.text), self.city.url, "--key", VKEY)[0])


class Lists(CityCase):
    def test_a_list_is_held_against_the_record(self):
        code, out, _ = run("list", self.city.url, DAY, "LD01", "--key", VKEY, "--lang", "en")
        self.assertEqual(0, code, out)
        self.assertIn("The list of 2020-02-10 LD01 has 3 rows and fits line 11", out)
        self.city.lists[DAY, "LD01"][2][1] = "\u674e*"
        self.assertEqual(1, run("list", self.city.url, DAY, "LD01", "--key", VKEY)[0])
        self.assertEqual(2, run("list", self.city.url, DAY, "LD09", "--key", VKEY)[0])

    def test_a_list_that_somebody_kept_gives_its_root(self):
        page = self.city.found("/api/public/rounds/%s/list" % DAY, {"pharmacy": "LD01"})
        path = os.path.join(self.state, "list.json")
        for root, expected in ((page["root"], 0), ("A" * 43, 1)):
            with open(path, "w") as f:
                json.dump(dict(page, root=root), f)
            self.assertEqual(expected, run("list", path)[0])
        self.assertEqual(0, run("list", path, "--root", page["root"])[0])

    def test_a_pickup_that_moved_is_checked_by_its_first_slot(self):
        page = self.city.found("/api/public/rounds/%s/list" % DAY, {"pharmacy": "LD01"})
        self.city.lines.append("move %s LD01 2 2020-02-12" % DAY)
        path = "/api/public/rounds/%s/list?pharmacy=LD01" % DAY
        moved = page["entries"][1]
        moved.update(movedTo="2020-02-12", listedSlot=moved["slot"], slot={"startsAt": "2020-02-12T09:00:00+08:00", "endsAt": "2020-02-12T09:30:00+08:00"})
        self.city.answers[path] = (200, {}, json.dumps(page).encode())
        self.sees(0, "15 lines")
        del moved["listedSlot"]
        self.city.answers[path] = (200, {}, json.dumps(page).encode())
        self.sees(2, "cannot be checked: 1 pickups were changed since")
        self.city.lines.pop()
        shutil.rmtree(self.state)
        self.sees(1, "The published list of 2020-02-10 LD01 does not fit")
        moved["listedSlot"] = page["entries"][0]["slot"]
        self.city.answers[path] = (200, {}, json.dumps(page).encode())
        self.sees(1, "The published list of 2020-02-10 LD01 does not fit")

    def test_what_came_from_another_pharmacy_later_stands_behind_the_list(self):
        page = self.city.found("/api/public/rounds/%s/list" % DAY, {"pharmacy": "LD01"})
        entries = page["entries"] + [dict(page["entries"][0], serial=4)]
        self.city.answers["/api/public/rounds/%s/list?pharmacy=LD01" % DAY] = (200, {}, json.dumps(dict(page, entries=entries)).encode())
        self.assertEqual(1, run("list", self.city.url, DAY, "LD01", "--key", VKEY)[0])
        self.city.lines.append("transfer %s LD02 1 LD01 4" % DAY)
        self.assertEqual(0, run("list", self.city.url, DAY, "LD01", "--key", VKEY)[0])
        entries.append(dict(page["entries"][0], serial=5))
        self.city.answers["/api/public/rounds/%s/list?pharmacy=LD01" % DAY] = (200, {}, json.dumps(dict(page, entries=entries)).encode())
        self.assertEqual(1, run("list", self.city.url, DAY, "LD01", "--key", VKEY)[0])


class Draws(CityCase):
    def setUp(self):
        super().setUp()
        self.city.stop()
        self.city = city.drawn_city()
        self.addCleanup(self.city.stop)

    def draw(self, *more):
        return run("draw", self.city.url, DAY, "--key", VKEY, "--lang", "en", *more)

    def change(self, old, new):
        at = next(i for i, line in enumerate(self.city.lines) if old in line)
        self.city.lines[at] = self.city.lines[at].replace(old, new)

    def test_a_good_draw_comes_out_the_same_again(self):
        self.look_first()
        code, out, err = self.draw()
        self.assertEqual((0, ""), (code, err), out)
        self.assertIn("8 applications, 3 won, as in the record", out)
        for line in self.city.seed_text.splitlines():
            self.assertIn("  " + line, out.splitlines())

    def test_everybody_finds_the_own_rank_and_result(self):
        for place, (rank, index) in enumerate(self.city.ranked):
            code, out, _ = self.draw("--apply", str(index))
            self.assertEqual(0, code)
            self.assertIn("line %d: rank %s, %s" % (index, city.b64u(rank), "won at LD01" if place < 3 else "did not win"), out)
        self.assertEqual(2, self.draw("--apply", "3")[0])

    def test_a_friend_among_the_winners_is_seen(self):
        self.change("win %s %d" % (DAY, self.city.ranked[1][1]), "win %s %d" % (DAY, self.city.ranked[5][1]))
        code, out, _ = self.draw()
        self.assertEqual(1, code)
        self.assertIn("the winner is not the one that the seed gives, which is: %d LD01 2" % self.city.ranked[1][1], out)
        self.assertEqual(1, self.monitor()[0])

    def test_dice_that_nobody_attested_make_no_draw(self):
        self.change("beacon %s dice 3" % DAY, "beacon %s dice 4" % DAY)
        code, out, _ = self.monitor()
        self.assertEqual(1, code)
        self.assertIn("the attestation of notary is unsigned", out)
        self.assertIn("with 2 shares and 0 attestations where 2 are needed", out)

    def test_an_application_put_in_behind_the_seal_changes_the_seed(self):
        at = next(i for i, line in enumerate(self.city.lines) if line.startswith("seal"))
        self.city.lines.insert(at, "apply %s 1 LD01 1 %d %s" % (DAY, city.CLOSES - 1, city.hash_text("friend")))
        code, out, _ = self.monitor()
        self.assertEqual(1, code)
        self.assertIn("8 applications are said to be sealed, there are 9", out)
        self.assertIn("the seed is not what the revealed shares and the dice give", out)

    def test_a_first_come_round_is_no_draw(self):
        self.city.lines = opening() + bookings()
        self.city.documents[city.b64u(city.sha(city.POLICY))] = city.POLICY
        self.assertEqual(2, self.draw()[0])

    def test_a_draw_whose_rules_are_not_allowed_is_a_fault(self):
        bad = city.DRAW_POLICY.replace(b'"quorum": 2', b'"quorum": 1')
        for i, line in enumerate(self.city.lines):
            self.city.lines[i] = line.replace(city.b64u(city.sha(city.DRAW_POLICY)), city.b64u(city.sha(bad)))
        self.city.documents = {city.b64u(city.sha(bad)): bad}
        self.sees(1, "The draw's rules of line 1 are not allowed")


class Witnesses(CityCase):
    def setUp(self):
        super().setUp()
        self.key = os.path.join(self.state, "witness.pem")
        code, out, _ = run("witness", "--new", "--sign", self.key, "--name", WITNESS_NAME)
        self.assertEqual(0, code)
        self.vkey = out.splitlines()[-1]

    def witness(self):
        return run("witness", self.city.url, "--key", VKEY, "--sign", self.key, "--lang", "en")

    def test_a_mark_is_countersigned_once(self):
        code, out, err = self.witness()
        self.assertEqual((0, 1), (code, len(self.city.cosignatures)), out + err)
        size, _, line = self.city.cosignatures[0].partition("\n")
        self.assertEqual("14", size)
        note = self.city.marks[0]["note"] + line
        found = check.read_checkpoint(note, [VKEY, self.vkey])
        self.assertEqual(WITNESS_NAME, found.witnesses[0]["name"])
        code, out, _ = self.witness()
        self.assertEqual((0, 1), (code, len(self.city.cosignatures)))
        self.city.lines.append("end %s 1581415200" % DAY)
        self.city.mark("ended")
        self.assertEqual(0, self.witness()[0])
        self.assertEqual(2, len(self.city.cosignatures))

    def test_marks_are_asked_for_day_by_day_where_they_have_to_be(self):
        self.city.answers["/log/marks"] = (400, {}, b"{}")
        code, out, _ = self.witness()
        self.assertEqual(0, code)
        self.assertIn("No new marks", out)
        today = [path for path in self.city.asked if "date=" in path][-2]
        self.city.answers[today] = (200, {}, json.dumps({"marks": self.city.marks}).encode())
        self.assertEqual((0, 1), (self.witness()[0], len(self.city.cosignatures)))

    def test_what_does_not_continue_the_last_mark_is_never_signed(self):
        self.assertEqual(0, self.witness()[0])
        self.city.lines[6] = book("LD01", 1, OPENS)
        self.city.marks = []
        self.city.mark()
        code, out, _ = self.witness()
        self.assertEqual((1, 1), (code, len(self.city.cosignatures)), out)
        self.city.lines.append("end %s 1581415200" % DAY)
        self.city.marks = []
        self.city.mark("ended")
        code, out, _ = self.witness()
        self.assertEqual((1, 1), (code, len(self.city.cosignatures)), out)
        self.assertIn("No proof joins them", out)

    def test_a_server_that_does_not_know_the_witness_is_a_notice(self):
        self.city.answers["/log/cosignatures"] = (403, {}, b'{"code": "unknown_witness"}')
        code, out, _ = self.witness()
        self.assertEqual(2, code)
        self.assertIn("unknown_witness", out)

    def test_a_key_is_never_overwritten_and_only_its_owner_reads_it(self):
        self.assertEqual(3, run("witness", "--new", "--sign", self.key, "--name", WITNESS_NAME)[0])
        if os.name == "posix":
            self.assertEqual(0o600, os.stat(self.key).st_mode & 0o777)

    @unittest.skipUnless(shutil.which("openssl"), "no openssl")
    def test_openssl_reads_the_key_and_its_keys_are_read(self):
        import subprocess
        subprocess.run(["openssl", "pkey", "-in", self.key, "-noout"], check=True)
        for command in (["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], ["ecparam", "-name", "prime256v1", "-genkey"]):
            with open(self.key, "wb") as f:
                f.write(subprocess.run(["openssl"] + command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout)
            self.assertTrue(check.read_secret(self.key)[0])


if __name__ == "__main__":
    unittest.main()
