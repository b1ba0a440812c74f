// Asks for the public record, and for the scripts that check it.
import { ask, jsonOf, Lost } from './ask.js';

const patience = 15000;
const place = 'wm_record_keys';
const most = 8;

// Whatever is no answer to this counts as none: there is another time.
async function open(address, read, cache) {
  const { response, body } = await ask(address, { cache, headers: { Accept: '*/*' } }, patience, read);
  if (!response.ok) throw new Lost(`${address}: ${response.status}`);
  return body;
}

export const textOf = (address, cache = 'default') => open(address, (response) => response.text(), cache);
export const bytesOf = async (address) => new Uint8Array(await open(address, (response) => response.arrayBuffer(), 'default'));
export const answerOf = async (address) => jsonOf(await textOf(address));
export const newestNote = () => textOf('/log/checkpoint', 'no-cache');

const scripts = new Map();

function load(name) {
  if (!scripts.has(name)) {
    scripts.set(name, new Promise((resolve, reject) => {
      const element = document.createElement('script');
      element.src = `/js/${name}`;
      element.onload = resolve;
      element.onerror = () => { scripts.delete(name); reject(new Lost(name)); };
      document.head.append(element);
    }));
  }
  return scripts.get(name);
}

// The checker, with what further scripts add to it. They are plain scripts, one building on the other.
export async function checker(...more) {
  // A page may have brought the first one along.
  for (const name of self.publicLog ? more : ['check.js', ...more]) await load(name);
  // An old kernel may not even read it.
  if (!self.publicLog) throw new Lost('check.js');
  return self.publicLog;
}

function isKey(log, line) {
  try {
    return log.readKey(line).isLog;
  } catch (error) {
    return false;
  }
}

function knownKeys(log) {
  try {
    return JSON.parse(localStorage.getItem(place)).filter((line) => isKey(log, line));
  } catch (error) {
    return [];
  }
}

// A key that this phone has met stays known: older notes were signed by it.
async function learnKeys(log) {
  const said = (await textOf('/log/vkeys', 'no-cache')).split('\n').filter((line) => isKey(log, line));
  const keys = [...new Set([...said, ...knownKeys(log)])].slice(0, most);
  try {
    localStorage.setItem(place, JSON.stringify(keys));
  } catch (error) {
    // Then they are asked for again.
  }
  return keys;
}

// Reads a note or a receipt by the keys that this phone knows, and asks for keys where none of them signed it.
export async function byKeys(log, read) {
  try {
    return await read(knownKeys(log));
  } catch (error) {
    if (!(error instanceof log.Refused) || error.message !== 'unsigned') throw error;
  }
  return read(await learnKeys(log));
}

// What a note says, whoever signed it: origin, size, root.
export function headOf(log, note) {
  const [origin, size, root] = note.split('\n');
  return { origin, size: Number(size), root: log.unb64(root, 32) };
}

export const noteOf = (receipt) => receipt.slice(receipt.indexOf('\n\n') + 2);

// Hashes of an answer; what is none makes an empty one, with which nothing fits.
export function hashesOf(log, texts) {
  return (Array.isArray(texts) ? texts : []).map((text) => {
    try {
      return log.unb64u(text, 32);
    } catch (error) {
      return new Uint8Array(0);
    }
  });
}
