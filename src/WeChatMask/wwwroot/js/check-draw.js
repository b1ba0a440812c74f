// The arithmetic of a draw. Adds to the `publicLog` of `check.js`:
//
//   commitment(origin, day, party, share)  commitText(origin, day, party, commitment)  beaconText(origin, day, source, value)
//   seedText(origin, day, size, root, [[party, share or null]], source, value): its hash is the seed  rank(seed, index, tickets)
//   allocate(seed, [{ index, persons, prefs, tickets }], { shop: places }, persons): { wins: [[index, shop, serial]], cuts }
//   ownResult(seed, application, cuts): a shop or null  sample(root, [[shop, serial]], count): whom auditors ask
//
// Cuts are { shop: { persons: rank or null } }: by the win with that rank fewer than so many places were left; null if they never were.
Object.assign(self.publicLog, (() => {
  const { sha256, hmac, b64u, compare } = self.publicLog;

  const commitment = (origin, day, party, share) => sha256(`wechatmask share v1\n${origin}\n${day}\n${party}\n`, share);
  const commitText = (origin, day, party, committed) => `wechatmask commit v1\n${origin}\n${day}\n${party}\n${b64u(committed)}\n`;
  const beaconText = (origin, day, source, value) => `wechatmask beacon v1\n${origin}\n${day}\n${source}\n${value}\n`;
  const seedText = (origin, day, size, hash, shares, source, value) => `wechatmask seed v1\n${origin}\n${day}\n${size}\n${b64u(hash)}\n${
    shares.map(([party, share]) => `${party} ${share ? b64u(share) : '-'}\n`).join('')}beacon ${source} ${value}\n`;

  // Each ticket is a slip in the hat, and the best one counts.
  function best(slip, index, tickets) {
    let found = slip(`rank ${index} 0`);
    for (let t = 1; t < tickets; t++) {
      const next = slip(`rank ${index} ${t}`);
      if (compare(next, found) < 0) found = next;
    }
    return found;
  }

  const rank = (seed, index, tickets) => best(hmac(seed), index, tickets);

  // By rank, each takes the first shop of its wishes that has room for all its persons.
  function allocate(seed, applications, places, persons) {
    const slip = hmac(seed);
    const ranked = applications.map((one) => ({ ...one, rank: best(slip, one.index, one.tickets) }));
    ranked.sort((a, b) => compare(a.rank, b.rank) || a.index - b.index);
    const left = { ...places };
    const cuts = {};
    const wins = [];
    const cut = (shop, by) => { for (let n = 1; n <= persons; n++) if (cuts[shop][n] === null && left[shop] < n) cuts[shop][n] = by; };
    for (const shop of Object.keys(places).sort()) {
      cuts[shop] = {};
      for (let n = 1; n <= persons; n++) cuts[shop][n] = null;
      cut(shop, new Uint8Array(32));
    }
    const serials = {};
    for (const one of ranked) {
      const shop = one.prefs.find((wish) => left[wish] >= one.persons);
      if (shop === undefined) continue;
      const serial = serials[shop] || 1;
      wins.push([one.index, shop, serial]);
      serials[shop] = serial + one.persons;
      left[shop] -= one.persons;
      cut(shop, one.rank);
    }
    return { wins, cuts };
  }

  function ownResult(seed, { index, persons, prefs, tickets }, cuts) {
    const own = rank(seed, index, tickets);
    const found = prefs.find((shop) => cuts[shop] && cuts[shop][persons] !== undefined && (cuts[shop][persons] === null || compare(own, cuts[shop][persons]) <= 0));
    return found === undefined ? null : found;
  }

  function sample(hash, rows, count) {
    const slip = hmac(hash);
    const drawn = rows.map((row) => ({ row, slip: slip(`sample ${row[0]} ${row[1]}`) }));
    return drawn.sort((a, b) => compare(a.slip, b.slip)).slice(0, count).map((one) => one.row);
  }

  return { commitment, commitText, beaconText, seedText, rank, allocate, ownResult, sample };
})());
