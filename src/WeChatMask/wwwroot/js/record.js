// On every page of a resident's, once all of it is there: keeps the receipts of the bookings that it shows, and now and then
// asks whether the public record still begins with what this phone was shown. A phone that holds no receipt asks for nothing.
import { ask, Lost } from './ask.js';
import { pause } from './pause.js';
import { keep, kept, keptAt } from './receipts.js';

const patience = 15000;
const place = 'wm_record_seen';
// A visit is many pages. Nor is a receipt of this minute held against the record: in a rush thousands have one each second.
const rest = 10 * 60 * 1000;

async function keepShown() {
  for (const element of document.querySelectorAll('[data-receipt-of]')) {
    const number = element.dataset.receiptOf;
    if (!number || kept().some((one) => one.number === number)) continue;
    const { response, body } = await ask(`/bookings/${number}/receipt.txt`, { cache: 'no-store' }, patience);
    if (response.ok) keep(number, body);
    else if (response.status >= 429) return;
  }
}

function isDue() {
  try {
    const since = Date.now() - Math.max(Number(localStorage.getItem(place)), keptAt());
    return kept().length > 0 && (since < 0 || since >= rest);
  } catch (error) {
    return false;
  }
}

function rememberNow() {
  try {
    localStorage.setItem(place, String(Date.now()));
  } catch (error) {
    // Then it asks on the next page again.
  }
}

async function visit() {
  // Never in step with other phones.
  await pause(1000 + Math.random() * 3000);
  if (document.hidden || !self.fetch) return;
  await keepShown();
  if (!isDue()) return;
  const { watch } = await import('./record-watch.js');
  if (await watch()) rememberNow();
}

addEventListener('load', () => visit().catch((error) => {
  // Offline or busy: another time.
  if (!(error instanceof Lost)) throw error;
}));
