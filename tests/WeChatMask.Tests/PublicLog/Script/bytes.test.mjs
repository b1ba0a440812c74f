import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { answer, load } from './answers.mjs';
import * as made from './made.mjs';

const log = load();
const plain = (bytes) => Buffer.from(bytes);
const refused = (act, why) => assert.throws(act, (error) => error instanceof log.Refused && error.message === why);

for (const one of JSON.parse(readFileSync(new URL('../../Vectors/public_log.json', import.meta.url), 'utf8')).cases) {
  test(`vector ${one.id}`, async () => assert.deepEqual(await answer(log, one), one.expected));
}

test('hashes are those of Node, whatever the length and the letters', () => {
  for (let length = 0; length < 300; length++) {
    const bytes = randomBytes(length);
    assert.deepEqual(plain(log.sha256(bytes)), made.sha(bytes));
    assert.deepEqual(plain(log.sha256('a'.repeat(length))), made.sha('a'.repeat(length)));
    assert.deepEqual(plain(log.sha256(bytes.subarray(0, length >> 1), '', bytes.subarray(length >> 1))), made.sha(bytes));
  }
  for (const text of ['张\u{20bb7}*', 'a\u00e9', '\u20ac'.repeat(5000), 'x'.repeat(200000)]) assert.deepEqual(plain(log.sha256(text)), made.sha(text));
  for (const length of [0, 1, 32, 64]) {
    const key = randomBytes(length);
    for (const text of ['', 'rank 48213 0', 'x'.repeat(500)]) assert.deepEqual(plain(log.hmac(key)(text)), createHmac('sha256', key).update(text).digest());
  }
});

test('a key that is at hand gives the same after other hashes', () => {
  const slip = log.hmac(new Uint8Array(32));
  const first = log.b64u(slip('rank 1 0'));
  log.sha256('x'.repeat(9000));
  assert.equal(log.b64u(slip('rank 1 0')), first);
});

test('bytes have one text', () => {
  for (let length = 0; length < 40; length++) {
    const bytes = randomBytes(length);
    assert.equal(log.b64u(bytes), made.b64u(bytes));
    assert.deepEqual(plain(log.unb64u(made.b64u(bytes))), bytes);
    assert.deepEqual(plain(log.unb64(made.b64(bytes), length)), bytes);
  }
  for (const text of ['A', 'AA', 'AAA', 'AB==', 'AAB=', 'AAAA=', 'AA==\n', ' AAAA', 'AA=A', '====', 'AA-_', 'AAAA\r', 'AAAA AAAA']) refused(() => log.unb64(text), 'base64');
  for (const text of ['A', 'AB', 'AAB', 'AA==', 'AA+/', 'AA AA', 'AA\n', 'AAAAA']) refused(() => log.unb64u(text), 'base64');
  refused(() => log.unb64u('AAAA', 4), 'base64');
});

test('roots and paths are those of the definition', () => {
  for (let size = 0; size <= 33; size++) {
    const leaves = Array.from({ length: size }, (_, i) => made.leaf(`e ${i}`));
    assert.deepEqual(plain(log.root(leaves)), made.root(leaves));
    leaves.forEach((leaf, i) => assert.ok(log.included(leaf, i, size, made.inclusion(leaves, i), made.root(leaves))));
    for (let first = 1; first <= size; first++) assert.ok(log.consistent(first, made.root(leaves.slice(0, first)), size, made.root(leaves), made.consistency(leaves, first)));
    assert.ok(log.consistent(0, made.sha(''), size, made.root(leaves), []));
  }
});

// Each thing that can be wrong about a path, one at a time.
const spoilt = (path) => [
  ...path.map((_, i) => path.filter((one, j) => j !== i)), ...path.map((one, i) => path.map((other, j) => (i === j ? made.sha(other) : other))),
  ...path.map((_, i) => path.map((other, j) => (i === j ? other.subarray(1) : other))), [...path, made.sha('more')], [made.sha('more'), ...path], ...(path.length > 1 ? [[...path].reverse()] : []),
];

