// Checks on the page what somebody pastes or chooses: a receipt, or a mark's note. What is put in stays here; asked for is only what
// everybody can read, and of that no more than two sizes are told. A tick stands only before what was checked.
import { ask, jsonOf } from './ask.js';
import { fill } from './plain.js';

const log = self.publicLog;
const patience = 15000;
const press = document.querySelector('[data-check-receipt]');
const results = document.querySelector('[data-results]');
const shown = Array.from(document.querySelectorAll('[data-key]'), (place) => place.textContent);
const words = {};
for (const place of document.querySelectorAll('[data-word]')) words[place.dataset.word] = place.textContent;

const say = (word, ...values) => values.reduce((text, value, i) => text.replace(`{${i}}`, () => value), words[word]);
const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

const marks = { good: '✓ ', bad: '✗ ', open: '？ ' };

function show(kind, ...parts) {
  const line = element('p', marks[kind] || '', kind);
  for (const part of parts) line.appendChild(typeof part === 'string' ? document.createTextNode(part) : part);
  results.appendChild(line);
}

const read = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => { try { resolve(new TextDecoder('utf-8', { fatal: true }).decode(reader.result)); } catch (error) { reject(error); } };
  reader.onerror = () => reject(reader.error);
  reader.readAsArrayBuffer(file);
});

// Chats and editors change the ends of lines and what stands around a text; none of that is signed.
const tidy = (text) => text.replace(/\r\n?/g, '\n').trim();

// Keys that have ended are in the file alone; an old receipt was signed by one of them.
async function keysOfAll() {
  try {
    const { response, body } = await ask('/log/vkeys', {}, patience);
    if (response.ok) return tidy(body).split('\n');
  } catch {
    // Without a network, and on a phone that cannot ask, those of the page are left.
  }
  return shown;
}

async function given() {
  const [file] = document.getElementById('receipt-file').files;
  return tidy(document.getElementById('receipt-text').value) || (file ? tidy(await read(file)) : '');
}

// What rests on a signature is as sure as the signature.
const kindOf = (head) => (head.verdict === 'verified' ? 'good' : 'open');

function showSignature(head) {
  if (head.verdict === 'verified') show('good', say('Signed', head.origin));
  else show('open', element('b', say('Unchecked')), say('Unchecked_Why'));
  for (const { name } of head.witnesses) show('good', say('Witness', name));
}

function showLine(receipt) {
  const kind = kindOf(receipt.checkpoint);
  const [day, shop, , serial] = receipt.fields;
  const find = element('a', say('Line_Find'));
  find.href = `/check?n=${receipt.index}#line`;
  show(kind, say('Line', count(receipt.index)), receipt.kind === 'book' ? say('Line_Book', day, shop, serial) : '', document.createElement('br'), element('code', receipt.entry), ' ', find);
  show(kind, say('Inside'));
}

// Whether the record that the site shows now goes on from what was signed.
async function showSince(head, keys) {
  const { response, body } = await ask('/log/checkpoint', { cache: 'no-store' }, patience);
  if (!response.ok) return show('open', say('Away'));
  const newest = await log.readCheckpoint(body, keys);
  if (newest.origin !== head.origin) return show('open', say('Other', head.origin, newest.origin));
  if (newest.size < head.size) return show('open', say('Behind', count(newest.size), count(head.size)));
  let path = [];
  if (newest.size > head.size && head.size > 0) {
    const proof = await ask(`/log/consistency?from=${head.size}&to=${newest.size}`, {}, patience);
    if (!proof.response.ok) return show('open', say('Away'));
    path = jsonOf(proof.body).path.map((hash) => log.unb64u(hash, 32));
  }
  if (!log.consistent(head.size, head.root, newest.size, newest.root, path)) return show('bad', say('Parted'));
  return show(kindOf(head) === 'good' ? kindOf(newest) : 'open', say('Joined', count(newest.size)));
}

async function check() {
  const text = await given();
  if (!text) return show('open', say('Empty'));
  const keys = await keysOfAll();
  const receipt = text.startsWith('c2sp.org/') ? await log.readReceipt(`${text}\n`, keys) : null;
  const head = receipt ? receipt.checkpoint : await log.readCheckpoint(`${text}\n`, keys);
  showSignature(head);
  if (receipt) showLine(receipt);
  show(receipt ? '' : kindOf(head), say(receipt ? 'Code' : 'Code_Note', count(head.size)), element('span', log.code(head.origin, head.size, head.root), 'code-big'));
  return showSince(head, keys).catch((error) => show(...(error instanceof log.Refused ? ['bad', say('Broken')] : ['open', say('Away')])));
}

if (press && log) {
  press.addEventListener('click', async () => {
    fill(results);
    press.disabled = true;
    try {
      await check();
    } catch (error) {
      show('bad', (error instanceof log.Refused && words[`Refused_${error.message}`]) || say('Unreadable'));
    }
    press.disabled = false;
  });
}
