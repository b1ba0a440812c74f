import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { load } from './answers.mjs';
import * as made from './made.mjs';

const log = load();
const day = '2020-02-10';
const opens = 1581332400;
const hash = made.hash();

async function found(entries, rules) {
  const { findings } = await log.replay(entries, rules);
  return [...findings].map(([line, code]) => `${line} ${code}`);
}

const at = (entries, start) => entries.findIndex((entry) => entry.startsWith(start));
const put = (entries, start, ...more) => [...entries.slice(0, at(entries, start)), ...more, ...entries.slice(at(entries, start))];
const without = (entries, start) => entries.filter((entry, i) => i !== at(entries, start));
const change = (entries, start, from, to) => entries.map((entry, i) => (i === at(entries, start) ? entry.replace(from, to) : entry));

// The lines of a good day, by which the changes find their places.
const good = made.goodDay();
const first = at(good, 'book');
const close = at(good, 'close');
const publish = at(good, 'publish');
const end = at(good, 'end');

const cases = {
  'a good day has no finding': [good],
  'a record of nothing has none': [[]],
  'F01 a line that is none': [put(good, 'book', 'book'), `${first} F01`],
  'F01 not a letter of ASCII': [put(good, 'book', '预约 1'), `${first} F01`],
  'F01 and no other for a first line that is none': [['Log 1'], '0 F01'],
  'F02 no log line first': [good.slice(1), '0 F02'],
  'F02 N01 a first line of an unknown kind': [['future 1', ...good.slice(1)], '0 F02', '0 N01'],
  'F02 the log line again': [put(good, 'book', good[0]), `${first} F02`],
  'F03 rules for a day that has begun': [put(good, 'close', `policy ${day} ${hash} ${opens + 3601}`), `${close} F03`],
  'rules for a later day are allowed': [put(good, 'close', `policy 2020-02-11 ${hash} ${opens + 3601}`)],
  'F04 a window after the opening': [put(good, 'close', `window ${day} 1 ${opens} ${opens + 3600} ${opens + 3600}`), `${close} F04`],
  'F04 the round after the opening, which stays as it was': [put(good, 'close', good[at(good, 'round')].replace('1581325200', `${opens + 3600}`)), `${close} F04`],
  'a round may be planned anew before, with its windows and places': [put(good, 'book', ...good.slice(2, 8))],
  'F06 planned anew without windows': [[...good.slice(0, 8), good[2], ...good.slice(8, 9)], '9 F06'],
  'F05 rules of nobody, said once': [change(good, 'policy', made.rules, hash), '2 F05'],
  'F05 newer rules before the opening': [put(good, 'book', `policy ${day} ${hash} 1581325201`), `${first + 1} F05`],
  'F05 the rules of a later date do not count': [put(good, 'book', `policy 2020-02-11 ${hash} 1581325201`)],
  'F05 earlier rules that are written later do not count': [put(good, 'book', `policy 2020-01-31 ${hash} 1581325201`)],
  'F05 of one date the last count': [put(good, 'book', `policy 2020-02-01 ${hash} 1581325201`), `${first + 1} F05`],
  'F06 a day that is not planned': [[...good, `book 2020-03-01 LD01 1 1 ${opens + 9000000} ${hash}`], `${good.length} F06`],
  'F06 a shop without places': [put(good, 'close', `book ${day} LD09 1 1 ${opens + 3600} ${hash}`), `${close} F06`],
  'F06 a window without places': [put(good, 'close', `book ${day} LD02 2 2 ${opens + 3600} ${hash}`), `${close} F06`],
  'F06 places in a window that is not there': [put(good, 'book', `quota ${day} LD01 3 1 0 1581325200`), `${first} F06`],
  'F06 fewer places than none': [put(good, 'book', `quota ${day} LD02 1 1 -2 1581325200`), `${first} F06`],
  'F06 a serial that is not there': [put(good, 'close', `cancel ${day} LD01 9 self early ${opens + 3601}`), `${close} F06`],
  'F06 pickup before the day': [change(good, 'round', '2020-02-11', '2020-02-10'), '2 F06'],
  'F06 no units': [change(good, 'round', 'fcfs 5', 'fcfs 0'), '2 F06', `${at(good, 'give')} F25`],
  'F06 a window that closes as it opens': [put(good, 'book', `window ${day} 3 ${opens} ${opens} 1581325200`), `${first} F06`],
  'F07 booked after the close': [put(good, 'list', `book ${day} LD02 1 2 ${opens + 3599} ${hash}`), `${close + 1} N02`, `${close + 1} F07`, `${close + 3} F17`],
  'F08 at the end of its window': [change(good, `book ${day} LD01 1 3`, `${opens + 61}`, `${opens + 3600}`), `${first + 4} F08`],
  'F08 before its window': [change(good, `book ${day} LD01 1 1`, `${opens} `, `${opens - 1} `), `${first} F08`],
  'F09 a serial is left out': [change(good, `book ${day} LD02 1 1`, 'LD02 1 1', 'LD02 1 2'), `${first + 2} F09`, `${publish + 1} F06`],
  'F09 a serial twice': [put(good, 'close', `book ${day} LD02 1 1 ${opens + 3599} ${hash}`), `${close} F09`],
  'F10 one too many': [put(good, 'cancel', `book ${day} LD01 1 3 ${opens + 3} ${hash}`).filter((entry) => !/LD01 1 3 1581332461/.test(entry)), `${first + 3} F10`],
  'F10 a later place taken early': [change(good, `book ${day} LD01 2 4`, `LD01 2 4 ${opens + 3600}`, `LD01 1 4 ${opens + 3599}`), `${first + 5} F10`],
  'F10 places taken away': [put(good, 'close', `quota ${day} LD02 1 0 0 ${opens + 3601}`), `${close} N03`, `${close} F10`],
  'an early place that was not taken rolls on': [change(change(good, `book ${day} LD01 1 3`, `LD01 1 3 ${opens + 61}`, `LD01 2 3 ${opens + 3600}`), `quota ${day} LD01 2`, '2 1 0', '2 1 0')],
  'F11 carried places that nobody sent': [change(good, `quota ${day} LD01 1`, '1 2 0', '1 1 1'), `${first} F11`],
  'F11 sent places that are not there': [put(good, 'round', `carry 2020-02-09 ${day} LD02 1 0 0 0`), `${first + 1} F11`],
  'F11 sent to a shop without places': [put(good, 'book', `carry 2020-02-09 ${day} LD09 1 0 0 0`), `${first + 1} F11`],
  'postings that even out': [put(good, 'round', `carry 2020-02-09 ${day} LD02 1 1 0 -2`, `carry 2020-02-08 ${day} LD01 -1 0 0 1`)],
  'F12 a draw\'s line in a first-come round': [put(good, 'close', `withdraw ${day} 3`), `${close} F12`],
  'F13 cancelled twice': [put(good, 'close', `cancel ${day} LD01 2 self early ${opens + 3601}`), `${close} F13`],
  'F13 given twice': [put(good, 'move', `give ${day} LD01 1 5`), `${publish + 3} F13`],
  'F13 given though cancelled': [put(good, 'move', `give ${day} LD01 2 5`), `${publish + 3} F13`],
  'F13 closed twice': [put(good, 'list', `close ${day} time ${opens + 7201}`), `${close + 1} F13`],
  'F13 moved to no later day': [change(good, 'move', '2020-02-12', '2020-02-11'), `${publish + 3} F13`, `${end + 1} F13`],
  'a moved one may move again, to any day': [put(good, 'end', `move ${day} LD01 3 2020-02-11`)],
  'F13 lapsed before the end': [put(good, 'end', `lapse ${day} LD01 3`), `${end} F13`],
  'F13 a moved one is not cancelled': [put(good, 'end', `cancel ${day} LD01 3 self late ${opens + 30001}`), `${end} F13`],
  'F13 taken back though not given': [put(good, 'end', `void ${day} LD01 4`), `${end} F13`],
  'F14 early after the close': [change(good, `cancel ${day} LD02`, 'late', 'early'), `${publish + 1} F14`],
  'F14 late before the close': [change(good, `cancel ${day} LD01`, 'early', 'late'), `${first + 3} F14`, `${first + 4} F10`, `${first + 5} F10`],
  'F14 closed by time before its time': [change(good, 'close', `${opens + 7200}`, `${opens + 7199}`), `${close} F14`],
  'F14 called full though it is not': [change(good, 'close', 'time', 'full'), `${close} F14`],
  'full when it is': [change(put(good, 'close', `book ${day} LD02 1 2 ${opens + 3599} ${hash}`), 'close', 'time', 'full').map((entry) => entry.replace('LD02 1 0 1 0', 'LD02 0 1 1 0').replace(/^(list \S+ LD02) 1/, '$1 2'))],
  'F15 given before publishing': [[...good.slice(0, publish), `give ${day} LD01 1 5`, ...good.slice(publish).filter((entry) => !entry.startsWith('give'))], `${publish} F15`],
  'F16 a list is missing': [without(good, `list ${day} LD02`), `${publish - 1} F16`],
  'F16 a list twice': [put(good, 'publish', good[publish - 1]), `${publish} F16`],
  'F16 a list before the close': [[...good.slice(0, close), `list ${day} LD01 4 ${hash}`, ...good.slice(close).filter((entry) => !/^list \S+ LD01/.test(entry))], `${close} F16`],
  'F16 a list of a shop without places': [put(good, 'publish', `list ${day} LD09 0 ${made.b64u(made.sha(''))}`), `${publish} F16`, `${publish + 1} F16`],
  'F16 published twice': [put(good, `cancel ${day} LD02`, `publish ${day} ${opens + 7206}`), `${publish + 1} F16`],
  'F16 ended twice': [put(good, 'lapse', `end ${day} ${opens + 83001}`), `${end + 1} F16`],
  'F16 ended without a list': [good.filter((entry) => !/^(publish|give|move|lapse|cancel \S+ LD02)/.test(entry)), `${publish} F16`],
  'F17 a row too few': [change(good, `list ${day} LD01`, 'LD01 4', 'LD01 3'), `${close + 1} F17`],
  'F17 an empty list with a root': [good.filter((entry) => !/LD02/.test(entry) || /^quota/.test(entry)).flatMap((entry) => (entry.startsWith('publish') ? [`list ${day} LD02 0 ${hash}`, entry] : [entry])), `${publish - 2} F17`],
  'F18 another key destroyed': [change(good, 'shred', made.roundKey, hash), `${good.length - 1} F18`],
  'F18 destroyed before the end': [put(good, 'end', good[good.length - 1].replace(`${opens + 3000000}`, `${opens + 82000}`)), `${end} F18`],
  'F18 twice for another key before the end': [put(good, 'end', `shred ${day} ${hash} ${opens + 82000} 2020-03-20`), `${end} F18`, `${end} F18`],
  'F25 more than a booking has': [change(good, 'give', 'LD01 1 5', 'LD01 1 6'), `${publish + 2} F25`],
  'F25 nothing handed over': [change(good, 'give', 'LD01 1 5', 'LD01 1 0'), `${publish + 2} F25`],
  'fewer than it has are allowed': [change(good, 'give', 'LD01 1 5', 'LD01 1 1')],
  'N01 an unknown kind, also one that every object knows': [put(good, 'book', 'future 1 2', 'constructor 1', 'valueof'), `${first} N01`, `${first + 1} N01`, `${first + 2} N01`],
  'N02 sixteen seconds back': [put(good, 'close', `quota ${day} LD02 1 2 0 ${opens + 3600 - 16}`), `${close} N02`, `${close} N03`],
  'fifteen seconds back are allowed': [put(good, 'close', `quota ${day} LD02 1 2 0 ${opens + 3600 - 15}`), `${close} N03`],
  'no time of a key or a log line counts': [put(good, 'book', `key add k ${hash} 99999999999`, `audit o 1 ${hash}`, `fork o 1 ${hash} 99999999999`, `deliver ${day} LD09 5`)],
  'N03 places after the opening time, though nobody has booked': [put(good, 'book', `quota ${day} LD02 1 2 0 ${opens}`), `${first} N03`],
  'N04 N05 told late, taken back, which leaves it lapsed': [put(good, 'lapse', `give ${day} LD01 4 5`, `void ${day} LD01 4`, `cancel ${day} LD01 4 staff late ${opens + 83001}`), `${end + 1} N04`, `${end + 2} N05`, `${end + 3} F13`],
  'N05 taken back before the end lapses at the end': [put(good, 'move', `void ${day} LD01 1`), `${publish + 3} N05`],
  'N06 a booking goes to another shop': [put(good, 'end', `transfer ${day} LD01 4 LD02 2`), `${end} N06`],
  'N06 F10 where there is no place': [put(put(good, 'close', `book ${day} LD02 1 2 ${opens + 3599} ${hash}`), 'publish', `transfer ${day} LD01 4 LD02 3`).map((entry) => entry.replace(/^(list \S+ LD02) 1/, '$1 2')), `${publish + 1} N06`, `${publish + 1} F10`],
  'F13 goes to a serial that is not the next': [put(good, 'end', `transfer ${day} LD01 4 LD02 3`), `${end} F13`],
  'N08 what was left is not carried on, said at the next opening alone': [[...without(good, 'carry'), ...made.nextDay(0).slice(0, -1), `close 2020-02-11 annulled ${opens + 3000100}`, ...made.nextDay(0).slice(0, 1).map((entry) => entry.replace('2020-02-11 2020-02-12', '2020-02-13 2020-02-14').replace(/[0-9]+$/, `${opens + 3000100}`)),
    `close 2020-02-13 annulled ${opens + 3000101}`], `${good.length + 3} N08`],
  'the next day takes what was left': [[...good, ...made.nextDay(2)]],
};