test('a path that is changed anywhere proves nothing', () => {
  for (const size of [1, 2, 3, 7, 8, 13, 64, 65]) {
    const leaves = Array.from({ length: size }, (_, i) => made.leaf(`e ${i}`));
    const root = made.root(leaves);
    leaves.forEach((leaf, i) => {
      const path = made.inclusion(leaves, i);
      for (const other of spoilt(path)) assert.ok(!log.included(leaf, i, size, other, root));
      for (const index of [i + 1, i - 1, -1, size, size + i, i + 2 ** 32]) assert.ok(!log.included(leaf, index, size, path, root), `${index} of ${size}`);
      assert.ok(!log.included(leaf, i, 0, path, root) && !log.included(made.sha(leaf), i, size, path, root) && !log.included(leaf, i, size, path, leaf.subarray(1)));
    });
    for (let first = 1; first < size; first++) {
      const path = made.consistency(leaves, first);
      const old = made.root(leaves.slice(0, first));
      for (const other of spoilt(path)) assert.ok(!log.consistent(first, old, size, root, other), `${first} ${size}`);
      for (const other of [0, first - 1, first + 1, first + 2 ** 32].filter((n) => n !== first)) assert.ok(!log.consistent(other, old, size, root, path));
      assert.ok(!log.consistent(first, made.sha(old), size, root, path) && !log.consistent(first, old, size, made.sha(root), path) && !log.consistent(size, root, first, old, path));
    }
    assert.ok(!log.consistent(size, root, size, made.sha(root), []) && !log.consistent(size, root, size, root, [root]));
    assert.ok(!log.consistent(0, root, size, root, []) && !log.consistent(0, made.sha(''), size, root, [root]));
  }
});

test('a tree goes on from its frontier, also far above what bit operators can count', async () => {
  const random = made.numbers(7);
  for (const size of [0, 1, 5, 255, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 3, 2 ** 40 + 2 ** 33 + 5, 999999999999990]) {
    const frontier = [...size.toString(2)].filter((one) => one === '1').map(() => made.hash());
    const entries = Array.from({ length: 9 }, () => `e ${random(1000)}`);
    // The answer takes every new path by `included`.
    const grown = await answer(log, { kind: 'append', input: { size, frontier, entries } });
    assert.equal(grown.size, size + 9);
    assert.equal(grown.frontier.length, [...grown.size.toString(2)].filter((one) => one === '1').length);
    assert.deepEqual(await answer(log, { kind: 'append', input: { size, frontier: [...frontier, made.hash()], entries } }), { error: true });
  }
  const [left, right] = [new log.Tree(), new log.Tree()];
  for (let i = 0; i < 20; i++) left.add(log.leaf(`e ${i}`));
  for (let i = 0; i < 20; i++) right.add(log.leaf(`e ${i}`));
  const other = new log.Tree(20, left.frontier);
  other.add(log.leaf('one more'));
  assert.deepEqual(left.root(), right.root());
});

test('tiles are named and read as the specification of tiles says', async () => {
  assert.equal(log.tilePath(0, 5, 256), 'tile/0/005');
  assert.equal(log.tilePath(1, 1234067, 1), 'tile/1/x001/x234/067.p/1');
  assert.equal(log.tilePath('entries', 1000, 255), 'tile/entries/x001/000.p/255');
  assert.deepEqual((await answer(log, { kind: 'tiles', input: { size: 0 } })).paths, []);
  for (const bytes of [[0], [0, 2, 97], [0, 1, 97, 0], [0, 1, 200]]) refused(() => log.readBundle(new Uint8Array(bytes)), 'bundle');
  assert.deepEqual([...log.readBundle(new Uint8Array([0, 1, 97, 1, 0, ...Buffer.alloc(256, 98)]))], ['a', 'b'.repeat(256)]);
});

test('times on this machine', async (context) => {
  const begun = performance.now();
  const cold = load();
  const key = made.newKey('loudi.example/log');
  const entries = Array.from({ length: 1000 }, (_, i) => `book 2020-02-10 LD01 1 ${i + 1} 1581332400 ${made.hash()}`);
  const text = made.receipt(key, entries, 777, Buffer.alloc(32));
  const loaded = performance.now();
  await cold.readReceipt(text, [key.text]);
  const read = performance.now();
  await cold.readReceipt(text, [key.text]);
  context.diagnostic(`a receipt cold ${(read - loaded).toFixed(1)} ms, again ${(performance.now() - read).toFixed(1)} ms (made in ${(loaded - begun).toFixed(0)} ms)`);
  const day = made.goodDay();
  const many = [...day.slice(0, 5), ...Array.from({ length: 80 }, (_, i) => `quota 2020-02-10 CZ${i} 1 160 0 1581325200`)];
  for (let i = 0; many.length < 12778; i++) many.push(`book 2020-02-10 CZ${i % 80} 1 ${Math.floor(i / 80) + 1} 1581332400 ${made.hash()}`);
  const before = performance.now();
  const { findings } = await cold.replay(many);
  context.diagnostic(`${many.length} lines replayed in ${(performance.now() - before).toFixed(0)} ms`);
  assert.deepEqual([...findings], []);
  const seed = made.sha('seed');
  const applications = Array.from({ length: 20000 }, (_, index) => ({ index, persons: 1, prefs: ['LD01'], tickets: 1 }));
  const drawn = performance.now();
  cold.allocate(seed, applications, { LD01: 500 }, 1);
  context.diagnostic(`20,000 applications drawn in ${(performance.now() - drawn).toFixed(0)} ms`);
});
