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

// `WM1.key.number.pharmacy.yyMMdd.signature`: what it says, or null when it is none of ours.
export async function readVoucher(code, keys) {
  const text = code.trim().toUpperCase();
  const parts = text.split('.');
  const key = parts.length === 6 && parts[0] === 'WM1' ? keys[parts[1]] : undefined;
  const signature = key && base32(parts[5]);
  if (!signature) return null;
  const spki = Uint8Array.from(atob(key), (c) => c.charCodeAt(0));
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const imported = await crypto.subtle.importKey('spki', spki, algorithm, false, ['verify']);
  const content = new TextEncoder().encode(text.slice(0, text.lastIndexOf('.')));
  if (!(await crypto.subtle.verify({ ...algorithm, hash: 'SHA-256' }, imported, signature, content))) return null;
  return { number: parts[2], pharmacy: parts[3], date: `20${parts[4].slice(0, 2)}-${parts[4].slice(2, 4)}-${parts[4].slice(4)}` };
}

const digits = (text) => text.normalize('NFKC').replace(/\D/g, '');

function judgeBooking(booking, day, used, now) {
  if (booking.status === 'cancelled') return 'Cancelled';
  if (booking.status === 'redeemed' || used.has(booking.number)) return 'AlreadyRedeemed';
  // Its own hours: the list also holds who has moved to another day. One that was taken along before they were told has the day's.
  if (booking.status === 'lapsed' || now >= Date.parse(booking.pickupClosesAt ?? day.pickupClosesAt)) return 'Lapsed';
  return now < Date.parse(booking.pickupOpensAt ?? day.pickupOpensAt) ? 'NotYet' : 'Valid';
}

// The verdict, with the booking once identity holds. `used` are the numbers handed over here, `now` is the server's time.
export async function judge({ code, lastFour }, day, used, now) {
  const byVoucher = /[a-z]/i.test(code);
  const voucher = byVoucher ? await readVoucher(code, day.voucherKeys) : null;
  if (byVoucher && !voucher) return { verdict: 'Forged' };
  if (voucher && voucher.pharmacy !== day.pharmacyCode) return { verdict: 'OtherPharmacy' };
  const number = voucher?.number ?? digits(code);
  const booking = day.bookings.find((b) => b.number === number);
  // A pickup may have moved since the code was printed: of what is on the list, the list's hours count.
  if (voucher && !booking && voucher.date < day.date) return { verdict: 'Lapsed' };
  if (voucher && !booking && voucher.date > day.date) return { verdict: 'NotYet' };
  if (!booking) return { verdict: 'Unknown' };
  // With a voucher nobody has to type the last four; who does must be right.
  if ((!voucher || lastFour.trim()) && booking.idEnding !== lastFour.trim().toUpperCase()) return { verdict: 'IdentityMismatch' };
  return { verdict: judgeBooking(booking, day, used, now), booking };
}
