// Answers the published cases, and of every file of that form, by the scripts that pages load.
//   node answers.mjs FILE...    names each case that differs; not zero when one does
import { webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { runInContext, createContext } from 'node:vm';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../../../src/WeChatMask/wwwroot/js/', import.meta.url);

/** A browser's `publicLog`; without signatures where nothing is given. */
export function load(signatures = { crypto: webcrypto }) {
  const page = createContext({ atob, btoa, TextEncoder, Uint8Array, Int32Array, ...signatures });
  page.self = page;
  for (const file of ['check.js', 'check-draw.js', 'check-round.js']) runInContext(readFileSync(new URL(file, folder), 'utf8'), page, { filename: file });
  return page.publicLog;
}

const ofCuts = (cuts, change) => Object.fromEntries(Object.entries(cuts).map(([shop, by]) => [shop, Object.fromEntries(Object.entries(by).map(([n, cut]) => [n, cut && change(cut)]))]));

// A browser only checks paths; these are made by the definition, of whatever the old frontier and the new leaves let one know.
function pathsAfter(log, size, frontier, leaves) {
  const known = new Map(leaves.map((leaf, i) => [`${size + i} 1`, leaf]));
  let end = size;
  for (let width = 1, i = frontier.length; end > 0; width *= 2) if (Math.floor(end / width) % 2) { end -= width; known.set(`${end} ${width}`, frontier[--i]); }
  const split = (n) => { let k = 1; while (2 * k < n) k *= 2; return k; };
  const node = (start, n) => known.get(`${start} ${n}`) || log.node(node(start, split(n)), node(start + split(n), n - split(n)));
  const path = (index, start, n) => {
    if (n === 1) return [];
    const k = split(n);
    return index < start + k ? [...path(index, start, k), node(start + k, n - k)] : [...path(index, start + k, n - k), node(start, k)];
  };
  return leaves.map((leaf, i) => path(size + i, 0, size + leaves.length));
}

const answers = {
  entry(log, { entry }) {
    const { kind, fields } = log.readEntry(entry);
    return { kind, fields, leaf: log.b64u(log.leaf(entry)) };
  },
  root: (log, { entries }) => ({ root: log.b64u(log.root(entries.map(log.leaf))) }),
  inclusion: (log, { leaf, index, size, path, root }) => ({ valid: log.included(log.unb64u(leaf), index, size, path.map((p) => log.unb64u(p)), log.unb64u(root)) }),
  consistency: (log, { first, firstRoot, second, secondRoot, path }) => ({
    valid: log.consistent(first, log.unb64u(firstRoot), second, log.unb64u(secondRoot), path.map((p) => log.unb64u(p))),
  }),
  append(log, { size, frontier, entries }) {
    const tree = new log.Tree(size, frontier.map((h) => log.unb64u(h)));
    const leaves = entries.map(log.leaf);
    const paths = pathsAfter(log, size, tree.frontier, leaves);
    leaves.forEach((leaf) => tree.add(leaf));
    paths.forEach((path, i) => { if (!log.included(leaves[i], size + i, tree.size, path, tree.root())) throw new Error('a path is not taken'); });
    return { size: tree.size, frontier: tree.frontier.map(log.b64u), root: log.b64u(tree.root()), paths: paths.map((path) => path.map(log.b64u)) };
  },
  tiles(log, { size }) {
    const row = (level, n) => Array.from({ length: Math.ceil(n / 256) }, (_, i) => log.tilePath(level, i, Math.min(256, n - 256 * i)));
    const paths = [];
    for (let level = 0, n = size; n > 0; level++, n = Math.floor(n / 256)) paths.push(...row(level, n));
    return { paths: paths.concat(row('entries', size)) };
  },
  // Browsers read bundles; what is read again must be what was written.
  bundle(log, { entries }) {
    const bytes = Buffer.concat(entries.flatMap((e) => [Buffer.from([e.length >> 8, e.length & 255]), Buffer.from(e)]));
    if (!isDeepStrictEqual([...log.readBundle(new Uint8Array(bytes))], entries)) throw new Error('another bundle is read');
    return { bundle: bytes.toString('hex'), leaves: log.b64u(log.sha256(...entries.map(log.leaf))) };
  },
  async checkpoint(log, { note, vkeys }) {
    const { origin, size, root, witnesses, verdict } = await log.readCheckpoint(note, vkeys);
    if (verdict !== 'verified') throw new Error(verdict);
    return { origin, size, root: log.b64u(root), witnesses, code: log.code(origin, size, root) };
  },
  code: (log, { origin, size, root }) => ({ code: log.code(origin, size, log.unb64u(root)) }),
  // The round's key, of which the salts here are made, is never in a browser.
  who(log, { persons, roundKey, number }) {
    const commitments = persons.map((p) => log.idCommitment(log.unb64u(p.proofSalt, 16), p.idNumber, p.name));
    const key = log.unb64u(roundKey, 32);
    const salt = log.hmac(key)(`salt ${number}`);
    return { idCommitments: commitments.map(log.b64u), salt: log.b64u(salt), who: log.b64u(log.who(salt, commitments)), roundKeyHash: log.b64u(log.sha256('wechatmask round key v1\n', key)) };
  },
  list(log, { roundKey, code, rows }) {
    const key = log.unb64u(roundKey, 32);
    const texts = rows.map((row) => log.listRow(row, log.hmac(key)(`row ${code} ${row.serial}`).slice(0, 16)));
    return { rows: texts, root: log.b64u(log.root(texts.map(log.leaf))) };
  },
  async receipt(log, { receipt, vkeys }) {
    const { entry, index, salt, checkpoint } = await log.readReceipt(receipt, vkeys);
    if (checkpoint.verdict !== 'verified') throw new Error(checkpoint.verdict);
    return { entry, index, size: checkpoint.size, salt: salt && log.b64u(salt) };
  },
  async commit(log, { origin, date, party, share, key, signature }) {
    const committed = log.commitment(origin, date, party, log.unb64u(share, 32));
    return { commitment: log.b64u(committed), valid: await log.verify(log.unb64u(key), log.commitText(origin, date, party, committed), log.unb64u(signature)) };
  },
  seed(log, { origin, date, size, root, shares, source, value }) {
    const text = log.seedText(origin, date, size, log.unb64u(root, 32), shares.map(([party, share]) => [party, share && log.unb64u(share, 32)]), source, value);
    return { text, seed: log.b64u(log.sha256(text)) };
  },
  rank: (log, { seed, index, tickets }) => ({ rank: log.b64u(log.rank(log.unb64u(seed, 32), index, tickets)) }),
  allocate(log, { seed, applications, places, persons }) {
    const { wins, cuts } = log.allocate(log.unb64u(seed, 32), applications, places, persons);
    return { wins, cuts: ofCuts(cuts, log.b64u) };
  },
  own: (log, { seed, application, cuts }) => ({ code: log.ownResult(log.unb64u(seed, 32), application, ofCuts(cuts, (cut) => log.unb64u(cut, 32))) }),
  sample: (log, { root, rows, count }) => ({ rows: log.sample(log.unb64u(root, 32), rows, count) }),
  async replay(log, { entries, rules }) {
    const { findings, figures } = await log.replay(entries, rules);
    return { findings, figures };
  },
};

/** What the scripts answer to a case, as JSON says it. Only a refusal counts as one: whatever else is thrown is a fault of ours. */
export async function answer(log, { kind, input }) {
  try {
    return JSON.parse(JSON.stringify(await answers[kind](log, input)));
  } catch (error) {
    if (error instanceof log.Refused) return { error: true };
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const log = load();
  let differing = 0;
  const cases = process.argv.slice(2).flatMap((file) => JSON.parse(readFileSync(file, 'utf8')).cases);
  for (const one of cases) {
    const given = await answer(log, one).catch((error) => error);
    if (isDeepStrictEqual(given, one.expected)) continue;
    differing += 1;
    console.log(`${one.id}:`, given instanceof Error ? given : JSON.stringify(given).slice(0, 400));
  }
  console.log(`${cases.length - differing} as expected, ${differing} not`);
  process.exitCode = differing ? 1 : 0;
}
