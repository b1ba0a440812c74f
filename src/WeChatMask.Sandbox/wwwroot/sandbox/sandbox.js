// The sandbox's page: starts its parts and keeps them up to date, all over the same routes that scripts use.
import { byId, say } from './api.js';
import * as clock from './clock.js';
import * as feed from './feed.js';
import * as inbox from './inbox.js';
import * as phone from './phone.js';
import * as story from './story.js';

const PAUSE = 2000;
const LONG = 15000;
let wake = () => {};
let again = false;
let lost = false;
let momentsAt = 0;

async function look() {
  const wanted = again;
  again = false;
  await story.sync();
  await inbox.sync(await feed.sync());
  await phone.sync();
  if (wanted || performance.now() - momentsAt > LONG) {
    momentsAt = performance.now();
    await clock.refresh();
  }
}

async function watch() {
  for (;;) {
    if (!document.hidden) {
      try {
        await look();
        if (lost) byId('clock-status').textContent = '';
        lost = false;
      } catch {
        lost = true;
        byId('clock-status').textContent = say('clock-lost');
      }
    }
    await new Promise((done) => {
      wake = done;
      setTimeout(done, PAUSE);
    });
  }
}

document.addEventListener('world-changed', () => {
  again = true;
  wake();
});
document.addEventListener('visibilitychange', () => wake());
setInterval(() => { if (!document.hidden) clock.show(); }, 500);

phone.start().catch(() => {}).then(watch);
