import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { load } from './answers.mjs';
import * as made from './made.mjs';

const log = load();
const hash = made.hash();
const day = '2020-02-10';

// One good line of each kind.
const lines = [
  'log 1 loudi.example/log 1581242400 878ad6e9', `key end 878ad6e9 ${hash} 1`, `policy ${day} ${hash} 0`, `round ${day} 2020-02-11 draw 5 ${hash} ${hash} 1`, `window ${day} 0 1 2 3`,
  `quota ${day} LD-01 1 160 -3 1`, `carry ${day} 2020-02-11 1 -1 0 2 -999999999999999`, `book ${day} LD01 1 17 1581332403 ${hash}`, `cancel ${day} LD01 1 registry late 1`, `close ${day} annulled 1`,
  `list ${day} LD01 0 ${hash}`, `publish ${day} 1`, `deliver ${day} LD01 800`, `give ${day} LD01 1 5`, `void ${day} LD01 1`, `move ${day} LD01 1 2020-02-12`, `lapse ${day} LD01 1`, `transfer ${day} LD01 1 LD02 9`,
  `end ${day} 1`, `shred ${day} ${hash} 1 2020-02-29`, `audit ld/bureau 9 ${hash}`, `fork loudi.example/log 9 ${hash} 1`, `commit ${day} notary ${hash} a_b-c`, `apply ${day} 2 LD01,LD02,9 1 1 ${hash}`,
  `withdraw ${day} 0`, `reject ${day} 999999999999999`, `seal ${day} 0 1`, `reveal ${day} notary ${hash}`, `beacon ${day} fc3d-pl5 20200210:1-2-3`, `attest ${day} notary sig`, `draw ${day} ${hash}`, `win ${day} 5 LD01 1`,
  `cut ${day} LD01 1 -`, `cut ${day} LD01 3 ${hash}`,
];
const refused = (entry) => assert.throws(() => log.readEntry(entry), (error) => error instanceof log.Refused && error.message === 'entry', JSON.stringify(entry));

test('each kind of line is read, and refused with a field more, a field less or a field of another kind', () => {
  for (const entry of lines) {
    const [kind, ...fields] = entry.split(' ');
    const read = log.readEntry(entry);
    assert.deepEqual([read.kind, [...read.fields]], [kind, fields]);
    refused(`${entry} 1`);
    refused(entry.slice(0, entry.lastIndexOf(' ')));
    refused(`${entry} `);
    refused(` ${entry}`);
    refused(entry.replace(' ', '  '));
    refused(`${entry}\n`);
    refused(entry.replace(' ', '\t'));
    fields.forEach((field, i) => {
      refused([kind, ...fields.map((other, j) => (i === j ? '*' : other))].join(' '));
      refused([kind, ...fields.map((other, j) => (i === j ? `${other},` : other))].join(' '));
      if (/^[0-9]+$/.test(field) && !/^(1|9)$/.test(field)) refused([kind, ...fields.map((other, j) => (i === j ? `0${other}` : other))].join(' '));
    });
  }
});

test('numbers have at most fifteen digits, no sign of plus and no nought before them', () => {
  const withNumber = (number) => `withdraw ${day} ${number}`;
  for (const good of ['0', '1', '2147483648', '4294967296', '999999999999999']) assert.equal(log.readEntry(withNumber(good)).values[1], Number(good));
  for (const bad of ['', '00', '01', '-1', '-0', '+1', '1.0', '1e3', '0x1', '1000000000000000', '\u0661', '1\u0660']) refused(withNumber(bad));
  const withSigned = (number) => `quota ${day} LD01 1 1 ${number} 1`;
  for (const good of ['0', '-1', '7', '-999999999999999']) assert.equal(log.readEntry(withSigned(good)).values[4], Number(good));
  for (const bad of ['-0', '-01', '+1', '--1', '-', '-1000000000000000']) refused(withSigned(bad));
});

