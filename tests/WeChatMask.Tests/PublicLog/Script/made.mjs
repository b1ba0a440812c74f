// Trees, keys, notes and records as the definitions make them, slowly and with Node's own hashes: the other side of each test.
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export const sha = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
export const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
export const b64u = (bytes) => Buffer.from(bytes).toString('base64url');
export const b64 = (bytes) => Buffer.from(bytes).toString('base64');
export const hash = () => b64u(randomBytes(32));

// A generator that gives the same numbers each time, so that what fails, fails again.
export function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const split = (n) => 2 ** Math.ceil(Math.log2(n) - 1);
export const leaf = (entry) => sha(Buffer.from([0]), entry);
const node = (left, right) => sha(Buffer.from([1]), left, right);

export function root(leaves) {
  if (leaves.length < 2) return leaves.length ? leaves[0] : sha('');
  const k = split(leaves.length);
  return node(root(leaves.slice(0, k)), root(leaves.slice(k)));
}

export function inclusion(leaves, index) {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return index < k ? [...inclusion(leaves.slice(0, k), index), root(leaves.slice(k))] : [...inclusion(leaves.slice(k), index - k), root(leaves.slice(0, k))];
}

export function consistency(leaves, first, isWhole = true) {
  if (first === leaves.length) return isWhole ? [] : [root(leaves)];
  const k = split(leaves.length);
  return first <= k ? [...consistency(leaves.slice(0, k), first, isWhole), root(leaves.slice(k))]
    : [...consistency(leaves.slice(k), first - k, false), root(leaves.slice(0, k))];
}

/** A P-256 key under a name; `der` and `rs` sign. */
export function newKey(name, ofWitness = false) {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = pair.publicKey.export({ type: 'spki', format: 'der' });
  const kind = ofWitness ? Buffer.concat([Buffer.from([255]), Buffer.from('wechatmask.p256-cosignature.v1')]) : Buffer.from([2]);
  const id = (ofWitness ? sha(`${name}\n`, kind, spki) : sha(spki)).subarray(0, 4);
  return {
    name, spki, id, text: `${name}+${id.toString('hex')}+${b64(Buffer.concat([kind, spki]))}`,
    der: (text) => sign('sha256', Buffer.from(text), { key: pair.privateKey, dsaEncoding: 'der' }),
    rs: (text) => sign('sha256', Buffer.from(text), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }),
  };
}

export const noteText = (origin, size, of) => `${origin}\n${size}\n${b64(of)}\n`;
export const line = (name, ...parts) => `\u2014 ${name} ${b64(Buffer.concat(parts))}\n`;
export const signed = (key, text) => line(key.name, key.id, key.der(text));

export function cosigned(key, text, time) {
  const at = Buffer.alloc(8);
  at.writeBigUInt64BE(BigInt(time));
  return line(key.name, key.id, at, key.rs(`cosignature/v1\ntime ${time}\n${text}`));
}

export function receipt(key, entries, index, salt) {
  const leaves = entries.map(leaf);
  const text = noteText(key.name, entries.length, root(leaves));
  const path = inclusion(leaves, index).map((one) => `${b64(one)}\n`).join('');
  return `c2sp.org/tlog-proof@v1\nextra ${b64(`${entries[index]}\n${salt ? `${b64u(salt)}\n` : ''}`)}\nindex ${index}\n${path}\n${text}\n${signed(key, text)}`;
}

const empty = b64u(sha(''));
export const rules = hash();
export const roundKey = hash();
const opens = 1581332400;

/** A day without a finding: two shops, two windows; serial 2 of LD01 is cancelled early, 3 moved, LD02's 1 cancelled late. */
export const goodDay = () => [
  'log 1 loudi.example/log 1581242400 878ad6e9',
  `policy 2020-02-01 ${rules} 1581246000`,
  `round 2020-02-10 2020-02-11 fcfs 5 ${rules} ${roundKey} 1581325200`,
  `window 2020-02-10 1 ${opens} ${opens + 3600} 1581325200`,
  `window 2020-02-10 2 ${opens + 3600} ${opens + 7200} 1581325200`,
  'quota 2020-02-10 LD01 1 2 0 1581325200',
  'quota 2020-02-10 LD01 2 1 0 1581325200',
  'quota 2020-02-10 LD02 1 2 0 1581325200',
  `book 2020-02-10 LD01 1 1 ${opens} ${hash()}`,
  `book 2020-02-10 LD01 1 2 ${opens + 1} ${hash()}`,
  `book 2020-02-10 LD02 1 1 ${opens + 2} ${hash()}`,
  `cancel 2020-02-10 LD01 2 self early ${opens + 60}`,
  `book 2020-02-10 LD01 1 3 ${opens + 61} ${hash()}`,
  `book 2020-02-10 LD01 2 4 ${opens + 3600} ${hash()}`,
  `close 2020-02-10 time ${opens + 7200}`,
  `list 2020-02-10 LD01 4 ${hash()}`,
  `list 2020-02-10 LD02 1 ${hash()}`,
  `publish 2020-02-10 ${opens + 7205}`,
  `cancel 2020-02-10 LD02 1 self late ${opens + 30000}`,
  'give 2020-02-10 LD01 1 5',
  'move 2020-02-10 LD01 3 2020-02-12',
  `end 2020-02-10 ${opens + 83000}`,
  'lapse 2020-02-10 LD01 3',
  'carry 2020-02-10 2020-02-11 LD01 0 2 0 0',
  'carry 2020-02-10 2020-02-11 LD02 1 0 1 0',
  `shred 2020-02-10 ${roundKey} ${opens + 3000000} 2020-03-20`,
];

