// Judges a code without the server, by the same table in the same order as the server does: forged, unknown, other
// pharmacy, identity, cancelled, redeemed, lapsed, not yet. What other counters did since the list was taken along
// cannot be known here; the server finds that when it is told.
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const signatureBytes = 64;

function base32(text) {
  const bytes = new Uint8Array(signatureBytes);
  if (text.length !== Math.ceil((signatureBytes * 8) / 5)) return null;
  for (let i = 0; i < text.length; i++) {
    const value = alphabet.indexOf(text[i]);
    if (value < 0) return null;
    for (let b = 0; b < 5; b++) {
      if (!(value & (16 >> b))) continue;
      const bit = i * 5 + b;
      if (bit >= signatureBytes * 8) return null;
      bytes[bit >> 3] |= 128 >> (bit & 7);
    }
  }
  return bytes;
}

// The same folding as the server's: a keyboard, an input method or a scanner writes a code in many ways.
const longest = 1000;
const stops = /[.\u3002\uff61\uff0e\ufe52\u2024\u00b7\u2022\u30fb\uff65\u2027\u2219\u22c5]/;
const crosses = /[\u00d7\u03a7\u03c7\u0425\u0445\u2715-\u2718\u2573\u2613\u274c\u274e\u2a09\u2a2f]/;
const unseen = /[\p{Z}\p{Cc}\p{Cf}\u034f\u115f\u1160\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\u{e0100}-\u{e01ef}]/u;
const groups = /[\p{Pd}\p{Pc}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Mn}\p{Me}.,'"`:;/|\u3002\u3001\u00b7\u2022\u30fb\u2027\u2219\u22c5\u2212\u02d7\u30fc\u2500\u2501\u00b4\u02ca]/u;
// Dictated and written digits: each at a place that ends with its value.
const said = '\u3007\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u96f6\u5e7a';
const isDigit = /^\p{Nd}$/u;

// Every script keeps its ten digits side by side, from nought on.
function digitOf(character) {
  if (!isDigit.test(character)) return null;
  const plain = character.normalize('NFKC');
  if (plain >= '0' && plain <= '9') return plain;
  let value = 0;
  while (value < 9 && isDigit.test(String.fromCodePoint(plain.codePointAt(0) - value - 1))) value++;
  return String(value);
}

const capitals = (character) => character.normalize('NFKC').toUpperCase();

// Of a repeated text, what is repeated: one pull of a scanner may send a code several times.
function once(text, length) {
  return length > 0 && text.length % length === 0 && text.length <= 3 * length && text.slice(0, length).repeat(text.length / length) === text ? text.slice(0, length) : text;
}

export function foldCode(typed) {
  let code = '';
  for (const c of typed) {
    if (digitOf(c)) code += digitOf(c);
    else if (stops.test(c)) code += '.';
    else if (/[\p{Pd}\u2212\u02d7]/u.test(c)) code += '-';
    else if (/[\u3011\u300d\u300f\uff63]/.test(c)) code += ']';
    else if (!unseen.test(c)) code += capitals(c).replace(/\s/g, '');
  }
  for (const readings of [3, 2]) if (code.length / readings >= 11) code = once(code, code.length / readings);
  // The mark by which a scanner says what kind of code it read.
  return code.replace(/^\][A-Za-z][A-Za-z0-9](?=.)/, '');
}

export function foldNumber(typed) {
  let number = '';
  for (const c of typed) {
    if (digitOf(c)) number += digitOf(c);
    else if (crosses.test(c)) number += 'X';
    else if (said.includes(c)) number += said.indexOf(c) % 10;
    else if (!unseen.test(c) && !groups.test(c)) number += capitals(c);
  }
  return number;
}

// A number has no letters but digits that are written as words: with one it is a voucher, or somebody else's code, which nobody can read.
export function isVoucher(typed) {
  const code = foldCode(typed);
  return typed.length > longest || (/\p{L}/u.test(code) && !/^[0-9]+$/.test(foldNumber(code)));
}

// The whole number of a card, right or with a slip. Whose it is only the server knows.
const isCard = (typed) => /^[0-9]{17}[0-9X]$/.test(once(foldNumber(foldCode(typed)), 18));