for (const [name, [entries, ...expected]] of Object.entries(cases)) {
  test(name, async () => assert.deepEqual(await found(entries), expected));
}

test('an annulled round has no live booking, and may be annulled after its close but not after its list', async () => {
  const annulled = put(good, 'list', `close ${day} annulled ${opens + 7201}`);
  const { figures, findings } = await log.replay(annulled.slice(0, close + 2));
  assert.deepEqual([...findings], []);
  assert.deepEqual({ ...figures[day].LD01 }, { places: 3, left: 0, booked: 0, redeemed: 0, lapsed: 0, cancelledEarly: 1, cancelledLate: 3, serials: 4 });
  assert.deepEqual(await found(put(good, 'end', `close ${day} annulled ${opens + 82000}`)), [`${end} F13`]);
});

test('figures are those of the day, and the published size has its twelve characters', async () => {
  const told = [];
  const { figures, published, size, root, origin, unverified } = await log.replay(good, undefined, (line) => { told.push(line); });
  assert.deepEqual({ ...figures[day].LD01 }, { places: 3, left: 0, booked: 0, redeemed: 1, lapsed: 2, cancelledEarly: 1, cancelledLate: 0, serials: 4 });
  assert.deepEqual({ ...figures[day].LD02 }, { places: 2, left: 1, booked: 0, redeemed: 0, lapsed: 0, cancelledEarly: 0, cancelledLate: 1, serials: 1 });
  assert.deepEqual([size, made.b64u(root), origin, unverified], [good.length, made.b64u(made.root(good.map(made.leaf))), 'loudi.example/log', 0]);
  const then = made.root(good.slice(0, publish + 1).map(made.leaf));
  assert.deepEqual([published[day].size, made.b64u(published[day].root), published[day].code], [publish + 1, made.b64u(then), log.code(origin, publish + 1, then)]);
  assert.deepEqual(told, [0]);
});

