import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './answers.mjs';
import * as made from './made.mjs';

const log = load();
const origin = 'loudi.example/log';
const [key, other, witness] = [made.newKey(origin), made.newKey(origin), made.newKey('news.example/witness', true)];
const text = made.noteText(origin, 10, made.sha('root'));
const note = (...lines) => `${text}\n${lines.join('')}`;
const own = made.signed(key, text);
const keys = [key.text, witness.text];
const refused = (given, why, by = keys) => assert.rejects(log.readCheckpoint(given, by), (error) => error instanceof log.Refused && (why === undefined || error.message === why), given.slice(0, 200));

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const number = (n) => Buffer.from(n.toString(16).padStart(64, '0'), 'hex');

function der(r, s) {
  const part = (digits) => {
    let bytes = digits;
    while (bytes.length > 1 && !bytes[0] && bytes[1] < 128) bytes = bytes.subarray(1);
    if (bytes[0] > 127) bytes = Buffer.concat([Buffer.alloc(1), bytes]);
    return Buffer.concat([Buffer.from([2, bytes.length]), bytes]);
  };
  const body = Buffer.concat([part(r), part(s)]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

test('a note says its size, root and witnesses once the log has signed it', async () => {
  const read = await log.readCheckpoint(note(own, made.cosigned(witness, text, 5000000000), made.cosigned(made.newKey('w', true), text, 5)), keys);
  assert.deepEqual({ ...read, root: made.b64u(read.root), witnesses: [...read.witnesses].map((one) => ({ ...one })) },
    { origin, size: 10, root: made.b64u(made.sha('root')), witnesses: [{ name: 'news.example/witness', time: 5000000000 }], verdict: 'verified' });
});

test('lines of unknown keys are passed over, but they must be lines', async () => {
  const unknown = Array.from({ length: 20 }, (_, i) => made.line(`k${i}.example/log`, Buffer.alloc(5 + i)));
  assert.equal((await log.readCheckpoint(note(...unknown, own), keys)).verdict, 'verified');
  // The same name with another key's number is another key.
  assert.equal((await log.readCheckpoint(note(made.signed(other, text), own), keys)).verdict, 'verified');
  for (const bad of ['junk\n', '\u2014 a AAAAAAA\n', '\u2014 a AAAAAAB=\n', '\u2014 a AAAA\n', '\u2014 a+b AAAAAAA=\n', '\u2014  a AAAAAAA=\n', '\u2014 a AAAAAAA= \n', '- a AAAAAAA=\n', '\u2014 a\u3000b AAAAAAA=\n', '\u2014 a\u0001 AAAAAAA=\n', '\n']) await refused(note(own, bad));
});

test('a wrong line of a known key refuses the note, whatever else is right', async () => {
  const forged = made.line(origin, key.id, other.der(text));
  await refused(note(forged), 'signature');
  await refused(note(own, forged), 'signature');
  await refused(note(own, made.cosigned(witness, `${text} `, 5)), 'witness');
  await refused(note(own, made.line(witness.name, witness.id, Buffer.alloc(8), witness.der(text))), 'witness');
  await refused(note(own, made.line(witness.name, witness.id)), 'note');
  await refused(note(made.cosigned(witness, text, 5)), 'unsigned');
  await refused(note(made.signed(other, text)), 'unsigned');
  const elsewhere = made.newKey('other.example/log');
  await refused(note(own, made.signed(elsewhere, text)), 'origin', [...keys, elsewhere.text]);
  await refused(note(own), 'unsigned', [witness.text]);
});

test('two keys of a change are both looked at', async () => {
  assert.equal((await log.readCheckpoint(note(own, made.signed(other, text)), [key.text, other.text])).verdict, 'verified');
  await refused(note(own, made.line(origin, other.id, key.der(text))), 'signature', [key.text, other.text]);
});

test('a note has three lines, an empty one and signatures, and nothing else', async () => {
  const of = (first, second, third, ...more) => { const said = [first, second, third, ...more].join('\n'); return `${said}\n\n${made.signed(key, `${said}\n`)}`; };
  const root = made.b64(made.sha('root'));
  assert.equal((await log.readCheckpoint(of(origin, '999999999999999', root), keys)).size, 999999999999999);
  assert.equal((await log.readCheckpoint(of(origin, '0', root), keys)).size, 0);
  for (const size of ['', '00', '010', '+1', '-1', '1.0', '1e3', ' 1', '1 ', '\u0661', '1000000000000000']) await refused(of(origin, size, root), 'note');
  for (const bad of [root.slice(0, -1), `${root}=`, made.b64(Buffer.alloc(31)), made.b64u(made.sha('root')), `${root} `]) await refused(of(origin, '1', bad));
  await refused(of(origin, '1', root, 'extension'), 'note');
  await refused(of('', '1', root));
  await refused(of(`${origin} `, '1', root));
  await refused(note(own).slice(0, -1));
  await refused(note(own).replace(/\n/g, '\r\n'));
  await refused(note(own).replace('\n', '\t\n'));
  await refused(`\ufeff${note(own)}`);
  await refused(note(own).replace('\n\n', '\n'));
  await refused(note(own).replace('\n\n', '\n\n\n'));
  await refused(note());
  await refused(`${note(own)}\n`);
  const long = made.line('a', Buffer.alloc(3 * 4096));
  const most = note(own, long, long, long, made.line('b'.repeat(2), Buffer.alloc(5)));
  const filled = most.replace('\u2014 bb', `\u2014 ${'b'.repeat(2 + 65536 - Buffer.byteLength(most))}`);
  assert.equal(Buffer.byteLength(filled), 65536);
  assert.equal((await log.readCheckpoint(filled, keys)).verdict, 'verified');
  await refused(filled.replace('\u2014 bb', '\u2014 bbb'), 'note');
});

test('a signature has one form, with either of the two numbers s', async () => {
  // Two small numbers, of which none needs a nought before it.
  let rs = key.rs(text);
  while (rs[0] > 127 || rs[32] > 127) rs = key.rs(text);
  const [r, s] = [rs.subarray(0, 32), rs.subarray(32)];
  const high = number(order - BigInt(`0x${s.toString('hex')}`));
  const good = der(r, s);
  const raw = (...parts) => Buffer.concat(parts.map((part) => (Array.isArray(part) ? Buffer.from(part) : part)));
  for (const one of [good, der(r, high)]) assert.equal((await log.readCheckpoint(note(made.line(origin, key.id, one)), keys)).verdict, 'verified');
  for (const bad of [
    raw(good, [0]), raw([0x30, good.length - 1], good.subarray(2), [0]), good.subarray(0, -1), raw([0x31], good.subarray(1)), raw([0x30, 0x81, good.length - 2], good.subarray(2)), rs,
    raw([0x30, 69, 2, 33, 0], r, [2, 32], s), raw([0x30, 69, 2, 32], r, [2, 33, 0], s), raw([0x30, 70, 2, 34, 0, 0], r, [2, 32], s), raw([0x30, 68, 2, 32], r, [2, 32], high), raw([0x30, 68, 3, 32], r, [2, 32], s),
    raw([0x30, 6, 2, 1, 0, 2, 1, 1]), raw([0x30, 4, 2, 0, 2, 0]), der(r, number(order)), der(number(0n), s), Buffer.alloc(1),
  ].filter((one) => high[0] > 127 || !one.equals(der(r, high)))) await refused(note(made.line(origin, key.id, bad)), 'signature');
});

test('a key is read only as it is written', () => {
  const parts = key.text.split('+');
  assert.equal(log.readKey(key.text).name, origin);
  assert.equal(log.readKey(witness.text).isLog, false);
  const wrong = made.newKey('x');
  for (const bad of [
    '', origin, `${key.text}\n`, ` ${key.text}`, key.text.replace(origin, ''), key.text.replace(origin, 'a b'), key.text.slice(0, -4), key.text.replace(parts[1], parts[1].toUpperCase().padStart(9, '0')),
    key.text.replace(parts[1], wrong.id.toString('hex')), `${origin}+${parts[1]}`, `${witness.name}x${witness.text.slice(witness.name.length)}`, `a+00000000+${made.b64(Buffer.alloc(33, 1))}`,
  ]) assert.throws(() => log.readKey(bad), log.Refused, bad);
});

test('a point that is on no curve, or a key of another kind, signs nothing', async () => {
  for (const at of [20, 26, 40]) {
    const spki = Buffer.from(key.spki);
    spki[at] ^= 1;
    assert.equal(await log.verify(spki, text, key.rs(text)), false);
  }
  assert.equal(await log.verify(key.spki.subarray(1), text, key.rs(text)), false);
  assert.equal(await log.verify(key.spki, text, key.rs(text)), true);
});

test('twelve characters are the same only for the same three lines', () => {
  const code = log.code(origin, 10, made.sha('root'));
  assert.match(code, /^[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}$/);
  assert.equal(code, log.code(origin, 10, made.sha('root')));
  for (const given of [['loudi.example/log/2', 10, 'root'], [origin, 11, 'root'], [origin, 10, 'toor']]) assert.notEqual(code, log.code(given[0], given[1], made.sha(given[2])));
});

const entries = Array.from({ length: 11 }, (_, i) => `book 2020-02-10 LD01 1 ${i + 1} 1581332400 ${made.hash()}`);
const salt = made.sha('salt');

test('a receipt of each line of a tree is taken', async () => {
  for (const [index, entry] of entries.entries()) {
    const read = await log.readReceipt(made.receipt(key, entries, index, index % 2 ? salt : null), keys);
    assert.deepEqual([read.entry, read.index, read.salt && made.b64u(read.salt), read.checkpoint.size, read.checkpoint.verdict], [entry, index, index % 2 ? made.b64u(salt) : null, 11, 'verified']);
    assert.deepEqual([...read.fields].slice(0, 4), ['2020-02-10', 'LD01', '1', String(index + 1)]);
  }
});

// A salt is no part of the tree: it says whose the line is, by `who`.
test('a receipt that is changed in any letter is refused', async () => {
  const given = made.receipt(key, entries, 4, null);
  const wrong = [];
  for (let i = 0; i < given.length; i++) {
    const letter = given[i] === 'A' ? 'B' : 'A';
    for (const changed of [given.slice(0, i) + letter + given.slice(i + 1), given.slice(0, i) + given.slice(i + 1)]) {
      await log.readReceipt(changed, keys).then(() => wrong.push(i), (error) => assert.ok(error instanceof log.Refused, String(error)));
    }
  }
  assert.deepEqual(wrong, []);
});

test('a receipt has one form', async () => {
  const good = made.receipt(key, entries, 4, salt);
  const [head, ...rest] = good.split('\n');
  const withExtra = (extra) => [head, `extra ${made.b64(extra)}`, ...rest.slice(1)].join('\n');
  assert.equal((await log.readReceipt(withExtra(`${entries[4]}\n`), keys)).salt, null);
  for (const extra of [entries[4], `${entries[4]}\n\n`, `${entries[4]}\n${made.b64u(salt)}`, `${entries[4]}\n${made.b64u(salt)}\n\n`, `${entries[4]}\n${made.b64(salt)}\n`, `${entries[4]}\n${made.b64u(salt.subarray(1))}\n`,
    `${entries[4]}\r\n`, `${entries[3]}\n`, '\n', '', `\u00e9${entries[4]}\n`]) await assert.rejects(log.readReceipt(withExtra(extra), keys), log.Refused, extra);
  for (const bad of ['', 'x', head, good.replace('\n\n', '\n'), `\ufeff${good}`, good.replace(/\n/g, '\r\n'), good.replace('index 4', 'index 04'), good.replace('index 4', 'index 1000000000000004'), good.replace('index 4', `index ${4 + 2 ** 32}`),
    good.replace('@v1', '@v2'), `${good}\n`, good.replace('index', 'Index'), good.replace('index 4\n', `index 4\n${`${made.b64(salt)}\n`.repeat(60)}`)]) await assert.rejects(log.readReceipt(bad, keys), log.Refused, bad);
  const odd = 'novel of another version';
  assert.equal((await log.readReceipt(made.receipt(key, [odd], 0, null), keys)).kind, '?');
  await assert.rejects(log.readReceipt(made.receipt(key, ['book 2020-02-30 LD01 1 1 1 x'], 0, null), keys), log.Refused);
});

test('without crypto.subtle nothing is called verified, and what is not a matter of signatures is refused as ever', async () => {
  for (const bare of [load({}), load({ crypto: {} }), load({ crypto: { subtle: { importKey: () => Promise.reject(Object.assign(new Error('no P-256'), { name: 'NotSupportedError' })) } } })]) {
    const read = await bare.readReceipt(made.receipt(key, entries, 4, salt).replace(/$/, made.cosigned(witness, made.noteText(origin, 11, made.root(entries.map(made.leaf))), 5)), keys);
    assert.equal(read.checkpoint.verdict, 'unverified');
    assert.deepEqual([...read.checkpoint.witnesses], []);
    await assert.rejects(bare.readReceipt(made.receipt(key, entries, 4, salt).replace('index 4', 'index 5'), keys), bare.Refused);
    await assert.rejects(bare.readCheckpoint(note(made.signed(other, text)), keys), (error) => error.message === 'unsigned');
    await assert.rejects(bare.readCheckpoint(note(made.line(origin, key.id, Buffer.alloc(64))), keys), (error) => error.message === 'signature');
  }
});
