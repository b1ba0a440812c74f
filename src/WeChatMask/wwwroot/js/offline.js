// The counter without a network. While there is one, this takes today's list along and keeps the page at hand; when it
// is gone, this judges and writes down; when it is back, this tells the server. Not inside WeChat, whose browser may
// throw away at any time what a page keeps.
import { ask, newRequestId } from './ask.js';
import { takePageAlong } from './offline-cache.js';
import { pause } from './pause.js';
import { isToday, LoginOver, now, takeDayAlong, used } from './offline-day.js';
import { announce, askForLogin, isServing, kept, looked, refuse, repeatLastWords, root, showFace, showLine, shownWaiting, showVerdict, words } from './offline-page.js';
import { send } from './offline-sending.js';
import { readDay, waiting, wipe, write } from './offline-store.js';
import { isVoucher, judge } from './offline-verdict.js';
import { inWeChat } from './wechat.js';

const fresh = 4 * 60 * 1000;
const settled = 3000;
const line = { day: null, down: kept && (!looked || !navigator.onLine), known: false };
// Under its own address the page may have come from the server or from the shelf: nothing is said before that is known.
line.known = line.down || !looked;

async function show() {
  showFace(line);
  showLine(line, (await waiting()).length);
}

// Nothing can be judged any more, here or on the kept page, until somebody logs in.
async function endLogin() {
  line.day = null;
  delete root.dataset.offline;
  askForLogin();
  await wipe();
}

async function takeAlong() {
  try {
    line.day = (await takeDayAlong()) || line.day;
  } catch (error) {
    if (!(error instanceof LoginOver)) throw error;
    await endLogin();
  }
}

async function tell() {
  // Without the day it is not known whose counter this is now.
  const sent = line.day && (await send(line.day.pharmacyCode));
  if (sent && sent.login) await endLogin();
  else if (sent) announce(sent.settled, sent.flagged);
}

async function prepare() {
  line.day = await readDay().catch(() => null);
  try {
    if (!line.down && !looked && (!line.day || Date.now() - line.day.at > fresh)) await takeAlong();
    if (!line.down) await tell();
    if (!line.down && !looked && line.day) {
      // What the clerk looks at comes first.
      await pause(settled);
      await takePageAlong();
    }
  } catch {
    // No network, or none to speak of; what is kept serves. The next look tries again.
  }
  if (line.day) root.dataset.offline = 'ready';
  return show();
}

// Written down before it is shown: what the clerk has seen is not lost with the page.
async function serve(form, handOver) {
  const { day } = line;
  const typed = { code: form.get('Code') || '', lastFour: form.get('LastFour') || '' };
  const found = await judge(typed, day, await used(day), now(day));
  const { booking } = found;
  const most = booking ? booking.units : 0;
  const units = Math.min(most, Math.max(1, Number(form.get('Units')) || most));
  const good = handOver && found.verdict === 'Valid';
  const verdict = good ? 'Redeemed' : found.verdict;
  if (verdict !== 'Valid') {
    await write({
      requestId: good ? form.get('RequestId') : newRequestId(), pharmacy: day.pharmacyCode, date: day.date, number: booking ? booking.number : '', verdict,
      units, handedOverAt: new Date(now(day)).toISOString(), state: good ? 'waiting' : 'shown',
      ...(good && (isVoucher(typed.code) ? { voucher: typed.code.trim() } : { typed: booking.number, lastFour: typed.lastFour.trim() })),
    });
  }
  showVerdict({ ...found, verdict }, day, form, units);
  await show();
}

document.addEventListener('counter:send', (event) => {
  const { address, body, failed } = event.detail;
  if (inWeChat() || (!line.down && !failed)) return;
  if (!isToday(line.day)) {
    if (!kept) return;
    event.preventDefault();
    refuse(words.noday);
    return;
  }
  event.preventDefault();
  line.down = true;
  if (body.get('ProxyName') || body.get('ProxyIdNumber')) refuse(words.proxy);
  else serve(body, /handler=Redeem/i.test(address)).catch(() => refuse(words.noday));
});

// Asks whether the server is there, and does what was waiting for it.
async function look() {
  if (inWeChat() || document.hidden) return;
  const was = line.down;
  try {
    const { response } = await ask('/api/clock', { cache: 'no-store' }, 5000);
    // A server that answers and does not serve is no network to speak of for who has nothing else.
    if (!response.ok && looked) throw new Error(response.statusText);
    if (!response.ok) return;
    line.down = false;
    if (was || (await waiting()).length) await tell();
    if (was && !kept) await takeAlong();
  } catch {
    line.down = kept || was || !navigator.onLine;
  }
  line.known = true;
  await show();
  if (line.down || !kept || looked) return;
  // The real page again, after the person at the counter has been served.
  if ((await waiting()).length) return;
  root.dataset.leave = '1';
  if (!isServing()) setTimeout(() => location.replace('/pharmacy/scan'), 2500);
}

addEventListener('online', look);
addEventListener('offline', () => {
  line.down = !inWeChat();
  line.known = true;
  show();
});
setInterval(() => (line.down || looked || shownWaiting() > 0) && look(), 4000 + Math.random() * 2000);
setInterval(() => !line.down && !document.hidden && prepare(), fresh + Math.random() * 30000);
addEventListener('counter:camera', () => line.day && takePageAlong(true));

repeatLastWords();
showFace(line);
if (looked) look();
// Newer than the floor is requestIdleCallback: without it the page is made ready at once.
if (inWeChat()) show();
else (self.requestIdleCallback || setTimeout)(prepare);
