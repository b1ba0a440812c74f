import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as made from './made.mjs';
import { Element, open, until } from './phone.mjs';

const origin = 'loudi.example/log';
const bare = {};
const key = made.newKey(origin);
const salt = made.sha('salt');
const day = made.goodDay();
const mine = day.findIndex((line) => line.startsWith('book '));

// What a server says that holds these lines.
function serving(entries, { by = key, keys = [by], more = () => null } = {}) {
  const leaves = entries.map(made.leaf);
  const text = made.noteText(by.name, entries.length, made.root(leaves));
  const note = `${text}\n${made.signed(by, text)}`;
  return (address) => {
    const given = more(address);
    if (given) return given;
    const { pathname, searchParams } = new URL(address, 'https://loudi.example');
    if (pathname === '/log/vkeys') return [200, `${keys.map((one) => one.text).join('\n')}\n`];
    if (pathname === '/log/checkpoint') return [200, note];
    if (pathname === '/log/consistency') return [200, JSON.stringify({ path: made.consistency(leaves.slice(0, Number(searchParams.get('to'))), Number(searchParams.get('from'))).map(made.b64u) })];
    if (pathname === '/complaints') return [200, '<ul class="numbers">12345</ul>'];
    return [404, ''];
  };
}

const receipt = made.receipt(key, day.slice(0, mine + 2), mine, salt);
const keeping = (...receipts) => ({ wm_receipts: JSON.stringify(receipts.map((one, i) => ({ number: String(i), receipt: one }))) });

const cardOf = () => new Element({ '[data-verdict]': [new Element({}, { verdict: 'changed' }), new Element({}, { verdict: 'other' })] });

async function watched({ stored = keeping(receipt), server, signatures } = {}) {
  const card = cardOf();
  const phone = await open({ parts: { '[data-record-alarm]': card }, stored, server, signatures });
  const { watch } = await phone.run('record-watch.js');
  const isGood = await watch().finally(phone.close);
  return { card, isGood, shown: card.hidden ? null : card.parts['[data-verdict]'].find((line) => !line.hidden).dataset.verdict, phone };
}

test('a record that has only grown leaves the page as it is, and costs two questions once the key is known', async () => {
  const first = await watched({ server: serving(day) });
  assert.deepEqual([first.isGood, first.shown], [true, null]);
  assert.deepEqual(first.phone.asked, ['/log/vkeys', '/log/checkpoint', `/log/consistency?from=${mine + 2}&to=${day.length}`]);
  const again = await watched({ server: serving(day), stored: first.phone.stored });
  assert.deepEqual([again.isGood, again.phone.asked.length], [true, 2]);
  // As long as it was, it is asked for nothing more.
  assert.deepEqual((await watched({ server: serving(day.slice(0, mine + 2)), stored: first.phone.stored })).phone.asked, ['/log/checkpoint']);
});

// Signed by the log's own key, and not this.
const forge = (note) => `${note.slice(0, note.indexOf('\n\n') + 2)}${made.signed(key, 'another text')}`;
const forged = forge(serving(day)('/log/checkpoint')[1]);

test('a record that was changed, cut or split is shown with both notes and the numbers to call', async () => {
  const changed = day.map((line, i) => (i === mine ? line.replace(' 1 1 ', ' 1 7 ') : line));
  for (const [why, server] of [
    ['changed', serving(changed)], ['cut', serving(day.slice(0, mine + 1))], ['split', serving(changed.slice(0, mine + 2))],
    ['no proof', serving(day, { more: (address) => (address.startsWith('/log/consistency') ? [200, '{"path":["rubbish"]}'] : null) })],
    ['forged', serving(day, { more: (address) => (address === '/log/checkpoint' ? [200, forged] : null) })],
  ]) {
    const { isGood, shown, card, phone } = await watched({ server });
    assert.deepEqual([isGood, shown], [false, 'changed'], why);
    const text = card.parts['[data-evidence]'].textContent;
    assert.ok(text.includes(receipt.slice(0, 200)) && text.includes(`\n\n${server('/log/checkpoint')[1]}`), text);
    assert.match(card.parts['[data-save]'].href, /^blob:/);
    await new Promise(setImmediate);
    assert.equal(phone.asked.filter((one) => one === '/complaints').length, 1);
  }
});

