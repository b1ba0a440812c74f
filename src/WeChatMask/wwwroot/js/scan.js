// Reads vouchers at the counter: inside WeChat by its own scanner, elsewhere by the camera, and the clerk may always
// type. What was read goes into the counter's form, which counter.js sends; the camera stays open for the next person.
import { pause } from './pause.js';
import { fill } from './plain.js';
import { sound } from './verdict-sound.js';
import { callWeChat, inWeChat } from './wechat.js';

const reader = '/lib/ponyfill.js';
const readerCode = '/lib/zxing_reader.wasm';
const main = document.getElementById('main');
const home = main.querySelector('[data-scanner]') ? [...main.childNodes] : null;
const title = document.title;
const video = Object.assign(document.createElement('video'), { muted: true, playsInline: true });
let stream = null;
let detector = null;
let reading = 0;
let seen = '';

const place = () => main.querySelector('[data-scanner]');

function say(key) {
  const line = place() && place().querySelector('[data-scan-say]');
  if (line) line.textContent = key ? line.dataset[key] : '';
}

function show(running) {
  const scanner = place();
  if (!scanner) return;
  scanner.querySelector('[data-scan]').hidden = running;
  scanner.querySelector('[data-view]').hidden = !running;
  scanner.querySelector('[data-scan-stop]').hidden = !running;
  if (running) scanner.querySelector('[data-view]').prepend(video);
}

// The browser's own reader where it knows QR codes; else the one we bring, compiled code that is fetched only now.
// Newer than the floor are both, BarcodeDetector with getSupportedFormats and our reader's code: without them the number
// below the code is typed.
async function makeDetector() {
  const formats = ['qr_code'];
  const own = self.BarcodeDetector;
  if (own && (await own.getSupportedFormats()).includes(formats[0])) return new own({ formats });
  const { BarcodeDetector, prepareZXingModule } = await import(reader);
  await prepareZXingModule({ overrides: { locateFile: (path, prefix) => (path.endsWith('.wasm') ? readerCode : prefix + path) }, fireImmediately: true });
  return new BarcodeDetector({ formats });
}

// Into the form, as if a hand scanner had typed it. A new attempt, so the form gets new ids.
function take(text) {
  const code = main.querySelector('#code');
  if (!code) return;
  code.value = text;
  const lastFour = main.querySelector('#lastFour');
  if (lastFour) lastFour.value = '';
  code.dispatchEvent(new Event('input', { bubbles: true }));
  performance.mark('code-read');
  code.form.querySelector('[data-act=check]').click();
}

// Looks until a code is in view. Newer than the floor is detect, without which there is no camera picture to look at. The one just served does not count again before it has left the view.
async function read() {
  const turn = ++reading;
  while (turn === reading && stream) {
    const found = video.readyState >= 2 && !document.hidden ? await detector.detect(video).catch(() => null) : null;
    if (turn !== reading) return;
    const text = ((found || []).find((code) => code.rawValue) || { rawValue: '' }).rawValue;
    if (found && text !== seen) seen = text;
    else if (found) { await pause(60); continue; }
    if (text) return take(text);
    await pause(60);
  }
}

function close(opened) {
  for (const track of opened.getTracks()) track.stop();
}

function stop() {
  reading++;
  if (stream) close(stream);
  stream = null;
  video.srcObject = null;
  show(false);
}

const trouble = (error) => ({ NotAllowedError: 'denied', NotFoundError: 'none', OverconstrainedError: 'none' })[error && error.name] || 'broken';

async function start() {
  let camera = null;
  seen = '';
  say('starting');
  try {
    camera = navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } } });
    [stream, detector] = await Promise.all([camera, detector || makeDetector()]);
    video.srcObject = stream;
    show(true);
    await video.play();
    performance.mark('camera-open');
    say('aim');
    dispatchEvent(new Event('counter:camera'));
    read();
  } catch (error) {
    // It may have been opened, or still be about to, for a reader that does not come.
    if (camera) camera.then(close, () => undefined);
    stop();
    say(trouble(error));
  }
}

async function scanInWeChat() {
  say('starting');
  try {
    const answer = await callWeChat('scanQRCode', { needResult: 1, scanType: ['qrCode'] });
    say('');
    take(answer.resultStr);
  } catch (error) {
    // WeChat refused its scanner; its browser may still have a camera.
    if (error.cancelled) say('wechat');
    else await start();
  }
}

const begin = () => (inWeChat() ? scanInWeChat() : start());

function look() {
  show(true);
  video.play();
  read();
}

// The next person: the form as it was at first, the camera still open.
function next() {
  fill(main, ...home);
  document.title = title;
  main.querySelector('form[data-counter]').reset();
  main.querySelector('#code').dispatchEvent(new Event('input', { bubbles: true }));
  scrollTo(0, 0);
  if (!stream) return main.querySelector('#code').focus({ preventScroll: true });
  main.focus({ preventScroll: true });
  look();
}

function ready() {
  const button = place() && place().querySelector('[data-scan]');
  if (button) button.dataset.ready = '';
  if (inWeChat()) say('wechat');
}

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-scan]')) return begin();
  if (event.target.closest('[data-scan-stop]')) return stop();
  // The offline page leaves for the real one as soon as there is a network again.
  if (!event.target.closest('[data-next]') || !home || document.documentElement.dataset.leave) return undefined;
  event.preventDefault();
  return next();
});

document.addEventListener('counter:shown', () => {
  ready();
  const verdict = main.querySelector('.verdict');
  performance.mark('verdict-shown');
  if (verdict) {
    sound(verdict.dataset.sound || verdict.dataset.verdict);
    // A list that goes on: the camera looks for the next one.
    if (place() && stream) look();
    return undefined;
  }
  // The form again, with a word on what is missing: the camera rests until the clerk wants it.
  return stop();
});

ready();
// Who pressed the day's own button has asked for it already.
if (location.hash === '#now' && place()) begin();
