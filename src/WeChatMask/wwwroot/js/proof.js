// Before a code is asked for while many do: finds the number that, behind the page's challenge, hashes to enough zeros.
// crypto.subtle is neither quick for many short texts nor there on pages without https, so SHA-256 of one block stands here.
const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
const fraction = (x) => ((x - Math.floor(x)) * 0x100000000) | 0;
const start = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));
const rounds = primes.map((p) => fraction(Math.cbrt(p)));
const words = new Int32Array(64);

// The first 32 bits of the hash of an ASCII text of at most 55 characters.
export function head(text) {
  words.fill(0);
  for (let i = 0; i < text.length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8);
  words[text.length >> 2] |= 0x80 << (24 - (text.length % 4) * 8);
  words[15] = text.length * 8;
  for (let i = 16; i < 64; i++) {
    const a = words[i - 15];
    const b = words[i - 2];
    const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
    const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
    words[i] = (words[i - 16] + s0 + words[i - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = start;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + rounds[i] + words[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  return (start[0] + a) >>> 0;
}

// In short portions, so that the page stays alive.
export async function solve(id, bits) {
  for (let n = 0; ; ) {
    for (const end = n + 5000; n < end; n++) if (Math.clz32(head(`${id}:${n}`)) >= bits) return String(n);
    await new Promise((resume) => setTimeout(resume));
  }
}

// A test takes the arithmetic alone, where there is no page.
if (typeof document !== 'undefined') {
  // Both forms of a page ask for the same: one challenge, one answer.
  const places = [...document.querySelectorAll('[data-proof]')];
  let work = null;
  for (const place of places) {
    place.form.addEventListener('submit', async (event) => {
      if (place.value) return;
      event.preventDefault();
      place.form.querySelector('[data-working]').hidden = false;
      if (!work) work = solve(place.dataset.proof, Number(place.dataset.bits)).catch(() => '');
      place.value = await work;
      // Neither form has a field that a browser would check first, nor a button with a value.
      HTMLFormElement.prototype.submit.call(place.form);
    });
  }
}
