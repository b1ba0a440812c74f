// Keeps the counter's page at hand for the time without a network. It never answers in the server's place while that
// answers itself, keeps nothing of anybody, and leaves every call of the API alone. It imports nothing, since workers of old
// phones take no modules.
const kept = '/pharmacy/offline';
const patience = 6000;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

const late = () => new Promise((resolve, reject) => { setTimeout(() => reject(new Error('late')), patience); });

async function page(request) {
  try {
    return await Promise.race([fetch(request), late()]);
  } catch (error) {
    const copy = await caches.match(kept);
    if (copy) return copy;
    throw error;
  }
}

async function asset(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const copy = await caches.match(request, { ignoreVary: true });
    if (copy) return copy;
    throw error;
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (pathname === '/pharmacy/scan' || pathname === kept) event.respondWith(page(request));
  } else if (/^\/(js|lib|css)\//.test(pathname) || pathname.startsWith('/icon')) {
    event.respondWith(asset(request));
  }
});