test('days are those of the calendar', () => {
  for (const good of ['0001-01-01', '2020-02-29', '2000-02-29', '0004-02-29', '2021-12-31', '9999-12-31']) assert.equal(log.readEntry(`publish ${good} 1`).fields[0], good);
  for (const bad of ['0000-01-01', '2021-02-29', '1900-02-29', '0100-02-29', '2020-02-30', '2020-04-31', '2020-00-10', '2020-13-01', '2020-01-00', '2020-01-32', '2020-1-01', '20200101', '2020/01/01', '02020-01-01']) refused(`publish ${bad} 1`);
  refused(`shred ${day} ${hash} 1 2021-02-29`);
  // What only looks like a day may be a shop or a party.
  assert.equal(log.readEntry(`deliver ${day} 2020-02-30 1`).fields[1], '2020-02-30');
});

test('a hash has one text', () => {
  for (let n = 0; n < 50; n++) assert.equal(log.readEntry(`draw ${day} ${made.hash()}`).kind, 'draw');
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const taken = [...letters].filter((letter) => { try { return log.readEntry(`draw ${day} ${hash.slice(0, 42)}${letter}`); } catch (error) { return false; } });
  assert.deepEqual(taken, [...letters].filter((_, i) => i % 4 === 0));
  for (const bad of [hash.slice(1), `${hash}A`, `${hash}=`, `+${hash.slice(1)}`, `/${hash.slice(1)}`]) refused(`draw ${day} ${bad}`);
});

test('wishes are three at most and all different', () => {
  const withWishes = (wishes) => `apply ${day} 1 ${wishes} 1 1 ${hash}`;
  for (const good of ['A', 'A,B', '-,1,A']) assert.equal(log.readEntry(withWishes(good)).fields[2], good);
  for (const bad of ['', ',', 'A,', ',A', 'A,,B', 'A,A', 'A,B,A', 'A,B,C,D', 'a', 'A'.repeat(33)]) refused(withWishes(bad));
});

test('an unknown kind is a line all the same, as long as it is one', () => {
  for (const good of ['future', 'constructor 1', 'tostring', 'zz ~ ! "', `ab ${'x'.repeat(1021)}`]) assert.equal(log.readEntry(good).kind, '?');
  for (const bad of ['', 'a', 'a'.repeat(17), 'Future 1', 'fut1 1', 'future \u00e9', 'future \x7f', 'future \x00', '1 2', `ab ${'x'.repeat(1022)}`]) refused(bad);
});

test('a person is the same person only by salt, number and name, and a household by its order', () => {
  const salt = Buffer.alloc(16, 1);
  const number = '43130219510810697X';
  const one = log.idCommitment(salt, number, '胡霞');
  assert.deepEqual(Buffer.from(one), made.sha(`wechatmask id v1\n${made.b64u(salt)}\n${number}\n胡霞\n`));
  assert.deepEqual(Buffer.from(log.idCommitment(salt, number, '\u{20bb7}')), made.sha(`wechatmask id v1\n${made.b64u(salt)}\n${number}\n\u{20bb7}\n`));
  assert.throws(() => log.idCommitment(salt, number, 'e\u0301'), (error) => error.message === 'name');
  const two = made.sha('two');
  const key = randomBytes(32);
  assert.deepEqual(Buffer.from(log.who(key, [one, two])), made.sha('wechatmask who v1\n', key, one, two));
  assert.notDeepEqual(log.who(key, [one, two]), log.who(key, [two, one]));
});

test('a row holds neither tab nor line end, and says with a dash that it has no slot', () => {
  const row = { serial: 3, name: '孙*', idNumber: '**************1557', startsAt: null, endsAt: null };
  const salt = Buffer.alloc(16, 2);
  assert.equal(log.listRow(row, salt), `3\t孙*\t**************1557\t-\t-\t${made.b64u(salt)}`);
  assert.equal(log.listRow({ ...row, startsAt: 0, endsAt: 5 }, salt), `3\t孙*\t**************1557\t0\t5\t${made.b64u(salt)}`);
  for (const name of ['a\tb', 'a\n']) assert.throws(() => log.listRow({ ...row, name }, salt), (error) => error.message === 'row');
});
