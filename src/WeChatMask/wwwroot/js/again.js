// Waits calmly for what was asked for: asks again after a pause that is longer each time and never in step with other
// phones, and opens it as soon as it is there.
import { ask } from './ask.js';
import { pause } from './pause.js';

const place = document.querySelector('[data-again]');

async function wait() {
  if (place) place.textContent = place.dataset.again;
  for (let tries = 1; ; tries++) {
    await pause(2000 + Math.random() * Math.min(30000, 3000 * 1.5 ** tries));
    if (document.hidden) continue;
    try {
      const { response } = await ask(location.href, { cache: 'no-store', redirect: 'manual', headers: { Accept: 'text/html' } }, 15000);
      // A way elsewhere, to the log-in for example, has no status here.
      if (response.status < 500 && response.status !== 429) return location.replace(location.href);
    } catch {
      // Still not there.
    }
  }
}

wait();
