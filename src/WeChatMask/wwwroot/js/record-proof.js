// The lines of a booking's own proof: each gets its tick here, by this phone, or none.
import { Lost } from './ask.js';
import { keep } from './receipts.js';
import { answerOf, byKeys, checker, hashesOf } from './record-log.js';

const place = document.querySelector('[data-proof-of]');

function mark(name, verdict) {
  const line = place.querySelector(`[data-line=${name}]`);
  if (!line) return;
  const word = line.querySelector('[data-mark]');
  word.dataset.mark = verdict;
  word.textContent = place.dataset[verdict];
}

// What is right is only as good as the signature under it.
const markAll = (lines, isSigned) => Object.keys(lines).forEach((name) => mark(name, !lines[name] ? 'bad' : isSigned ? 'good' : 'open'));

const isSame = (a, b) => a.length === b.length && a.every((value, i) => String(value) === String(b[i]));

function isListed(log, list, head, own) {
  const line = log.readEntry(list.entry);
  const [serial, name, number] = list.row.split('\t');
  const [, , rows, root] = line.fields;
  return line.kind === 'list' && isSame(line.fields.slice(0, 2), [own.day, own.code]) && isSame([rows, list.position], [list.rows, own.serial - 1])
    && isSame([serial, name, (number || '').slice(-4)], [own.serial, own.name, own.ending])
    && log.included(log.leaf(list.row), list.position, list.rows, hashesOf(log, list.path), log.unb64u(root, 32))
    && log.included(log.leaf(list.entry), list.index, head.size, hashesOf(log, list.entryPath), head.root);
}

async function check() {
  const own = place.dataset;
  const [log, proof] = await Promise.all([checker(), answerOf(`/api/bookings/${own.proofOf}/proof`)]);
  const receipt = await byKeys(log, (keys) => log.readReceipt(proof.receipt, keys));
  const head = await byKeys(log, (keys) => log.readCheckpoint(proof.checkpoint, keys));
  const from = receipt.checkpoint;
  const isGrown = from.origin === head.origin && log.consistent(from.size, from.root, head.size, head.root, hashesOf(log, proof.consistency));
  const isSigned = from.verdict === 'verified' && head.verdict === 'verified';
  const [day, code, , serial, at] = receipt.fields;
  const lines = {
    line: isGrown && receipt.kind === 'book' && isSame([day, code, serial, at, receipt.index], [own.day, own.code, own.serial, own.at, own.index]),
    list: !own.name || Boolean(isGrown && proof.list && isListed(log, proof.list, head, own)),
    code: !own.check || (isGrown && log.code(head.origin, head.size, head.root) === own.check),
  };
  markAll(lines, isSigned);
  keep(own.proofOf, proof.receipt);
  place.querySelector('[data-unsigned]').hidden = isSigned;
  const isRight = Object.keys(lines).every((name) => lines[name]);
  place.querySelector('[data-wrong]').hidden = isRight;
  return { head, isSigned, isRight, entry: receipt.entry };
}

// The other places and persons of the pharmacy, by all lines of the round: after a press, since it may be a megabyte.
async function countAll(checked, said) {
  const { replayRound } = await import('./record-round.js');
  const { good, wrong, long, running } = said.dataset;
  const found = await replayRound(checked, place.dataset, (lines) => { said.textContent = running.replace('{0}', lines); });
  if (!found) {
    said.textContent = long;
    return;
  }
  const isRight = checked.isRight && found.isWhole && found.isThere && found.faults.length === 0 && found.places === Number(place.dataset.places);
  mark('serial', !isRight ? 'bad' : checked.isSigned ? 'good' : 'open');
  place.querySelector('[data-wrong]').hidden = isRight;
  const faults = found.faults.map(([line, word]) => `${line} ${word}`).slice(0, 5).join(', ');
  said.textContent = (isRight ? good : wrong).replace('{0}', found.lines).replace('{1}', found.serials).replace('{2}', found.places) + (isRight ? '' : faults);
}

function offerToCount(checked) {
  const press = document.querySelector('[data-count]');
  const said = document.querySelector('[data-counted]');
  press.hidden = false;
  press.addEventListener('click', async () => {
    press.disabled = true;
    try {
      await countAll(checked, said);
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      said.textContent = said.dataset.away;
      press.disabled = false;
    }
  });
}

function fail(error) {
  const log = self.publicLog;
  if (error instanceof Lost) mark('line', 'away');
  else if (log && error instanceof log.Refused) {
    ['line', 'list', 'code'].forEach((name) => mark(name, 'bad'));
    place.querySelector('[data-wrong]').hidden = false;
  } else throw error;
}

if (place && self.fetch) check().then(offerToCount).catch(fail);