test('shops whose codes are numbers are told in the order of their letters', async () => {
  const entries = put(good, 'book', `carry 2020-02-09 ${day} 9 1 0 0 0`, `carry 2020-02-09 ${day} 10 1 0 0 0`, `quota ${day} 9 1 1 0 1581325200`, `quota ${day} 10 1 1 0 1581325200`);
  assert.deepEqual((await found(entries)).slice(0, 2), [`${first + 4} F11`, `${first + 4} F11`]);
  assert.deepEqual(Object.keys((await log.replay(entries)).figures[day]).sort(), ['10', '9', 'LD01', 'LD02']);
});

const rules = { [day]: made.drawRules() };
const drawn = made.goodDraw();
const seal = at(drawn, 'seal');
const signedBy = (i, kind) => drawn.findIndex((entry) => entry.startsWith(`${kind} ${day} ${made.parties[i].name}`));
const firstApply = at(drawn, 'apply');
const drawLine = at(drawn, 'draw');
const last = drawn.length - 1;

const draws = {
  'a good draw has no finding': [drawn],
  'F12 without rules nothing of a draw can be said': [drawn.slice(0, firstApply), {}, ...[0, 1, 2].map((i) => `${signedBy(i, 'commit')} F12`)],
  'F12 booked in a draw': [[...drawn.slice(0, seal), `book ${day} LD01 1 1 ${opens + 5} ${hash}`], rules, `${seal} F12`],
  'F12 closed without a seal': [[...drawn.slice(0, seal), `close ${day} time ${opens + 3600}`], rules, `${seal} F12`],
  'an annulled draw needs no seal': [[...drawn.slice(0, seal), `close ${day} annulled ${opens + 3600}`]],
  'F13 the seal is the close': [put(drawn, 'list', `close ${day} time ${opens + 3601}`), rules, `${at(drawn, 'list')} F13`],
  'F19 a commitment of a stranger': [change(drawn, `commit ${day} bureau`, 'bureau', 'nobody').slice(0, seal + 2), rules, `${firstApply - 3} F19`, `${firstApply} N07`, `${seal + 1} F22`],
  'F19 a commitment that another party signed': [change(drawn, `commit ${day} bureau`, /\S+$/, drawn[signedBy(1, 'commit')].split(' ')[4]).slice(0, seal + 2), rules, `${firstApply - 3} F19`, `${firstApply} N07`, `${seal + 1} F22`],
  'F19 a signature that is none': [change(drawn, `commit ${day} bureau`, /\S+$/, 'none').slice(0, seal + 2), rules, `${firstApply - 3} F19`, `${firstApply} N07`, `${seal + 1} F22`],
  'F19 a commitment twice': [[...drawn.slice(0, firstApply), drawn[firstApply - 1]], rules, `${firstApply} F19`],
  'F19 a commitment after the opening': [[...drawn.slice(0, firstApply - 1), drawn[firstApply], drawn[firstApply - 1]], rules, `${firstApply - 1} N07`, `${firstApply} F19`],
  'F19 fewer than the quorum': [[...drawn.slice(0, firstApply - 2), drawn[firstApply]], rules, `${firstApply - 2} F19`],
  'N07 fewer than all': [[...drawn.slice(0, firstApply - 1), drawn[firstApply]], rules, `${firstApply - 1} N07`],
  'F20 an application before its time': [[...drawn.slice(0, firstApply), `apply ${day} 1 LD01 1 ${opens - 1} ${hash}`], rules, `${firstApply} F20`],
  'F20 an application at the close': [[...drawn.slice(0, firstApply), `apply ${day} 1 LD01 1 ${opens + 3600} ${hash}`], rules, `${firstApply} F20`],
  'F20 after the seal': [[...drawn.slice(0, seal + 1), `apply ${day} 1 LD01 1 ${opens + 3599} ${hash}`], rules, `${seal + 1} F20`],
  'F20 too many wishes, persons, tickets, or none': [[...drawn.slice(0, firstApply + 1), `apply ${day} 1 LD01,LD02,LD03 1 ${opens} ${hash}`, `apply ${day} 3 LD01 1 ${opens} ${hash}`, `apply ${day} 1 LD01 3 ${opens} ${hash}`,
    `apply ${day} 0 LD01 1 ${opens} ${hash}`, `apply ${day} 1 LD01 0 ${opens} ${hash}`, `apply ${day} 1 LD09 1 ${opens} ${hash}`], rules, ...[1, 2, 3, 4, 5, 6].map((n) => `${firstApply + n} F20`)],
  'F21 withdrawn twice, of nobody, after the seal': [[...drawn.slice(0, seal), `reject ${day} ${firstApply + 4}`, `withdraw ${day} 3`, drawn[seal], `withdraw ${day} ${firstApply}`], rules, `${seal} F21`, `${seal + 1} F21`, `${seal + 3} F21`],
  'F21 sealed early': [change(drawn, 'seal', `${opens + 3600}`, `${opens + 3599}`).slice(0, seal + 1), rules, `${seal} F21`],
  'F21 miscounted': [change(drawn, 'seal', '4', '5').slice(0, seal + 1), rules, `${seal} F21`],
  'F21 sealed twice': [put(drawn, 'reveal', drawn[seal]), rules, `${seal + 1} F21`],
  'F22 another share': [change(drawn, `reveal ${day} bureau`, /\S+$/, hash).slice(0, drawLine + 1), rules, `${seal + 1} F22`, `${drawLine} F23`],
  'F22 a share twice': [put(drawn, 'beacon', drawn[seal + 1]), rules, `${seal + 4} F22`],
  'F22 a share before the seal': [[...drawn.slice(0, seal), drawn[seal + 1]], rules, `${seal} F22`],
  'F22 a share after the dice': [[...without(drawn, `reveal ${day} citizen`).slice(0, seal + 4), drawn[seal + 3]], rules, `${seal + 4} F22`],
  'F22 other dice, a second time, from another source, before the seal': [[...drawn.slice(0, seal), `beacon ${day} dice 1`, ...drawn.slice(seal, seal + 4), `beacon ${day} fc3d-pl5 1`, drawn[seal + 4], `beacon ${day} dice 1`], rules, `${seal} F22`, `${seal + 5} F22`, `${seal + 7} F22`],
  'F22 an attestation of other dice': [change(drawn, 'beacon', '3.1.6', '3.1.5').slice(0, seal + 6), rules, `${seal + 5} F22`],
  'F22 an attestation twice, or late': [[...drawn.slice(0, drawLine), drawn[seal + 5], drawn[drawLine], drawn[seal + 5]], rules, `${drawLine} F22`, `${drawLine + 2} F22`],
  'F23 another seed': [change(drawn, 'draw', /\S+$/, hash), rules, `${drawLine} F23`],
  'F23 without a quorum of attestations': [without(drawn, 'attest').slice(0, drawLine), rules, `${drawLine - 1} F23`],
  'F23 without a quorum of shares': [without(without(drawn, 'reveal'), 'reveal').slice(0, drawLine - 1), rules, `${drawLine - 2} F23`],
  'F23 drawn twice': [[...drawn.slice(0, drawLine + 1), drawn[drawLine]], rules, `${drawLine + 1} F23`],
  'F24 a cut is left out': [without(drawn, `cut ${day} LD01`), rules, `${last - 1} F24`],
  'F24 a cut that differs': [change(drawn, `cut ${day} LD02 1`, /\S+$/, '-'), rules, `${at(drawn, `cut ${day} LD02 1`)} F24`, `${last} F24`],
  'F24 a cut of nobody': [put(drawn, 'list', `cut ${day} LD01 3 -`, `cut ${day} LD09 1 -`, `cut ${day} LD01 0 -`), rules, ...[0, 1, 2].map((n) => `${at(drawn, 'list') + n} F24`)],
  'F24 published without a draw': [[...drawn.slice(0, seal + 1), `publish ${day} ${opens + 3700}`], rules, `${seal + 1} F16`, `${seal + 1} F24`],
  'F24 one winner too many': [put(drawn, 'cut', `win ${day} ${firstApply + 3} LD01 9`), rules, `${at(drawn, 'cut')} F24`],
};