test('what was found stays on the pages until its evidence is saved, whatever the record says then', async () => {
  const bad = await watched({ server: serving(day.slice(0, mine + 1)) });
  const { stored } = bad.phone;
  const later = await watched({ server: serving(day), stored });
  assert.deepEqual([later.isGood, later.shown], [true, 'changed']);
  assert.equal(later.card.parts['[data-evidence]'].textContent, bad.card.parts['[data-evidence]'].textContent);
  await later.card.parts['[data-save]'].click();
  assert.equal((await watched({ server: serving(day), stored })).shown, null);
  assert.ok(!('wm_record_evidence' in stored));
});

test('a receipt that is none is evidence by itself', async () => {
  const wrong = receipt.replace(/\nindex (\d+)\n/, (_, index) => `\nindex ${Number(index) + 1}\n`);
  assert.equal((await watched({ server: serving(day), stored: keeping(wrong) })).shown, 'changed');
});

test('a log that was given up for another is told as that', async () => {
  const other = made.newKey('loudi.example/log/2');
  assert.equal((await watched({ server: serving(day, { by: other, keys: [other, key] }) })).shown, 'other');
});

test('a hotel, a busy server and a key that nobody gives away say nothing', async () => {
  for (const more of [() => [503, ''], () => [200, '<html>Welcome</html>'], (address) => (address.startsWith('/log/consistency') ? [422, ''] : null)])
    await watched({ server: serving(day, { more }) }).then(({ isGood, shown }) => assert.ok(!isGood && !shown), (error) => assert.equal(error.constructor.name, 'Lost'));
  const { isGood, shown } = await watched({ server: serving(day, { keys: [] }) });
  assert.deepEqual([isGood, shown], [false, null]);
});

test('after a change of keys an old receipt still counts', async () => {
  const newer = made.newKey(origin);
  assert.equal((await watched({ server: serving(day, { by: newer }) })).isGood, true);
  assert.equal((await watched({ server: serving(day.slice(0, mine + 1), { by: newer }) })).shown, 'changed');
});

test('a browser without signatures, or with wrong ones, looks at the tree alone', async () => {
  const broken = { subtle: { importKey: async () => null, verify: async () => false } };
  assert.equal((await watched({ server: serving(day), signatures: bare })).isGood, true);
  assert.equal((await watched({ server: serving(day.slice(0, mine + 1)), signatures: bare })).shown, 'changed');
  assert.equal((await watched({ server: serving(day), signatures: broken })).shown, null);
});

test('twenty receipts are kept, the latest booked first, and the first of a number stays', async () => {
  const phone = await open();
  const { keep, kept } = await phone.run('receipts.js');
  const of = (second, text = 'x') => `c2sp.org/tlog-proof@v1\nextra ${made.b64(`book 2020-02-10 LD01 1 1 ${second} ${text}\n`)}\nindex 1\n\n`;
  keep('a', of(1));
  keep('a', of(9, 'other'));
  for (let i = 25; i > 1; i--) keep(`n${i}`, of(i));
  for (const none of ['', undefined, '<html>']) keep('none', none);
  assert.equal(kept().length, 20);
  assert.deepEqual([kept()[0].number, kept()[19].number], ['n25', 'n6']);
  phone.stored.wm_receipts = '{';
  assert.deepEqual(kept(), []);
  phone.close();
});

test('a page keeps the receipts of the bookings it shows, and a phone without one asks for nothing', async () => {
  const parts = { '[data-receipt-of]': ['', '20000000001', '20000000002'].map((receiptOf) => new Element({}, { receiptOf })) };
  const files = { '/bookings/20000000001/receipt.txt': [200, receipt], '/bookings/20000000002/receipt.txt': [404, ''] };
  const phone = await open({ parts, server: (address) => files[address] });
  await phone.run('record.js');
  await phone.loaded();
  assert.deepEqual(phone.asked, Object.keys(files));
  const [one, ...more] = JSON.parse(phone.stored.wm_receipts);
  assert.deepEqual([one.number, one.receipt, more.length], ['20000000001', receipt, 0]);
  phone.close();

  const bare = await open({ parts: { '[data-receipt-of]': [] } });
  await bare.run('record.js');
  await bare.loaded();
  assert.deepEqual(bare.asked, []);
  bare.close();
});

test('the record is asked for on a later visit, once in ten minutes, and never for a receipt that has only just come', async () => {
  const now = Date.now();
  for (const [at, seen, isAsked] of [[undefined, undefined, true], [now - 1000, undefined, false], [now - 601000, undefined, true], [1, now - 1000, false], [1, now - 601000, true], [1, now + 601000, true]]) {
    const stored = { wm_receipts: JSON.stringify([{ number: '1', receipt, at }]) };
    if (seen) stored.wm_record_seen = String(seen);
    const phone = await open({ parts: { '[data-receipt-of]': [] }, stored, server: serving(day) });
    await phone.run('record.js');
    await phone.loaded();
    assert.equal(phone.asked.includes('/log/checkpoint'), isAsked, `${at} ${seen}`);
    phone.close();
  }
});

