// Holds the newest receipt of this phone against the public record of today. Where the record no longer begins with what the
// receipt shows, or the receipt itself is none, a card says so with both notes, to keep and to show to others.
import { Lost } from './ask.js';
import { pause } from './pause.js';
import { fill } from './plain.js';
import { kept } from './receipts.js';
import { answerOf, byKeys, checker, hashesOf, headOf, newestNote, noteOf, textOf } from './record-log.js';

const place = 'wm_record_evidence';
const card = document.querySelector('[data-record-alarm]');

// A note that another node read a moment earlier may be older than a receipt of this minute.
async function presentHead(log, size) {
  for (let tries = 0; ; tries++) {
    const note = await newestNote();
    const head = await byKeys(log, (keys) => log.readCheckpoint(note, keys));
    if (head.size >= size || tries === 2) return { note, head };
    await pause(5000);
  }
}

// What the receipt's own tree was. One whose key this phone has never met is taken as it stands; one that is wrong by itself is
// evidence alone. Where the browser takes good signatures for wrong ones, and so this one, only the tree is looked at.
async function ownHead(log, receipt) {
  try {
    const { checkpoint } = await byKeys(log, (keys) => log.readReceipt(receipt, keys));
    return { head: checkpoint, isChecked: checkpoint.verdict === 'verified' };
  } catch (error) {
    if (!(error instanceof log.Refused)) throw error;
    if (error.message !== 'unsigned' && error.message !== 'signature') return null;
    return { head: headOf(log, noteOf(receipt)), isChecked: false };
  }
}

// "same", "changed", "other" when the log was given up for another one, or null where nothing can be said.
async function compare(log, receipt) {
  const own = await ownHead(log, receipt);
  if (!own) return { verdict: 'changed', note: '' };
  let present = null;
  try {
    present = await presentHead(log, own.head.size);
  } catch (error) {
    // The page of a hotel's network is no note. A wrong signature counts where this browser found the other one right.
    if (!(error instanceof log.Refused)) throw error;
    return error.message === 'signature' && own.isChecked ? { verdict: 'changed', note: await newestNote() } : { verdict: null };
  }
  const { note, head } = present;
  if (head.origin !== own.head.origin) return { verdict: 'other', note };
  if (head.size < own.head.size) return { verdict: 'changed', note };
  const path = head.size === own.head.size ? [] : (await answerOf(`/log/consistency?from=${own.head.size}&to=${head.size}`)).path;
  if (!Array.isArray(path)) return { verdict: null };
  return { verdict: log.consistent(own.head.size, own.head.root, head.size, head.root, hashesOf(log, path)) ? 'same' : 'changed', note };
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(place));
  } catch (error) {
    return null;
  }
}

function store(evidence) {
  try {
    if (evidence) localStorage.setItem(place, JSON.stringify(evidence));
    else localStorage.removeItem(place);
  } catch (error) {
    // It is shown all the same.
  }
}

async function addHotlines() {
  const numbers = new DOMParser().parseFromString(await textOf('/complaints'), 'text/html').querySelector('.numbers');
  if (numbers) fill(card.querySelector('[data-hotlines]'), document.importNode(numbers, true));
}

function show(evidence) {
  for (const line of card.querySelectorAll('[data-verdict]')) line.hidden = line.dataset.verdict !== evidence.verdict;
  card.querySelector('[data-evidence]').textContent = evidence.text;
  const save = card.querySelector('[data-save]');
  save.href = URL.createObjectURL(new Blob([evidence.text], { type: 'text/plain' }));
  save.addEventListener('click', () => store({ ...evidence, isSaved: true }));
  card.hidden = false;
  addHotlines().catch((error) => { if (!(error instanceof Lost)) throw error; });
}

// True where the record is as it was. What was once found stays on the pages until its evidence is saved.
export async function watch() {
  const log = await checker();
  const [{ receipt }] = kept();
  const { verdict, note } = await compare(log, receipt);
  const before = stored();
  if (verdict === 'changed' || verdict === 'other') {
    const found = { verdict, text: [new Date().toISOString(), location.origin, receipt, note].join('\n\n') };
    if (!before) store(found);
    show(before || found);
    return false;
  }
  if (before && before.isSaved && verdict === 'same') store(null);
  else if (before && !before.isSaved) show(before);
  return verdict === 'same';
}
