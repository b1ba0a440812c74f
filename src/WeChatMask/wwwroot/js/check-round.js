// Holds the record against every rule of a round, line by line. Adds to the `publicLog` of `check.js` and `check-draw.js`:
//
//   tilePath(level or "entries", index, width)  readBundle(bytes): the entries of a tile
//   rulesOf(entries, texts of policies): { day: rules } of draws
//   await replay(entries, rules?, progress?): { findings: [[line, code]], figures: { day: { shop: {} } }, origin, size, root,
//     published: { day: { size, root, code } }, unverified }; progress is told a line now and then, and waited for
//
// A finding is a fault (F) or a notice (N). `unverified` counts parties' signatures that the browser cannot check and takes for right.
Object.assign(self.publicLog, (() => {
  const { sha256, b64u, unb64u, latin, compare, Tree, leaf, refuse, verify, code, readEntry, commitment, commitText, beaconText, seedText, allocate } = self.publicLog;

  function tilePath(level, index, width) {
    const digits = String(index);
    const path = digits.padStart(3 * Math.ceil(digits.length / 3), '0').replace(/...(?=.)/g, 'x$&/');
    return `tile/${level}/${path}${width < 256 ? `.p/${width}` : ''}`;
  }

  function readBundle(bytes) {
    const entries = [];
    for (let at = 0; at < bytes.length;) {
      const end = at + 2 + 256 * bytes[at] + bytes[at + 1];
      const entry = bytes.slice(at + 2, end);
      if (!(end <= bytes.length) || entry.some((b) => b > 127)) refuse('bundle');
      entries.push(latin(entry));
      at = end;
    }
    return entries;
  }

  const inside = (map, key, made) => map.get(key) || map.set(key, made).get(key);
  const sorted = (one, other = []) => [...new Set([...one.keys(), ...other.keys()])].sort();

  function sum(counts, upTo = Infinity) {
    let n = 0;
    for (const [w, count] of counts || []) if (w <= upTo) n += count;
    return n;
  }

  // By shop: places and those received among them, by window; what postings carried in and sent off. A posting may come before the
  // round's own line: then it has no policy.
  const newRound = ([, pickup, mode, units, policy, key], old) => ({
    pickup, mode, units, policy, key, windows: new Map(), places: new Map(), received: new Map(), carried: old ? old.carried : new Map(), sent: new Map(), shops: new Map(), lists: new Set(),
    commits: new Map(), shares: new Map(), attests: new Set(), applications: new Map(), gone: new Set(), won: 0, cutsSeen: new Set(),
  });

  const closing = (r) => (r.windows.size ? Math.max(...[...r.windows.values()].map(([, closes]) => closes)) : Infinity);
  const live = (r) => [...r.applications.values()].filter((one) => !r.gone.has(one.index));
  const shopOf = (r, code) => inside(r.shops, code, { bookings: new Map(), taken: new Map() });
  const takenOf = (r, code) => (r.shops.has(code) ? r.shops.get(code).taken : null);
  const leftOf = (r, code) => sum(r.places.get(code)) - sum(takenOf(r, code));
  // A place of a later window may not be taken earlier.
  const isOversold = (r, code) => [...r.windows.keys()].some((w) => sum(takenOf(r, code), w) > sum(r.places.get(code), w));

  // These two free the place.
  function turn(shop, booking, status) {
    if (status === 'early' || status === 'transferred') shop.taken.set(booking.window, shop.taken.get(booking.window) - 1);
    booking.status = status;
  }

  function put(shop, serial, window) {
    if (shop.bookings.has(serial)) turn(shop, shop.bookings.get(serial), 'transferred');
    shop.bookings.set(serial, { status: 'booked', window });
    shop.taken.set(window, (shop.taken.get(window) || 0) + 1);
  }

  function turnBooked(r, status) {
    for (const shop of r.shops.values()) for (const booking of shop.bookings.values()) if (booking.status === 'booked') turn(shop, booking, status);
  }

  function figuresOf(r, code) {
    const counts = { booked: 0, moved: 0, given: 0, lapsed: 0, early: 0, late: 0, transferred: 0 };
    const { bookings } = shopOf(r, code);
    for (const { status } of bookings.values()) counts[status] += 1;
    return {
      places: sum(r.places.get(code)), left: leftOf(r, code), booked: counts.booked + counts.moved, redeemed: counts.given, lapsed: counts.lapsed,
      cancelledEarly: counts.early, cancelledLate: counts.late, serials: bookings.size,
    };
  }

  // Of the latest date that is not after the day; of one date, what was written last.
  const policyOf = (policies, day) => policies.reduce((best, one) => (one[0] <= day && one[0] >= best[0] ? one : best), [''])[1];

  // By its first booking, application or close a round has begun: now its places are held against postings.
  function begin(r, day, { say, rounds, policies }) {
    r.begun = true;
    if (!r.isMisruled && policyOf(policies, day) !== r.policy) say('F05');
    for (const code of sorted(r.places, r.carried)) if (sum(r.received.get(code)) !== (r.carried.get(code) || 0)) say('F11');
    for (const old of sorted(rounds).map((one) => rounds.get(one))) {
      for (const code of old.ended && !old.isSettled ? sorted(old.places) : []) {
        const { left, lapsed, cancelledLate } = figuresOf(old, code);
        if (String(old.sent.get(code) || [0, 0, 0]) !== String([left, lapsed, cancelledLate])) say('N08');
      }
      old.isSettled = old.ended;
    }
  }

  const records = {
    policy([from, hash], log) {
      if ([...log.rounds].some(([day, r]) => r.begun && day >= from)) log.say('F03');
      log.policies.push([from, hash]);
    },
    round(f, { say, rounds, policies }) {
      const old = rounds.get(f[0]);
      if (old && (old.begun || old.closed)) return say('F04');
      const r = newRound(f, old);
      r.isMisruled = policyOf(policies, f[0]) !== r.policy;
      if (r.isMisruled) say('F05');
      if (r.pickup <= f[0] || r.units < 1) say('F06');
      rounds.set(f[0], r);
    },
    carry([from, to, code, ...parts], { rounds }) {
      const { carried } = inside(rounds, to, newRound([]));
      carried.set(code, parts.reduce((n, part) => n + part, carried.get(code) || 0));
      if (rounds.has(from)) inside(rounds.get(from).sent, code, [0, 0, 0]).forEach((n, i, sent) => { sent[i] = n + parts[i]; });
    },
  };

  const steps = {
    window(r, [, w, opens, closes], { say }) {
      if (r.begun) say('F04');
      if (opens >= closes) say('F06');
      r.windows.set(w, [opens, closes]);
    },
    quota(r, [, code, w, planned, carried, at], { say }) {
      if (!r.windows.has(w) || planned + carried < 0) return say('F06');
      if (r.begun || [...r.windows.values()].some(([opens]) => at >= opens)) say('N03');
      inside(r.places, code, new Map()).set(w, planned + carried);
      inside(r.received, code, new Map()).set(w, carried);
      if (isOversold(r, code)) say('F10');
    },
    book(r, [, code, w, serial, at], { say }) {
      if (r.mode !== 'fcfs') return say('F12');
      if (!r.places.has(code) || !r.places.get(code).has(w)) return say('F06');
      if (r.closed) say('F07');
      const [opens, closes] = r.windows.get(w);
      if (at < opens || at >= closes) say('F08');
      const shop = shopOf(r, code);
      if (serial !== shop.bookings.size + 1) say('F09');
      if (shop.bookings.has(serial)) return;
      put(shop, serial, w);
      if (isOversold(r, code)) say('F10');
    },
    close(r, [, how, at], { say }) {
      if (r.closed && (how !== 'annulled' || r.published)) return say('F13');
      r.closed = true;
      if (how === 'annulled') turnBooked(r, 'late');
      if (how === 'time' && at < closing(r)) say('F14');
      if (how === 'full' && sorted(r.places).some((code) => leftOf(r, code) !== 0)) say('F14');
      if (r.mode === 'draw' && !r.sealed && how !== 'annulled') say('F12');
    },
    list(r, [, code, rows, hash], { say }) {
      const serials = r.shops.has(code) ? r.shops.get(code).bookings.size : 0;
      if (!r.closed || r.published || r.lists.has(code) || !r.places.has(code)) say('F16');
      if (rows !== serials || (rows === 0 && hash !== b64u(sha256()))) say('F17');
      r.lists.add(code);
    },
    publish(r, [day], log) {
      if (!r.closed || r.published) log.say('F16');
      if (String(sorted(r.lists)) !== String(sorted(r.places))) log.say('F16');
      if (r.mode === 'draw' && (!r.seed || r.won < r.wins.length || r.cutsSeen.size < r.cutsDue)) log.say('F24');
      r.published = true;
      const root = log.tree.root();
      log.published[day] = { size: log.line + 1, root, code: code(log.origin, log.line + 1, root) };
    },
    end(r, f, { say }) {
      if (!r.published || r.ended) say('F16');
      r.ended = true;
      turnBooked(r, 'lapsed');
    },
    shred(r, [, hash], { say }) {
      if (hash !== r.key) say('F18');
      if (!r.ended) say('F18');
    },
  };

  const changes = {
    cancel(r, [, , , , when], say, shop, booking) {
      if (booking.status !== 'booked') return say('F13');
      if ((when === 'late') !== Boolean(r.closed)) say('F14');
      turn(shop, booking, when);
    },
    give(r, [, , , units], say, shop, booking) {
      if (!r.published) say('F15');
      if (units < 1 || units > r.units) say('F25');
      if (booking.status === 'lapsed') say('N04');
      else if (booking.status !== 'booked' && booking.status !== 'moved') return say('F13');
      turn(shop, booking, 'given');
    },
    void(r, f, say, shop, booking) {
      if (booking.status !== 'given') return say('F13');
      turn(shop, booking, r.ended ? 'lapsed' : 'booked');
      say('N05');
    },
    move(r, [, , , day], say, shop, booking) {
      if (booking.status !== 'moved' && (booking.status !== 'booked' || day <= r.pickup)) return say('F13');
      turn(shop, booking, 'moved');
    },
    lapse(r, f, say, shop, booking) {
      if (booking.status !== 'moved' || !r.ended) return say('F13');
      turn(shop, booking, 'lapsed');
    },
    transfer(r, [, , , code, serial], say, shop, booking) {
      const to = shopOf(r, code);
      if ((booking.status !== 'booked' && booking.status !== 'moved') || serial !== to.bookings.size + 1) return say('F13');
      turn(shop, booking, 'transferred');
      put(to, serial, booking.window);
      say('N06');
      if (isOversold(r, code)) say('F10');
    },
  };

  async function isSigned(log, rules, party, text, signature) {
    const found = rules.parties.find((one) => one.id === party);
    try {
      const isGood = Boolean(found) && await verify(unb64u(found.key), text, unb64u(signature, 64));
      if (isGood === null) log.unverified += 1;
      return isGood !== false;
    } catch (error) {
      return false;
    }
  }

  const draws = {
    async commit(r, [day, party, hash, signature], log, rules) {
      const committed = unb64u(hash);
      if (!(await isSigned(log, rules, party, commitText(log.origin, day, party, committed), signature)) || r.commits.has(party) || r.begun) return log.say('F19');
      r.commits.set(party, committed);
    },
    apply(r, [, persons, wishes, tickets, at], { say, line }, rules) {
      if (!r.applications.size && r.commits.size < rules.quorum) say('F19');
      else if (!r.applications.size && r.commits.size < rules.parties.length) say('N07');
      if (r.sealed || ![...r.windows.values()].some(([opens, closes]) => opens <= at && at < closes)) say('F20');
      const prefs = wishes.split(',');
      if (prefs.length > rules.preferences || prefs.some((code) => !r.places.has(code))) return say('F20');
      if (persons < 1 || persons > rules.persons || tickets < 1 || tickets > 1 + rules.extraTickets) return say('F20');
      if (!r.sealed) r.applications.set(line, { index: line, persons, prefs, tickets });
    },
    withdraw(r, [, index], { say }) {
      if (!r.applications.has(index) || r.gone.has(index) || r.sealed) return say('F21');
      r.gone.add(index);
    },
    seal(r, [, applications, at], log) {
      if (r.sealed || at < closing(r)) log.say('F21');
      if (applications !== live(r).length) log.say('F21');
      if (!r.sealed) r.sealed = [log.line + 1, log.tree.root()];
      r.closed = true;
    },
    reveal(r, [day, party, share], { say, origin }) {
      const isLate = !r.sealed || r.beacon || r.shares.has(party);
      if (isLate || !r.commits.has(party) || compare(commitment(origin, day, party, unb64u(share)), r.commits.get(party))) return say('F22');
      r.shares.set(party, unb64u(share));
    },
    beacon(r, [, source, value], { say }, rules) {
      if (!r.sealed || r.beacon || source !== rules.beacon) return say('F22');
      r.beacon = [source, value];
    },
    async attest(r, [day, party, signature], log, rules) {
      const isGood = r.beacon && await isSigned(log, rules, party, beaconText(log.origin, day, ...r.beacon), signature);
      if (!isGood || r.seed || r.attests.has(party)) return log.say('F22');
      r.attests.add(party);
    },
    draw(r, [day, hash], { say, origin }, rules) {
      const isAlone = rules.beacon === 'none';
      const need = isAlone ? Math.max(r.commits.size, rules.quorum) : rules.quorum;
      if (!r.sealed || r.seed || r.shares.size < need || (!isAlone && r.attests.size < need)) return say('F23');
      r.seed = sha256(seedText(origin, day, ...r.sealed, rules.parties.map(({ id }) => [id, r.shares.get(id)]), ...(r.beacon || ['none', '-'])));
      if (b64u(r.seed) !== hash) say('F23');
      const places = {};
      for (const code of r.places.keys()) places[code] = sum(r.places.get(code));
      Object.assign(r, allocate(r.seed, live(r), places, rules.persons));
      r.cutsDue = r.places.size * rules.persons;
    },
    win(r, [, index, code, serial], { say }) {
      if (!r.seed || String(r.wins[r.won]) !== String([index, code, serial])) return say('F24');
      r.won += 1;
      for (let n = 0; n < r.applications.get(index).persons; n++) put(shopOf(r, code), serial + n, Math.max(...r.windows.keys()));
    },
    cut(r, [, code, n, hash], { say }) {
      const due = r.seed && r.cuts[code] ? r.cuts[code][n] : undefined;
      if (due === undefined || hash !== (due ? b64u(due) : '-')) return say('F24');
      r.cutsSeen.add(`${code} ${n}`);
    },
  };
  draws.reject = draws.withdraw;

  // Gives a promise only where a signature is looked at.
  function take({ kind, values }, log) {
    if (['?', 'log', 'key', 'audit', 'fork', 'deliver'].includes(kind)) return null;
    if (records[kind]) return records[kind](values, log);
    const r = log.rounds.get(values[0]);
    if (!r || !r.policy) return log.say('F06');
    if (['book', 'apply', 'close', 'seal'].includes(kind) && !r.begun) begin(r, values[0], log);
    if (steps[kind]) return steps[kind](r, values, log);
    if (changes[kind]) {
      const shop = r.shops.get(values[1]);
      const booking = shop && shop.bookings.get(values[2]);
      return booking ? changes[kind](r, values, log.say, shop, booking) : log.say('F06');
    }
    const rules = log.rules[values[0]];
    return r.mode === 'draw' && rules ? draws[kind](r, values, log, rules) : log.say('F12');
  }

  async function replay(entries, rules, progress) {
    const findings = [];
    const log = { line: 0, tree: new Tree(), rounds: new Map(), policies: [], rules: rules || {}, published: {}, unverified: 0, say(word) { findings.push([log.line, word]); } };
    let latest = 0;
    for (const entry of entries) {
      if (progress && log.line % 4096 === 0) await progress(log.line);
      log.tree.add(leaf(entry));
      let read = null;
      try {
        read = readEntry(entry);
      } catch (error) {
        log.say('F01');
      }
      if (read) {
        if ((log.line === 0) !== (read.kind === 'log')) log.say('F02');
        else if (log.line === 0) [, log.origin] = read.values;
        if (read.time + 15 < latest) log.say('N02');
        latest = Math.max(latest, read.time || 0);
        if (read.kind === '?') log.say('N01');
        const wait = take(read, log);
        if (wait) await wait;
      }
      log.line += 1;
    }
    const figures = {};
    for (const [day, r] of log.rounds) {
      if (r.policy) figures[day] = {};
      for (const code of sorted(r.places)) figures[day][code] = figuresOf(r, code);
    }
    const { origin, tree, published, unverified } = log;
    return { findings, figures, origin, size: tree.size, root: tree.root(), published, unverified };
  }

  // A round's line names its policy by hash; once it has begun, no other counts.
  function rulesOf(entries, documents) {
    const texts = new Map(documents.map((text) => [b64u(sha256(text)), text]));
    const begun = new Set();
    const rules = {};
    for (const [kind, day, , mode, , policy] of entries.map((entry) => entry.split(' '))) {
      if (['book', 'apply', 'close', 'seal'].includes(kind)) begun.add(day);
      if (kind !== 'round' || mode !== 'draw' || begun.has(day) || !texts.has(policy)) continue;
      rules[day] = Object.assign({ preferences: 1, persons: 1, extraTickets: 0, beacon: 'dice' }, JSON.parse(texts.get(policy)).allocation);
    }
    return rules;
  }

  return { tilePath, readBundle, rulesOf, replay };
})());
