// Sorts the pharmacies by distance and shows them on a map. Where the phone is stays in this page: nothing here sends it.
import './board.js';
import { fill } from './plain.js';
import { callWeChat, inWeChat, openMap, prepareWeChat } from './wechat.js';

const box = document.querySelector('[data-nearby]');
const told = document.querySelector('[data-told]');
const nearest = document.querySelector('[data-nearest]');
const locate = box.querySelector('[data-locate]');
const opener = box.querySelector('[data-map-open]');
const words = box.dataset;
const shownFirst = 10;
const patience = 15000;

const pair = (text) => text.split(',').map(Number);
const pharmacies = [...document.querySelectorAll('[data-pharmacies] [data-place]')].map((row) => ({
  row, code: row.dataset.code, name: row.querySelector('h3').textContent, address: row.querySelector('[data-address]').textContent,
  place: pair(row.dataset.place), chinese: pair(row.dataset.chinesePlace),
}));

// Metres on a sphere of the earth's mean radius; over a city that is right to half a percent.
function metres([lat1, lng1], [lat2, lng2]) {
  const radians = Math.PI / 180;
  const a = Math.sin(((lat2 - lat1) * radians) / 2) ** 2 + Math.cos(lat1 * radians) * Math.cos(lat2 * radians) * Math.sin(((lng2 - lng1) * radians) / 2) ** 2;
  return 2 * 6371008.8 * Math.asin(Math.sqrt(a));
}

const far = (length) => (length < 1000 ? words.metres.replace('{0}', Math.max(10, Math.round(length / 10) * 10)) : words.kilometres.replace('{0}', (length / 1000).toFixed(length < 10000 ? 1 : 0)));

const fromWeChat = () => callWeChat('getLocation', { type: 'wgs84' }, patience).then((p) => [Number(p.latitude), Number(p.longitude)]);

function fromBrowser() {
  return new Promise((done, fail) => {
    if (!navigator.geolocation) { fail(new Error('unavailable')); return; }
    navigator.geolocation.getCurrentPosition(
      (p) => done([p.coords.latitude, p.coords.longitude]),
      (e) => fail(new Error(e.code === e.PERMISSION_DENIED ? 'denied' : 'unavailable')),
      { enableHighAccuracy: false, timeout: patience, maximumAge: 60000 });
  });
}

function position() {
  return inWeChat() ? fromWeChat().catch((e) => (e.cancelled ? Promise.reject(new Error('denied')) : fromBrowser())) : fromBrowser();
}

// What did not go as hoped must not be overlooked.
function tell(text, isTrouble) {
  told.textContent = text;
  told.className = isTrouble ? 'refused' : 'quiet';
}

let here = null;
let listed = shownFirst;

// Whoever looks for a place to book goes to a full pharmacy in vain, however near it is.
const isFull = (p) => p.row.querySelector('[data-left]').dataset.empty === 'true';

function sort() {
  for (const p of pharmacies) p.distance = metres(here, p.place);
  pharmacies.sort((a, b) => isFull(a) - isFull(b) || a.distance - b.distance || a.code.localeCompare(b.code));
  for (const p of pharmacies) {
    const place = p.row.querySelector('[data-distance]');
    place.textContent = far(p.distance);
    place.hidden = false;
  }
}

function list() {
  fill(nearest.querySelector('ul'), ...pharmacies.slice(0, listed).map((p) => p.row.cloneNode(true)));
  const more = nearest.querySelector('[data-more-press]');
  const rest = Math.min(shownFirst, pharmacies.length - listed);
  more.hidden = rest <= 0;
  more.textContent = words.more.replace('{0}', rest);
  nearest.hidden = false;
}

locate.addEventListener('click', async () => {
  locate.disabled = true;
  tell(words.locating);
  try {
    here = await position();
    listed = shownFirst;
    sort();
    list();
    const full = pharmacies.filter(isFull).length;
    tell(full > 0 && full < pharmacies.length ? words.locatedLeft : words.located);
    if (map) map.here();
    nearest.scrollIntoView({ block: 'nearest' });
  } catch (e) {
    tell(e.message === 'denied' ? words.denied : words.unavailable, true);
  } finally {
    locate.disabled = false;
  }
});

nearest.querySelector('[data-more-press]').addEventListener('click', () => {
  const before = listed;
  listed += shownFirst;
  list();
  const next = nearest.querySelectorAll('li')[before];
  if (next) next.querySelector('[data-go]').focus();
});

// WeChat's own map takes Chinese coordinates; elsewhere the link itself is opened by the phone.
document.addEventListener('click', (event) => {
  const link = event.target.closest && event.target.closest('[data-go]');
  const pharmacy = link && pharmacies.find((p) => p.code === link.closest('[data-code]').dataset.code);
  if (!pharmacy || !inWeChat()) return;
  event.preventDefault();
  const [latitude, longitude] = pharmacy.chinese;
  openMap(link, { latitude, longitude, name: pharmacy.name, address: pharmacy.address, scale: 16 });
});

if (inWeChat()) prepareWeChat().catch(() => {});

let map = null;

opener.addEventListener('click', async () => {
  const place = document.querySelector('[data-map-part]');
  const open = place.hidden;
  place.hidden = !open;
  opener.setAttribute('aria-expanded', String(open));
  opener.dataset.label = opener.dataset.label || opener.textContent;
  opener.textContent = open ? words.close : opener.dataset.label;
  if (!open || map) return;
  try {
    const { show } = await import('./map.js');
    map = await show(document.getElementById('map'), pharmacies, () => here, words, (text) => { told.textContent = text; });
  } catch {
    place.hidden = true;
    opener.setAttribute('aria-expanded', 'false');
    opener.textContent = opener.dataset.label;
    told.textContent = words.failed;
  }
});

locate.disabled = pharmacies.length === 0;
opener.disabled = pharmacies.length === 0;