for (const [name, [entries, given = rules, ...expected]] of Object.entries(draws)) {
  test(name, async () => assert.deepEqual(await found(entries, given), expected));
}

test('a winner who is left out, put in, or gets another shop or serial is found', async () => {
  const wins = drawn.filter((entry) => entry.startsWith('win '));
  assert.ok(wins.length > 0);
  const [, , index, shop, serial] = wins[0].split(' ');
  const codes = (entries) => found(entries, rules).then((all) => all.filter((one) => one.endsWith('F24')));
  assert.deepEqual((await codes(without(drawn, 'win '))).slice(-1), [`${last - 1} F24`]);
  for (const other of [`win ${day} ${Number(index) + 40} ${shop} ${serial}`, `win ${day} ${index} LD02 ${serial}`, `win ${day} ${index} ${shop} ${Number(serial) + 1}`]) {
    assert.deepEqual((await codes(change(drawn, 'win ', wins[0], other)))[0], `${drawLine + 1} F24`);
  }
});

test('without dice every party that committed must reveal', async () => {
  const alone = made.goodDraw({ source: 'none' });
  const given = { [day]: made.drawRules({ beacon: 'none' }) };
  assert.deepEqual(await found(alone, given), []);
  // The seed is right for what was revealed, and yet one share is missing.
  const short = without(alone, 'reveal').slice(0, at(alone, 'draw') - 1);
  const sealed = at(alone, 'seal') + 1;
  const shares = made.parties.map(({ name }) => [name, short.find((entry) => entry.startsWith(`reveal ${day} ${name} `))]).map(([name, entry]) => [name, entry ? log.unb64u(entry.split(' ')[3]) : null]);
  const seed = log.sha256(log.seedText('loudi.example/log', day, sealed, made.root(alone.slice(0, sealed).map(made.leaf)), shares, 'none', '-'));
  assert.deepEqual(await found([...short, `draw ${day} ${made.b64u(seed)}`], given), [`${short.length} F23`]);
  assert.deepEqual(await found([...short, `draw ${day} ${made.b64u(seed)}`], { [day]: { ...given[day], beacon: 'dice' } }), [`${short.length} F23`]);
});