/** The day after it, up to its first booking. */
export const nextDay = (carried) => [
  `round 2020-02-11 2020-02-12 fcfs 5 ${rules} ${roundKey} ${opens + 3000001}`,
  `window 2020-02-11 1 ${opens + 3000100} ${opens + 3000200} ${opens + 3000001}`,
  `quota 2020-02-11 LD01 1 0 ${carried} ${opens + 3000001}`,
  `quota 2020-02-11 LD02 1 0 2 ${opens + 3000001}`,
  `book 2020-02-11 LD01 1 1 ${opens + 3000100} ${hash()}`,
];

export const parties = ['bureau', 'notary', 'citizen'].map((name) => newKey(name));
export const drawRules = (more) => ({
  parties: parties.map((key) => ({ id: key.name, key: b64u(key.spki) })), quorum: 2, beacon: 'dice', extraTickets: 1, preferences: 2, persons: 2, ...more,
});

const origin = 'loudi.example/log';
const day = '2020-02-10';

/** Who wins and what it takes, by trying each shop for each application in turn. `places` changes. */
export function draw(seed, applications, places, persons) {
  const cuts = Object.fromEntries(Object.keys(places).map((shop) => [shop, Object.fromEntries(Array.from({ length: persons }, (_, n) => [n + 1, places[shop] <= n ? Buffer.alloc(32) : null]))]));
  const given = {};
  const wins = [];
  const ranked = applications.map((one) => ({ ...one, rank: Array.from({ length: one.tickets }, (_, t) => hmac(seed, `rank ${one.index} ${t}`)).sort(Buffer.compare)[0] }));
  for (const one of ranked.sort((a, b) => Buffer.compare(a.rank, b.rank))) {
    const shop = one.prefs.find((wish) => wish in places && places[wish] >= one.persons);
    if (!shop) continue;
    wins.push([one.index, shop, (given[shop] || 0) + 1]);
    given[shop] = (given[shop] || 0) + one.persons;
    places[shop] -= one.persons;
    for (let n = 1; n <= persons; n++) if (!cuts[shop][n] && places[shop] < n) cuts[shop][n] = one.rank;
  }
  return { wins, cuts, given };
}

/** A draw without a finding: three parties of which all reveal; two shops with two places and with none, four applications. */
export function goodDraw({ source = 'dice', value = '3.1.6.2.5.5.4.1.6.2.3.3.1.5.6.2.4.4.1.3.6.5.2.2.1.6', policy = rules } = {}) {
  const shares = parties.map(() => randomBytes(32));
  const entries = [
    `log 1 ${origin} 1581242400 878ad6e9`, `policy 2020-02-01 ${policy} 1581246000`, `round ${day} 2020-02-11 draw 5 ${policy} ${roundKey} 1581325200`,
    `window ${day} 1 ${opens} ${opens + 3600} 1581325200`, `quota ${day} LD01 1 3 0 1581325200`, `quota ${day} LD02 1 0 0 1581325200`,
    ...parties.map((key, i) => {
      const committed = sha(`wechatmask share v1\n${origin}\n${day}\n${key.name}\n`, shares[i]);
      return `commit ${day} ${key.name} ${b64u(committed)} ${b64u(key.rs(`wechatmask commit v1\n${origin}\n${day}\n${key.name}\n${b64u(committed)}\n`))}`;
    }),
  ];
  const first = entries.length;
  const wishes = [[1, 'LD01', 1], [2, 'LD01', 2], [2, 'LD02,LD01', 1], [1, 'LD02', 1], [1, 'LD01', 1]];
  wishes.forEach(([persons, prefs, tickets], i) => entries.push(`apply ${day} ${persons} ${prefs} ${tickets} ${opens + i} ${hash()}`));
  entries.push(`withdraw ${day} ${first + 4}`, `seal ${day} 4 ${opens + 3600}`);
  const isAlone = source === 'none';
  const seedText = `wechatmask seed v1\n${origin}\n${day}\n${entries.length}\n${b64u(root(entries.map(leaf)))}\n${
    parties.map((key, i) => `${key.name} ${b64u(shares[i])}\n`).join('')}beacon ${source} ${isAlone ? '-' : value}\n`;
  entries.push(...parties.map((key, i) => `reveal ${day} ${key.name} ${b64u(shares[i])}`));
  if (!isAlone) entries.push(`beacon ${day} ${source} ${value}`, ...parties.slice(0, 2).map((key) => `attest ${day} ${key.name} ${b64u(key.rs(`wechatmask beacon v1\n${origin}\n${day}\n${source}\n${value}\n`))}`));
  const applications = wishes.slice(0, 4).map(([persons, prefs, tickets], i) => ({ index: first + i, persons, prefs: prefs.split(','), tickets }));
  const { wins, cuts, given } = draw(sha(seedText), applications, { LD01: 3, LD02: 0 }, 2);
  entries.push(`draw ${day} ${b64u(sha(seedText))}`, ...wins.map((win) => `win ${day} ${win.join(' ')}`));
  for (const shop of ['LD01', 'LD02']) for (const n of [1, 2]) entries.push(`cut ${day} ${shop} ${n} ${cuts[shop][n] ? b64u(cuts[shop][n]) : '-'}`);
  for (const shop of ['LD01', 'LD02']) entries.push(`list ${day} ${shop} ${given[shop] || 0} ${given[shop] ? hash() : empty}`);
  entries.push(`publish ${day} ${opens + 3700}`);
  return entries;
}