// --- the booking's own page ------------------------------------------------------------------------------------------

const bundle = (entries) => Buffer.concat(entries.flatMap((one) => [Buffer.from([one.length >> 8, one.length & 255]), Buffer.from(one)]));

// A year before the round, so that it does not begin with the log, and its list with names.
const rows = [1, 2, 3, 4].map((serial) => `${serial}\t\u5f20*\t**************123${serial}\t-\t-\t${made.b64u(Buffer.alloc(16, serial))}`);
const year = [day[0], ...Array.from({ length: 1500 }, (_, i) => `give 2019-01-01 LD01 ${i + 1} 5`), ...day.slice(1).map((one) => (one.startsWith('list 2020-02-10 LD01') ? `list 2020-02-10 LD01 4 ${made.b64u(made.root(rows.map(made.leaf)))}` : one))];
const at = (start) => year.findIndex((one) => one.startsWith(start));
const own = at('book 2020-02-10 LD01 1 1 ');

function proofOf(entries = year) {
  const out = entries.slice(0, at('publish') + 1);
  const leaves = out.map(made.leaf);
  const text = made.noteText(origin, out.length, made.root(leaves));
  const list = at('list 2020-02-10 LD01');
  return {
    receipt: made.receipt(key, entries.slice(0, own + 2), own, salt), checkpoint: `${text}\n${made.signed(key, text)}`, consistency: made.consistency(leaves, own + 2).map(made.b64u),
    list: { row: rows[0], position: 0, rows: 4, path: made.inclusion(rows.map(made.leaf), 0).map(made.b64u), entry: entries[list], index: list, entryPath: made.inclusion(leaves, list).map(made.b64u) },
  };
}

function tiles(entries) {
  return (address) => {
    const [, level, path, , width] = /^\/log\/tile\/(entries|1)\/([x\d/]+?)(\.p\/(\d+))?$/.exec(address) || [];
    if (!level) return null;
    const first = Number(path.replace(/\D/g, '')) * 256;
    if (level === 'entries') return [200, bundle(entries.slice(first, first + Number(width || 256)))];
    return [200, Buffer.concat(Array.from({ length: Number(width || 256) }, (_, i) => made.root(entries.slice((first + i) * 256, (first + i + 1) * 256).map(made.leaf))))];
  };
}

const codeOf = (checkpoint) => {
  const bits = [...made.sha('wechatmask code v1\n', checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1))].map((b) => b.toString(2).padStart(8, '0')).join('');
  return bits.slice(0, 60).match(/.{5}/g).map((one) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[parseInt(one, 2)]).join('').match(/.{4}/g).join('-');
};

const goodProof = proofOf();

async function proved({ proof = goodProof, entries = year, says = {}, signatures } = {}) {
  const names = ['line', 'serial', 'list', 'code'];
  const marks = Object.fromEntries(names.map((name) => [name, new Element()]));
  const section = new Element(
    Object.fromEntries(names.map((name) => [`[data-line=${name}]`, new Element({ '[data-mark]': marks[name] })])),
    {
      proofOf: '20000000001', day: '2020-02-10', code: 'LD01', serial: '1', places: '3', index: String(own), at: '1581332400', name: '\u5f20*', ending: '1231', check: codeOf(goodProof.checkpoint),
      good: 'G', bad: 'B', open: 'O', away: 'A', ...says,
    },
  );
  const press = new Element();
  const counted = new Element({}, { running: 'R{0}', good: 'all {0} {1} {2}', wrong: 'wrong {0} {1} {2}:', long: 'L', away: 'A' });
  const served = tiles(entries);
  const server = serving(day, { more: (address) => (address.startsWith('/api/') ? [200, JSON.stringify(proof)] : served(address)) });
  const phone = await open({ parts: { '[data-proof-of]': section, '[data-count]': press, '[data-counted]': counted }, server, signatures });
  await phone.run('record-proof.js');
  await until(() => names.some((name) => marks[name].textContent) && (!press.hidden || marks.line.textContent === 'B'));
  const said = () => Object.fromEntries(names.map((name) => [name, marks[name].textContent]));
  return { phone, section, press, counted, said };
}

