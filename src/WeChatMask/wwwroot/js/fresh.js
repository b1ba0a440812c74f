// The seconds beside the code, by the server's clock: a voucher on the screen of its owner moves, a sold picture of it
// stands still.
import { now } from './clock.js';

const place = document.querySelector('[data-fresh]');
const time = place && place.querySelector('[data-fresh-time]');
const format = new Intl.DateTimeFormat('zh-CN', {
  month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false, timeZone: place ? place.dataset.zone : undefined,
});

function tick() {
  const parts = {};
  for (const part of format.formatToParts(now())) parts[part.type] = part.value;
  // Some browsers call the first hour of the day the 24th.
  time.textContent = `${parts.month}-${parts.day} ${parts.hour === '24' ? '00' : parts.hour}:${parts.minute}:${parts.second}`;
  setTimeout(tick, 1000 - (now() % 1000));
}

if (time) tick();
