// What the counter keeps on this phone for the time without a network: the log-in's key, today's list under that key,
// and what was shown and handed over. The key cannot be read out again and goes with the log-in; the hand-overs stay
// until the server has them, whoever logs in.
const name = 'wechatmask-counter';
const vault = 'vault';
const records = 'records';
let opened = null;

function open() {
  opened = opened || new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(vault);
      request.result.createObjectStore(records, { keyPath: 'requestId' });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

// One transaction; resolves with what `work` asked for when it is on the disk.
async function run(store, mode, work) {
  const transaction = (await open()).transaction(store, mode, { durability: 'strict' });
  const request = work(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request ? request.result : undefined);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

const bytesOf = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

// Puts the day away under the log-in's key, which ends when the log-in does, with a network or without. `clock` is how far the server's clock is ahead of this phone's.
export async function keepDay(day, clock) {
  const { key: secret, keySeconds, ...rest } = day;
  const key = await crypto.subtle.importKey('raw', bytesOf(secret), 'AES-GCM', false, ['encrypt', 'decrypt']);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, new TextEncoder().encode(JSON.stringify(rest)));
  await run(vault, 'readwrite', (store) => {
    store.put({ key, until: Date.now() + keySeconds * 1000 }, 'key');
    return store.put({ iv, data, clock, at: Date.now() }, 'day');
  });
}

// The day as it was put away, or null when there is none or its log-in is over.
export async function readDay() {
  const kept = await run(vault, 'readonly', (store) => store.get('key'));
  const day = await run(vault, 'readonly', (store) => store.get('day'));
  if (!kept || !day) return null;
  if (kept.until < Date.now()) {
    await wipe();
    return null;
  }
  const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: day.iv }, kept.key, day.data);
  return { ...JSON.parse(new TextDecoder().decode(plain)), clock: day.clock, at: day.at };
}

// Forgets the key and the list, not what still has to be told.
export const wipe = () => run(vault, 'readwrite', (store) => store.clear());

// Writes down what was shown; only when this has resolved may the clerk see it.
export const write = (record) => run(records, 'readwrite', (store) => store.put(record));

export const allRecords = () => run(records, 'readonly', (store) => store.getAll());

// Hand-overs that the server has not heard of.
export const waiting = async () => (await allRecords()).filter((r) => r.state === 'waiting');

export const forget = (ids) => run(records, 'readwrite', (store) => {
  for (const id of ids) store.delete(id);
});