// ISO 7064 MOD 11,10: a number that does not fit itself is misread.
function isNumber(text) {
  if (!/^[2-9][0-9]{10}$/.test(text)) return false;
  let product = 10;
  for (const digit of text.slice(0, -1)) product = (((product + Number(digit)) % 10 || 10) * 2) % 11;
  return (11 - product) % 10 === Number(text[10]);
}

function dateOf(text) {
  const date = /^[0-9]{6}$/.test(text) ? `20${text.slice(0, 2)}-${text.slice(2, 4)}-${text.slice(4)}` : '';
  const day = date ? new Date(`${date}T00:00:00Z`) : null;
  return day && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date) ? date : null;
}

// `WM1.key.number.pharmacy.yyMMdd.signature`: what it says, or what is wrong: forged is only what has this whole form and a
// signature that does not hold.
export async function readVoucher(code, keys) {
  const text = code.length > longest ? '' : foldCode(code);
  const parts = text.length > 256 ? [] : text.split('.');
  const date = parts.length === 6 && parts[0] === 'WM1' ? dateOf(parts[4]) : null;
  const isWhole = date && /^[A-Z0-9-]{1,32}$/.test(parts[1]) && isNumber(parts[2]) && /^[A-Z0-9-]{1,32}$/.test(parts[3]) && /^[A-Z2-7]{103}$/.test(parts[5]);
  if (!isWhole) return { fault: 'Unreadable' };
  const key = keys[parts[1]];
  const signature = key && base32(parts[5]);
  if (!signature) return { fault: 'Forged' };
  const spki = Uint8Array.from(atob(key), (c) => c.charCodeAt(0));
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const imported = await crypto.subtle.importKey('spki', spki, algorithm, false, ['verify']);
  const content = new TextEncoder().encode(text.slice(0, text.lastIndexOf('.')));
  if (!(await crypto.subtle.verify({ ...algorithm, hash: 'SHA-256' }, imported, signature, content))) return { fault: 'Forged' };
  return { number: parts[2], pharmacy: parts[3], date };
}

function judgeBooking(booking, day, used, now) {
  if (booking.status === 'cancelled') return 'Cancelled';
  if (booking.status === 'redeemed' || used.has(booking.number)) return 'AlreadyRedeemed';
  // Its own hours: the list also holds who has moved to another day. One that was taken along before they were told has the day's.
  if (booking.status === 'lapsed' || now >= Date.parse(booking.pickupClosesAt || day.pickupClosesAt)) return 'Lapsed';
  return now < Date.parse(booking.pickupOpensAt || day.pickupOpensAt) ? 'NotYet' : 'Valid';
}

// The verdict, with the booking once identity holds. `used` are the numbers handed over here, `now` is the server's time.
export async function judge({ code, lastFour: typed }, day, used, now) {
  // A scanner that ends a code with a tab and sends it twice has typed it there again.
  const again = foldCode(typed);
  const lastFour = again.length > 4 && foldCode(code).startsWith(again) ? '' : typed;
  if (isCard(code)) return { verdict: 'Unknown', fault: 'Card' };
  const voucher = isVoucher(code) ? await readVoucher(code, day.voucherKeys) : null;
  if (voucher && voucher.fault === 'Unreadable') return { verdict: 'Unknown', fault: 'Unreadable' };
  if (voucher && voucher.fault) return { verdict: 'Forged' };
  const number = voucher ? voucher.number : once(foldNumber(foldCode(code)), 11);
  const booking = day.bookings.find((b) => b.number === number);
  // A withdrawn pharmacy's bookings are another's since their codes were made: the list decides, and what has left it is known.
  if (!booking && ((voucher && voucher.pharmacy !== day.pharmacyCode) || (day.gone || []).indexOf(number) >= 0)) return { verdict: 'OtherPharmacy' };
  // A pickup may have moved since the code was printed: of what is on the list, the list's hours count.
  if (voucher && !booking && voucher.date < day.date) return { verdict: 'Lapsed' };
  if (voucher && !booking && voucher.date > day.date) return { verdict: 'NotYet' };
  if (!booking) return { verdict: 'Unknown' };
  // With a voucher nobody has to type the last four; who does must be right.
  if ((!voucher || lastFour.trim()) && booking.idEnding !== foldNumber(lastFour)) return { verdict: 'IdentityMismatch' };
  return { verdict: judgeBooking(booking, day, used, now), booking };
}