test('each line gets its tick, the serial and the places once all lines of the round were counted', async () => {
  const { said, section, press, counted, phone } = await proved();
  assert.deepEqual(said(), { line: 'G', serial: '', list: 'G', code: 'G' });
  assert.deepEqual([section.parts['[data-unsigned]'].hidden, section.parts['[data-wrong]'].hidden], [true, true]);
  assert.deepEqual(JSON.parse(phone.stored.wm_receipts).map((one) => one.number), ['20000000001']);
  assert.equal(press.hidden, false);
  await press.click();
  assert.equal(counted.textContent, `all ${at('publish') + 1 - 256 * Math.floor(at('round 2020') / 256)} 4 3`);
  assert.equal(said().serial, 'G');
  // The lines of the year before were not asked for.
  assert.ok(phone.asked.filter((one) => one.startsWith('/log/tile/entries')).length <= 2, phone.asked.join('\n'));
  phone.close();
});

test('without signatures nothing has a tick', async () => {
  const { said, section, press, phone } = await proved({ signatures: bare });
  assert.deepEqual(said(), { line: 'O', serial: '', list: 'O', code: 'O' });
  assert.equal(section.parts['[data-unsigned]'].hidden, false);
  await press.click();
  assert.equal(said().serial, 'O');
  phone.close();
});

test('what the page says must be what the proof says', async () => {
  for (const [says, line] of [
    [{ serial: '2' }, 'line'], [{ index: '7' }, 'line'], [{ at: '1581332401' }, 'line'], [{ code: 'LD02' }, 'line'], [{ day: '2020-02-11' }, 'line'],
    [{ name: '\u674e*' }, 'list'], [{ ending: '1232' }, 'list'], [{ check: 'AAAA-AAAA-AAAA' }, 'code'],
  ]) {
    const { said, section, phone } = await proved({ says });
    assert.equal(said()[line], 'B', JSON.stringify(says));
    assert.equal(section.parts['[data-wrong]'].hidden, false);
    phone.close();
  }
});

test('a proof with one piece of another fits nowhere', async () => {
  const good = goodProof;
  for (const [line, change] of [
    ['line', { consistency: [] }], ['line', { receipt: good.receipt.replace('\nindex', '\nindex ') }], ['line', { checkpoint: forge(good.checkpoint) }],
    ['list', { list: undefined }], ['list', { list: { ...good.list, row: rows[1] } }], ['list', { list: { ...good.list, path: [] } }], ['list', { list: { ...good.list, rows: 5 } }],
    ['list', { list: { ...good.list, entryPath: good.list.entryPath.slice(1) } }], ['list', { list: { ...good.list, index: good.list.index + 1 } }],
    ['list', { list: { ...good.list, entry: good.list.entry.replace('LD01', 'LD02') } }],
  ]) {
    const { said, phone } = await proved({ proof: { ...good, ...change } });
    assert.equal(said()[line], 'B', JSON.stringify(change).slice(0, 100));
    phone.close();
  }
});

test('lines that are not those of the checkpoint, and lines that break a rule, are told', async () => {
  const put = (entries, start, ...more) => [...entries.slice(0, at(start)), ...more, ...entries.slice(at(start) + more.length)];
  const other = await proved({ entries: put(year, 'book 2020-02-10 LD02', `book 2020-02-10 LD02 1 1 1581332402 ${made.hash()}`) });
  await other.press.click();
  assert.equal(other.said().serial, 'B');
  other.phone.close();
  const jumped = put(year, 'book 2020-02-10 LD01 1 3', `book 2020-02-10 LD01 1 9 1581332461 ${made.hash()}`);
  const told = await proved({ entries: jumped, proof: proofOf(jumped), says: { check: codeOf(proofOf(jumped).checkpoint) } });
  assert.equal(told.said().line, 'G');
  await told.press.click();
  assert.equal(told.said().serial, 'B');
  assert.ok(told.counted.textContent.includes(`${at('book 2020-02-10 LD01 1 3')} F09`), told.counted.textContent);
  told.phone.close();
  const more = await proved({ says: { places: '4' } });
  await more.press.click();
  assert.equal(more.said().serial, 'B');
  more.phone.close();
});

test('a server that is away is told as that, and asked again at another press', async () => {
  const { said, phone } = await proved();
  phone.close();
  assert.equal(said().line, 'G');
  const section = new Element({ '[data-line=line]': new Element({ '[data-mark]': new Element() }) }, { proofOf: '1', away: 'A' });
  const away = await open({ parts: { '[data-proof-of]': section }, server: () => [503, ''] });
  await away.run('record-proof.js');
  const mark = section.parts['[data-line=line]'].parts['[data-mark]'];
  await until(() => mark.textContent);
  assert.equal(mark.textContent, 'A');
  away.close();
});
