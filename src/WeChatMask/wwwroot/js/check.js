// Checks what a resident holds against the public record, without a network and keeping nothing. A page or a worker loads it as a
// plain script (old phones' workers take no modules) and has `publicLog`; `check-draw.js` and `check-round.js` add to it:
//
//   sha256(...parts)  hmac(key)(text)  b64(bytes)  b64u(bytes)  unb64(text, length?)  unb64u(text, length?)  latin(bytes)  compare(a, b)
//   leaf(entry)  node(left, right)  root(leaves)  new Tree(size?, frontier?): size, frontier, add(leaf), root()
//   included(leaf, index, size, path, root)  consistent(first, firstRoot, second, secondRoot, path)
//   readKey(text)  code(origin, size, root)  await verify(spki, text, rs): true, false, or null where the browser cannot say
//   await readCheckpoint(note, keys): { origin, size, root, witnesses: [{ name, time }], verdict: "verified" or "unverified" }
//   readEntry(text): { kind, fields, values, time }, kind "?" when it is not known
//   await readReceipt(text, keys): { entry, kind, fields, values, index, salt, checkpoint }
//   idCommitment(proofSalt, idNumber, name)  who(salt, commitments)
//   listRow({ serial, name, idNumber, startsAt, endsAt }, salt): a text; a list's root is that of its rows' leaves
//
// Hashes are bytes. Sizes and lines have up to 15 digits: no bit operator may touch them. What cannot be accepted throws Refused,
// its message one word: base64, entry, frontier, bundle, key, note, origin, signature, witness, unsigned, receipt, proof, name, row.
self.publicLog = (() => {
  class Refused extends Error {}
  const refuse = (why) => { throw new Refused(why); };

  // SHA-256 of our own: crypto.subtle makes a promise of each of many thousand texts, and is missing on pages without https.
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
  const fraction = (x) => ((x - Math.floor(x)) * 0x100000000) | 0;
  const fresh = Int32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p)));
  const rounds = Int32Array.from(primes, (p) => fraction(Math.cbrt(p)));
  const words = new Int32Array(64);
  let room = new Uint8Array(4096);

  function compress(state, from) {
    for (let i = 0, at = from; i < 16; i++, at += 4) words[i] = (room[at] << 24) | (room[at + 1] << 16) | (room[at + 2] << 8) | room[at + 3];
    for (let i = 16; i < 64; i++) {
      const a = words[i - 15];
      const b = words[i - 2];
      const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
      const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
      words[i] = (words[i - 16] + s0 + words[i - 7] + s1) | 0;
    }
    let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    // Where b and c differ: what a and b do in the round before. A browser that has yet to learn the page pays for every operator.
    let bc = b ^ c;
    for (let i = 0; i < 64; i++) {
      const t1 = (h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) + (g ^ (e & (f ^ g))) + rounds[i] + words[i]) | 0;
      const ab = a ^ b;
      const t2 = (((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + (b ^ (ab & bc));
      h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0; bc = ab;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  const utf8 = (text) => new TextEncoder().encode(text);

  // Writes bytes or a text into the room, which has space behind them for a message's end; gives where they end.
  function put(part, at) {
    if (at + part.length + 72 > room.length) {
      const old = room;
      room = new Uint8Array(2 * (at + part.length + 72));
      room.set(old);
    }
    if (typeof part !== 'string') room.set(part, at);
    else {
      for (let i = 0; i < part.length; i++) {
        const letter = part.charCodeAt(i);
        if (letter > 127) return put(utf8(part), at);
        room[at + i] = letter;
      }
    }
    return at + part.length;
  }

  function digest(parts, before, taken) {
    const length = parts.reduce((at, part) => put(part, at), 0);
    const end = length + 72 - ((length + 8) % 64);
    room.fill(0, length, end);
    room[length] = 0x80;
    for (let i = end, bits = 8 * (before + length); bits >= 1; bits = Math.floor(bits / 256)) room[--i] = bits;
    const state = taken.slice();
    for (let at = 0; at < end; at += 64) compress(state, at);
    const hash = new Uint8Array(32);
    for (let i = 0, at = 0; i < 8; i++) for (let bits = 24; bits >= 0; bits -= 8) hash[at++] = state[i] >> bits;
    return hash;
  }

  const sha256 = (...parts) => digest(parts, 0, fresh);

  // The browser's own, where it has one: it has nothing to compile, which for one receipt is most of the time.
  async function hashed(...parts) {
    const length = parts.reduce((at, part) => put(part, at), 0);
    try {
      return new Uint8Array(await crypto.subtle.digest('SHA-256', room.slice(0, length)));
    } catch (error) {
      return sha256(...parts);
    }
  }

  // A draw takes a hundred thousand under one key, so its own blocks are taken once. Ours are shorter than a block.
  function hmac(key) {
    const [inner, outer] = [0x36, 0x5c].map((pad) => {
      const state = fresh.slice();
      for (let i = 0; i < 64; i++) room[i] = key[i] ^ pad;
      compress(state, 0);
      return state;
    });
    return (text) => digest([digest([text], 64, inner)], 64, outer);
  }

  // A phone's call takes no more arguments.
  function latin(bytes) {
    let text = '';
    for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode.apply(null, bytes.slice(at, at + 4096));
    return text;
  }

  const hex = (bytes) => Array.from(bytes, (b) => (b + 256).toString(16).slice(1)).join('');
  const b64 = (bytes) => btoa(latin(bytes));
  const b64u = (bytes) => b64(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');

  // atob also takes spaces, unused bits and missing ends; here bytes have one text.
  function unb64(text, length) {
    let letters = '';
    try {
      letters = atob(text);
    } catch (error) {
      refuse('base64');
    }
    const bytes = new Uint8Array(letters.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
    return b64(bytes) === text && (length === undefined || bytes.length === length) ? bytes : refuse('base64');
  }

  const unb64u = (text, length) => (/^[A-Za-z0-9_-]*$/.test(text) ? unb64(text.replace(/-/g, '+').replace(/_/g, '/') + '='.repeat(-text.length & 3), length) : refuse('base64'));

  function compare(a, b) {
    for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
    return a.length - b.length;
  }

  const same = (a, b) => compare(a, b) === 0;

  const leaf = (entry) => sha256([0], entry);
  const node = (left, right) => sha256([1], left, right);
  const half = (n) => Math.floor(n / 2);

  // A tree that grows, of which only the roots of its complete subtrees are kept: one for each 1 of its size, largest first.
  class Tree {
    constructor(size = 0, frontier = []) {
      let ones = 0;
      for (let n = size; n > 0; n = half(n)) ones += n % 2;
      if (ones !== frontier.length) refuse('frontier');
      this.size = size;
      this.frontier = frontier.slice();
    }

    add(hash) {
      let whole = hash;
      for (let n = this.size; n % 2; n = half(n)) whole = node(this.frontier.pop(), whole);
      this.frontier.push(whole);
      this.size += 1;
    }

    root() { return this.size ? this.frontier.reduceRight((right, left) => node(left, right)) : sha256(); }
  }

  function root(leaves) {
    const tree = new Tree();
    for (const hash of leaves) tree.add(hash);
    return tree.root();
  }

  // For each hash of a path whether it stands to the left of what is below it, from a subtree to the root of the whole tree; null
  // where the path has another length (RFC 9162, 2.1.3.2, 2.1.4.2).
  function sides(index, last, path) {
    let [at, end] = [index, last];
    const left = [];
    for (const hash of path) {
      if (end === 0 || hash.length !== 32) return null;
      const isLeft = at % 2 === 1 || at === end;
      left.push(isLeft);
      if (isLeft) for (; at > 0 && at % 2 === 0; at /= 2) end = half(end);
      at = half(at);
      end = half(end);
    }
    return end === 0 ? left : null;
  }

  const climb = (left, path, begin) => path.reduce((whole, hash, i) => (left[i] ? node(hash, whole) : node(whole, hash)), begin);

  function included(hash, index, size, path, wanted) {
    const left = index >= 0 && index < size && hash.length === 32 && sides(index, size - 1, path);
    return Boolean(left) && same(climb(left, path, hash), wanted);
  }

  // An empty tree is the beginning of every tree, and needs no path.
  function consistent(first, firstRoot, second, secondRoot, path) {
    if (first >= second || first === 0) return first <= second && path.length === 0 && same(firstRoot, first === second ? secondRoot : sha256());
    let [at, last] = [first - 1, second - 1];
    for (; at % 2; at = half(at)) last = half(last);
    // A first tree that is one complete subtree is where the climb begins.
    const [begin, ...rest] = at === 0 ? [firstRoot, ...path] : path;
    if (path.length === 0 || begin.length !== 32) return false;
    const left = sides(at, last, rest);
    const then = (whole, hash, i) => (left[i] ? node(hash, whole) : whole);
    return Boolean(left) && same(rest.reduce(then, begin), firstRoot) && same(climb(left, rest, begin), secondRoot);
  }

  const isSize = (text) => /^(?:0|[1-9][0-9]{0,14})$/.test(text);
  const noteText = (origin, size, hash) => `${origin}\n${size}\n${b64(hash)}\n`;

  function code(origin, size, hash) {
    const bytes = sha256('wechatmask code v1\n', noteText(origin, size, hash));
    let text = '';
    for (let bit = 0; bit < 60; bit += 5) text += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[((bytes[bit >> 3] << 8 | bytes[(bit >> 3) + 1]) >> (11 - (bit & 7))) & 31];
    return text.match(/.{4}/g).join('-');
  }

  const ofWitness = [255, ...utf8('wechatmask.p256-cosignature.v1')];

  function readKey(text) {
    const [, name, id, data] = /^([^\p{White_Space}+]+)\+([0-9a-f]{8})\+(.*)$/u.exec(text) || refuse('key');
    const bytes = unb64(data);
    const isLog = bytes[0] === 2;
    const spki = bytes.slice(isLog ? 1 : ofWitness.length);
    const hash = isLog ? sha256(spki) : sha256(name, '\n', ofWitness, spki);
    if (spki.length !== 91 || !(isLog || same(bytes.slice(0, ofWitness.length), ofWitness)) || hex(hash.slice(0, 4)) !== id) refuse('key');
    return { name, id, isLog, spki };
  }

  // 64 bytes of r and s; null for all but the one form that DER has for two numbers.
  function fromDer(der) {
    const raw = new Uint8Array(64);
    let at = 2;
    for (const end of [32, 64]) {
      const body = der.slice(at + 2, at + 2 + der[at + 1]);
      const digits = body[0] ? body : body.slice(1);
      if (der[at] !== 2 || body.length !== der[at + 1] || !(body[0] < 128) || (body[0] === 0 && body[1] < 128) || digits.length > 32) return null;
      raw.set(digits, end - digits.length);
      at += 2 + body.length;
    }
    return der[0] === 0x30 && der[1] === der.length - 2 && at === der.length ? raw : null;
  }

  const ofP256 = unb64('MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE');

  async function verify(spki, text, rs) {
    if (!rs || rs.length !== 64 || spki.length !== 91 || !same(spki.slice(0, 27), ofP256)) return false;
    const subtle = typeof crypto === 'object' && crypto.subtle;
    if (!subtle) return null;
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    try {
      return await subtle.verify(algorithm, await subtle.importKey('spki', spki, algorithm, false, ['verify']), rs, utf8(text));
    } catch (error) {
      return error.name === 'NotSupportedError' ? null : false;
    }
  }

  // A line of a key that is not given is passed over, yet must be one; a wrong line of a given key refuses the note.
  async function readCheckpoint(note, keys) {
    const known = new Map(keys.map(readKey).map((key) => [`${key.name} ${key.id}`, key]));
    const cut = note.lastIndexOf('\n\n');
    const [origin, size, hash, ...more] = note.slice(0, Math.max(cut, 0)).split('\n');
    if (cut < 0 || cut + 2 === note.length || !note.endsWith('\n') || /[\0-\x09\x0b-\x1f]/.test(note) || utf8(note).length > 65536) refuse('note');
    if (!origin || !isSize(size) || !hash || more.length) refuse('note');
    const head = { origin, size: Number(size), root: unb64(hash, 32), witnesses: [], verdict: 'unsigned' };
    for (const line of note.slice(cut + 2, -1).split('\n')) {
      const [, name, signature] = /^\u2014 ([^\p{White_Space}+]+) (\S+)$/u.exec(line) || refuse('note');
      const bytes = unb64(signature);
      if (bytes.length < 5) refuse('note');
      const key = known.get(`${name} ${hex(bytes.slice(0, 4))}`);
      if (!key) continue;
      if (key.isLog && name !== origin) refuse('origin');
      const time = bytes.slice(4, 12).reduce((n, b) => 256 * n + b, 0);
      const text = note.slice(0, cut + 1);
      const isGood = key.isLog ? await verify(key.spki, text, fromDer(bytes.slice(4)))
        : time <= Number.MAX_SAFE_INTEGER && await verify(key.spki, `cosignature/v1\ntime ${time}\n${text}`, bytes.slice(12));
      if (isGood === false) refuse(key.isLog ? 'signature' : 'witness');
      if (key.isLog) head.verdict = isGood ? 'verified' : 'unverified';
      else if (isGood) head.witnesses.push({ name, time });
    }
    return head.verdict === 'unsigned' ? refuse('unsigned') : head;
  }

  const forms = {
    day: '(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])', code: '[A-Z0-9-]{1,32}', codes: '[A-Z0-9-]{1,32}(?:,[A-Z0-9-]{1,32}){0,2}',
    int: '(?:0|[1-9][0-9]{0,14})', signed: '(?:0|-?[1-9][0-9]{0,14})', token: '[A-Za-z0-9._:/-]{1,300}',
    // 32 bytes leave two bits of the last letter unused.
    hash: '[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]',
  };
  forms.second = forms.int;
  const numbers = ['int', 'second', 'signed'];
  const kinds = new Map([
    'log 1 token int token', 'key add|end token hash int', 'policy day hash second', 'round day day fcfs|draw int hash hash second', 'window day int int int second',
    'quota day code int int signed second', 'carry day day code signed signed signed signed', 'book day code int int second hash',
    'cancel day code int self|registry|staff early|late second', 'close day full|time|annulled second', 'list day code int hash', 'publish day second', 'deliver day code int',
    'give day code int int', 'void day code int', 'move day code int day', 'lapse day code int', 'transfer day code int code int', 'end day second',
    'shred day hash second day', 'audit token int hash', 'fork token int hash int', 'commit day token hash token', 'reveal day token hash', 'beacon day token token',
    'attest day token token', 'draw day hash', 'apply day int codes int second hash', 'withdraw day int', 'reject day int', 'seal day int second', 'win day int code int',
    'cut day code int hash|-',
  ].map((line) => {
    const [kind, ...types] = line.split(' ');
    const fields = types.map((type) => `(?:${type.split('|').map((one) => forms[one] || one).join('|')})`);
    return [kind, { form: new RegExp(`^${[kind, ...fields].join(' ')}$`), types, time: types.indexOf('second') }];
  }));

  // The calendar repeats after 400 years, and Date means others by years before 100.
  const isDay = (day) => Number(day.slice(8)) <= 28 || Number(day.slice(8)) <= new Date(Date.UTC(2000 + (Number(day.slice(0, 4)) % 400), Number(day.slice(5, 7)), 0)).getUTCDate();

  // Fields are texts, among values numbers are numbers; `time` is the second of writing, where the line has one.
  function readEntry(entry) {
    const [kind, ...fields] = entry.split(' ');
    if (entry.length > 1024 || !/^[!-~]+(?: [!-~]+)*$/.test(entry) || !/^[a-z]{2,16}$/.test(kind)) refuse('entry');
    const known = kinds.get(kind);
    if (!known) return { kind: '?', fields: entry.split(' ') };
    const isRight = (type, text) => (type === 'day' ? isDay(text) : type !== 'codes' || new Set(text.split(',')).size === text.split(',').length);
    if (!known.form.test(entry) || !known.types.every((type, i) => isRight(type, fields[i]))) refuse('entry');
    const values = fields.map((text, i) => (numbers.includes(known.types[i]) ? Number(text) : text));
    return { kind, fields, values, time: values[known.time] };
  }

  const idCommitment = (proofSalt, idNumber, name) => (name === name.normalize('NFC') ? sha256(`wechatmask id v1\n${b64u(proofSalt)}\n${idNumber}\n${name}\n`) : refuse('name'));
  const who = (salt, commitments) => sha256('wechatmask who v1\n', salt, ...commitments);

  function listRow(row, salt) {
    const cells = [row.serial, row.name, row.idNumber, row.startsAt, row.endsAt, b64u(salt)].map((cell) => (cell === null ? '-' : cell));
    return /[\t\n]/.test(cells.join('')) ? refuse('row') : cells.join('\t');
  }

  async function readReceipt(text, keys) {
    const cut = text.indexOf('\n\n');
    const [head, extra, at, ...path] = text.slice(0, Math.max(cut, 0)).split('\n');
    if (head !== 'c2sp.org/tlog-proof@v1' || !/^extra /.test(extra) || !/^index /.test(at) || !isSize(at.slice(6)) || path.length > 63) refuse('receipt');
    const [entry, ...rest] = latin(unb64(extra.slice(6))).split('\n');
    if (rest.length < 1 || rest.length > 2 || rest[rest.length - 1]) refuse('receipt');
    const read = readEntry(entry);
    const salt = rest.length === 2 ? unb64u(rest[0], 32) : null;
    const hashes = path.map((hash) => unb64(hash, 32));
    const checkpoint = await readCheckpoint(text.slice(cut + 2), keys);
    const index = Number(at.slice(6));
    const left = index < checkpoint.size && sides(index, checkpoint.size - 1, hashes);
    let whole = await hashed([0], entry);
    if (left) for (let i = 0; i < left.length; i++) whole = await (left[i] ? hashed([1], hashes[i], whole) : hashed([1], whole, hashes[i]));
    if (!left || !same(whole, checkpoint.root)) refuse('proof');
    return { ...read, entry, index, salt, checkpoint };
  }

  return {
    Refused, refuse, sha256, hmac, b64, b64u, unb64, unb64u, latin, compare, Tree, leaf, node, root, included, consistent, readKey, code, verify,
    readCheckpoint, readEntry, idCommitment, who, listRow, readReceipt,
  };
})();
