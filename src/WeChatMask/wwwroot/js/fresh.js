// The seconds beside the code, by the server's clock: a voucher on the screen of its owner moves, a sold picture of it
// stands still.
import { now } from './clock.js';

const place = document.querySelector('[data-fresh]');
const time = place?.querySelector('[data-fresh-time]');
const format = new Intl.DateTimeFormat('zh-CN', {
  month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone: place?.dataset.zone,
});

function tick() {
  const parts = Object.fromEntries(format.formatToParts(now()).map((p) => [p.type, p.value]));
  time.textContent = `${parts.month}-${parts.day} ${parts.hour}:${parts.minute}:${parts.second}`;
  setTimeout(tick, 1000 - (now() % 1000));
}

if (time) tick();
