// Keeps the counter's page and what it is made of, for the worker to show when there is no network.
import { ask } from './ask.js';

// Another number whenever the list below changes.
const shelf = 'counter-3';
const page = '/pharmacy/offline';
const worker = '/js/counter-worker.js';
const modules = [
  'counter', 'ask', 'plain', 'units', 'pause', 'scan', 'verdict-sound', 'wechat',
  'offline', 'offline-cache', 'offline-day', 'offline-page', 'offline-sending', 'offline-store', 'offline-verdict',
].map((name) => `/js/${name}.js`);
const reader = ['/lib/ponyfill.js', '/lib/zxing-exported.js', '/lib/zxing_reader.wasm'];
let taken = false;

// `camera`: the code reader too, which is large and already here once the camera has been opened. Newer than the floor is
// the browser's own, BarcodeDetector, which makes ours needless.
export async function takePageAlong(camera = false) {
  if (!navigator.serviceWorker || !self.caches) return;
  const store = await caches.open(shelf);
  if (!taken) {
    await navigator.serviceWorker.register(worker, { scope: '/pharmacy/' });
    const { response, body } = await ask(page, { cache: 'no-store', redirect: 'error' }, 15000, (answer) => answer.clone().text());
    if (!response.ok) return;
    const html = new DOMParser().parseFromString(body, 'text/html');
    const parts = [...html.querySelectorAll('link[href]')].map((l) => l.getAttribute('href'));
    await store.addAll([...modules, ...parts]);
    // Last, so that a page on the shelf is never without its parts.
    await store.put(page, response);
    // Only now, so that an older shelf serves until this one is full.
    for (const name of await caches.keys()) if (name !== shelf) await caches.delete(name);
    taken = true;
  }
  if (camera && !self.BarcodeDetector) await store.addAll(reader);
}