test('where signatures cannot be checked they are taken for right and counted', async () => {
  const bare = load({});
  const { findings, unverified } = await bare.replay(drawn, rules);
  assert.deepEqual([[...findings], unverified], [[], 5]);
});

test('the rules of a draw are in the text that its round names', () => {
  const allocation = { mode: 'draw', quorum: 2, parties: rules[day].parties };
  const text = JSON.stringify({ allocation });
  const named = drawn.map((entry) => entry.replaceAll(made.rules, made.b64u(made.sha(text))));
  const late = [...named, `round ${day} 2020-02-11 draw 5 ${made.b64u(made.sha('{}'))} ${made.roundKey} ${opens}`];
  const read = log.rulesOf(late, ['{}', text]);
  assert.deepEqual(JSON.parse(JSON.stringify(read)), { [day]: { preferences: 1, persons: 1, extraTickets: 0, beacon: 'dice', ...JSON.parse(JSON.stringify(allocation)) } });
  assert.deepEqual({ ...log.rulesOf(late, [`${text} `]) }, {});
});

test('winners and cuts are those of trying each shop in turn, and each finds its own result from three lines', () => {
  const random = made.numbers(11);
  for (let n = 0; n < 150; n++) {
    const seed = randomBytes(32);
    const shops = ['LD01', 'LD02', '10', '9'].slice(0, 1 + random(4));
    const places = Object.fromEntries(shops.map((shop) => [shop, random(7)]));
    const applications = Array.from({ length: random(20) }, (_, i) => ({
      index: 5 + i * (1 + random(3) * 1000), persons: 1 + random(3), tickets: 1 + random(3), prefs: [...new Set([0, 1, 2].map(() => [...shops, 'none'][random(shops.length + 1)]))].slice(0, 1 + random(3)),
    })).filter((one, i, all) => all.findIndex((other) => other.index === one.index) === i);
    const expected = made.draw(seed, applications, { ...places }, 3);
    const given = log.allocate(seed, applications, places, 3);
    const shown = (cuts) => Object.fromEntries(Object.entries(cuts).map(([shop, by]) => [shop, Object.values(by).map((cut) => cut && made.b64u(cut))]));
    assert.deepEqual([[...given.wins].map((win) => [...win]), shown(given.cuts)], [expected.wins, shown(expected.cuts)]);
    for (const one of applications) {
      const win = expected.wins.find(([index]) => index === one.index);
      assert.equal(log.ownResult(seed, one, given.cuts), win ? win[1] : null);
    }
  }
});

test('a sample is the same in whatever order the rows come', () => {
  const root = randomBytes(32);
  const rows = Array.from({ length: 40 }, (_, i) => [`LD0${i % 3}`, i + 1]);
  const expected = [...rows].sort((a, b) => Buffer.compare(made.hmac(root, `sample ${a.join(' ')}`), made.hmac(root, `sample ${b.join(' ')}`))).slice(0, 10);
  assert.deepEqual([...log.sample(root, rows, 10)], expected);
  assert.deepEqual([...log.sample(root, [...rows].reverse(), 10)], expected);
});
