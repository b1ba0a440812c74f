import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import * as made from './made.mjs';

const root = new URL('../../../../', import.meta.url);
const page = readFileSync(new URL('tools/check.html', root), 'utf8');
const [checks, own] = [...page.matchAll(/<script>\n([\s\S]*?)<\/script>/g)].map(([, text]) => text);

test('the page on a disk checks by the very scripts of the site; scripts/check-page puts them there', () => {
  const scripts = ['check.js', 'check-draw.js', 'check-round.js'].map((name) => readFileSync(new URL(`src/WeChatMask/wwwroot/js/${name}`, root), 'utf8'));
  assert.ok(checks === scripts.join(''), 'run scripts/check-page');
});

test('it asks for nothing and sends nothing', () => {
  assert.match(page, /Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'"/);
  for (const way of [/\bsrc\s*=/, /\bhref\s*=/, /url\(/, /@import/, /\bimport\b/, /fetch/, /XMLHttpRequest/, /WebSocket/, /EventSource/, /sendBeacon/, /https?:/, /localStorage/, /<form/]) assert.doesNotMatch(page, way);
});

// As much of a document as the page's own script asks of one.
class Element {
  constructor() { Object.assign(this, { value: '', files: [], parts: [], className: '', clicks: [] }); }

  get textContent() { return this.parts.map((part) => (part instanceof Element ? part.textContent : String(part))).join(''); }

  set textContent(text) { this.parts = text === '' ? [] : [text]; }

  append(...parts) { for (const part of parts) { this.parts.push(part); if (part instanceof Element) part.parent = this; } }

  remove() { this.parent.parts = this.parent.parts.filter((part) => part !== this); }

  addEventListener(name, act) { this.clicks.push(act); }

  setAttribute() {}
}

class FileReader {
  readAsArrayBuffer(file) { this.result = new Uint8Array(Buffer.from(file.text)).buffer; setTimeout(this.onload); }
}

function open(signatures = { crypto: webcrypto }) {
  const elements = new Map();
  const byId = (id) => { if (!elements.has(id)) elements.set(id, new Element()); return elements.get(id); };
  const document = { getElementById: byId, createElement: () => new Element() };
  const self = createContext({ atob, btoa, TextEncoder, TextDecoder, Uint8Array, Int32Array, setTimeout, document, FileReader, ...signatures });
  self.self = self;
  runInContext(checks, self);
  runInContext(own, self);
  return {
    give(id, value) { byId(id).value = value; },
    choose(id, ...texts) { byId(id).files = texts.map((text) => ({ text })); },
    async press(button, place) {
      await Promise.all(byId(button).clicks.map((act) => act()));
      return byId(place).parts.filter((part) => part.parts.length).map((part) => `${part.className}: ${part.textContent}`);
    },
  };
}

const key = made.newKey('loudi.example/log');
const witness = made.newKey('news.example/witness', true);
const day = made.goodDay();
const whole = `${day.join('\n')}\n`;
const salt = made.sha('salt');
const proofSalt = Buffer.alloc(16, 7);
const commitment = made.sha(`wechatmask id v1\n${made.b64u(proofSalt)}\n43130219510810697X\n胡霞\n`);
const line = `book 2020-02-10 LD01 1 17 1581332403 ${made.b64u(made.sha('wechatmask who v1\n', salt, commitment))}`;
const receipt = made.receipt(key, [line, 'future 1'], 0, salt);

test('a receipt is told in plain words, and what it does not prove too', async () => {
  const given = open();
  given.give('keys', ` ${key.text}\n${witness.text}\n`);
  // As a message changes it: other line ends, no last one.
  given.give('receipt', `\n${receipt.replace(/\n/g, '\r\n').trim()}`);
  const said = await given.press('check-receipt', 'of-receipt');
  assert.match(said[0], /^good: ✓ 签名是真的：loudi\.example\/log/);
  assert.match(said[1], /^good: ✓ 它是公开账本第 0 行：2020-02-10 这一期，药店 LD01，第 17 号，2020 年 2 月 10 日 19:00:03 写下/);
  assert.match(said[3], /^open: ？ 这一行是谁的，账本里看不出来/);
  assert.match(said[4], /共有 2 行.*[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}/);
  assert.equal(said.length, 5);
});

test('a person shows whose the line is, and nobody else can', async () => {
  const given = open();
  given.give('keys', key.text);
  given.give('receipt', receipt);
  given.give('persons', `43130219510810697x 胡霞 ${made.b64u(proofSalt)}`);
  assert.match((await given.press('check-receipt', 'of-receipt'))[3], /^good: ✓ 这一行写的正是这个人。/);
  for (const other of [`431302195108106970 胡霞 ${made.b64u(proofSalt)}`, `43130219510810697X 胡云 ${made.b64u(proofSalt)}`, `43130219510810697X 胡霞 ${made.b64u(Buffer.alloc(16))}`, '43130219510810697X 胡霞']) {
    given.give('persons', other);
    assert.match((await given.press('check-receipt', 'of-receipt'))[3], /^bad: /, other);
  }
});

test('each way of being wrong has its words', async () => {
  const given = open();
  const say = async (keys, text) => { given.give('keys', keys); given.give('receipt', text); return given.press('check-receipt', 'of-receipt'); };
  const stranger = made.newKey('loudi.example/log');
  const cases = [
    ['', receipt, /^open: ？ 请先在“一”里放入账本的印鉴/], [key.text, '', /^open: ？ 请先粘贴凭据/], [key.text.slice(0, -8), receipt, /^bad: ✗ 印鉴/], [stranger.text, receipt, /^bad: ✗ 凭据上没有这个印鉴的签名/],
    [key.text, receipt.replace('index 0', 'index 1'), /^bad: ✗ 凭据里的这一行，不在签了名的账本里/], [key.text, receipt.slice(0, 60), /^bad: ✗ 这不像一份凭据/], [key.text, '你好', /^bad: ✗ 凭据没有抄全/],
    [key.text, made.receipt(stranger, [line], 0, salt).replace(made.b64(stranger.id).slice(0, 5), made.b64(key.id).slice(0, 5)), /^bad: /],
  ];
  for (const [keys, text, words] of cases) {
    const said = await say(keys, text);
    assert.equal(said.length, 1, said.join('\n'));
    assert.match(said[0], words);
  }
});

test('where signatures cannot be checked nothing has a tick', async () => {
  const given = open({});
  given.give('keys', key.text);
  given.give('receipt', receipt);
  const said = await given.press('check-receipt', 'of-receipt');
  assert.match(said[0], /^open: ？ 签名未核验/);
  assert.doesNotMatch(said.join('\n'), /✓/);
});

const note = (entries) => { const text = made.noteText(key.name, entries.length, made.root(entries.map(made.leaf))); return `${text}\n${made.signed(key, text)}${made.cosigned(witness, text, 1581400000)}`; };

test('a whole record is counted again and held against the note that the log has signed', async () => {
  const given = open();
  given.give('keys', `${key.text}\n${witness.text}`);
  const published = day.slice(0, day.findIndex((entry) => entry.startsWith('publish')) + 1);
  given.choose('receipt-file', note(published));
  const ofNote = await given.press('check-receipt', 'of-receipt');
  assert.match(ofNote[1], /^good: ✓ 见证人 news\.example\/witness/);
  const code = /[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}/.exec(ofNote[2])[0];
  given.choose('record-file', whole);
  const said = await given.press('check-record', 'of-record');
  assert.match(said[0], /^good: ✓ 26 行都核对过了：没有发现问题/);
  assert.ok(said.some((one) => /^good: ✓ 您凭据上的签名，签的正是这份账的前 18 行/.test(one)));
  assert.ok(said.some((one) => one.startsWith(': 公布名单时的核验码') && one.includes(code)));
  assert.ok(said.some((one) => one.startsWith('wide: 药店名额序号到') && one.includes('LD01340')));
  given.choose('record-file', whole.replace(/LD02 1 1 1581332402 \S+/, `LD02 1 1 1581332402 ${made.hash()}`));
  assert.ok((await given.press('check-record', 'of-record')).some((one) => /^bad: ✗ 这份账同您凭据上签了名的账不一样/.test(one)));
  given.choose('record-file', whole.replace('log 1 loudi.example/log ', 'log 1 chuzhou.example/log '));
  assert.ok((await given.press('check-record', 'of-record')).some((one) => /^open: ？ 这份账是 chuzhou\.example\/log 的，您的凭据是 loudi/.test(one)));
  given.choose('record-file', day.slice(0, 12).join('\n'));
  assert.ok((await given.press('check-record', 'of-record')).some((one) => /^open: ？ 这份账只有 12 行/.test(one)));
});

test('what is wrong in a record is named with its line', async () => {
  const given = open();
  given.give('record', whole.replace('LD01 1 3 ', 'LD01 1 4 '));
  const said = await given.press('check-record', 'of-record');
  assert.match(said[0], /^bad: ✗ 26 行都核对过了：有对不上的地方/);
  assert.ok(said.some((one) => /^bad: ✗ F09 序号不是接下来的那一个.*第 12/.test(one)), said.join('\n'));
  assert.ok(said.some((one) => one.startsWith('open: ？ 这份账是不是签了名的那一本')));
});

test('of an excerpt only that is said which it shows', async () => {
  const given = open();
  given.give('record', day.slice(2).join('\n'));
  const said = await given.press('check-record', 'of-record');
  assert.match(said[0], /^good: /);
  assert.ok(said.some((one) => /^open: ？ 这份账不是从第 0 行起的整本账/.test(one)));
  assert.ok(!said.some((one) => /核验码/.test(one) && !/^open/.test(one)));
});

test('a draw is drawn again with the rules that its round names', async () => {
  const text = JSON.stringify({ allocation: made.drawRules() });
  const entries = made.goodDraw({ policy: made.b64u(made.sha(text)) });
  const given = open();
  given.give('record', entries.join('\n'));
  assert.match((await given.press('check-record', 'of-record'))[0], /^bad: /);
  given.choose('rules-file', text);
  assert.match((await given.press('check-record', 'of-record'))[0], /^good: ✓ .*没有发现问题/);
});

test('every finding has words', () => {
  const codes = ['F', 'N'].flatMap((letter) => Array.from({ length: letter === 'F' ? 25 : 8 }, (_, i) => `${letter}${String(i + 1).padStart(2, '0')}`));
  for (const code of codes) assert.match(own, new RegExp(`\\b${code}: '`));
});
