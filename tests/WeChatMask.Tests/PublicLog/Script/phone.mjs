// As much of a phone's browser as the scripts that keep receipts ask of one.
import { webcrypto } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';

const scripts = fileURLToPath(new URL('../../../../src/WeChatMask/wwwroot/js/', import.meta.url));
const wait = setTimeout;

/** An element with the parts that are asked of it, by selector; a part that nobody names is an empty element. */
export class Element {
  constructor(parts = {}, dataset = {}) {
    Object.assign(this, { parts, dataset, hidden: true, disabled: false, textContent: '', children: [], clicks: [] });
  }

  querySelector(selector) { return this.parts[selector] || (this.parts[selector] = new Element()); }

  querySelectorAll(selector) { return [this.querySelector(selector)].flat(); }

  appendChild(child) { this.children.push(child); }

  addEventListener(name, act) { this.clicks.push(act); }

  async click() { for (const act of this.clicks) await act(); }
}

/** Waits until something is so; what is never so is for the caller to notice. */
export async function until(isSo) {
  for (let i = 0; i < 400 && !isSo(); i++) await new Promise((resolve) => wait(resolve, 5));
}

/** A page with parts by selector, on a phone with what it has stored, whose server answers by path: [status, body]. */
export async function open({ parts = {}, stored = {}, server = () => [404, ''], signatures = webcrypto } = {}) {
  const asked = [];
  const folder = mkdtempSync(join(tmpdir(), 'phone-'));
  cpSync(scripts, folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const loads = [];
  const document = Object.assign(new Element(parts), { hidden: false });
  document.createElement = () => new Element();
  document.importNode = (node) => node;
  document.head = { append(element) { runInThisContext(readFileSync(join(folder, element.src.split('/').pop()), 'utf8')); wait(element.onload); } };
  const set = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  delete globalThis.publicLog;
  set('self', globalThis);
  set('document', document);
  set('location', { origin: 'https://loudi.example' });
  set('crypto', signatures);
  set('localStorage', { getItem: (name) => (name in stored ? stored[name] : null), setItem(name, value) { stored[name] = value; }, removeItem(name) { delete stored[name]; } });
  set('DOMParser', class { parseFromString(body) { return { querySelector: () => (body.includes('numbers') ? body : null) }; } });
  set('addEventListener', (name, act) => loads.push(act));
  // Rests pass at once; nobody's patience ends.
  set('setTimeout', (act, milliseconds) => (milliseconds >= 15000 ? 0 : wait(act)));
  set('fetch', async (address) => {
    asked.push(address);
    const [status, body] = server(address);
    const bytes = Buffer.from(body);
    return { ok: status < 300, status, text: async () => bytes.toString('utf8'), arrayBuffer: async () => new Uint8Array(bytes).buffer };
  });
  return {
    asked, stored, document,
    run: (name) => import(pathToFileURL(join(folder, name)).href),
    async loaded() { for (const load of loads) await load(); },
    close() { rmSync(folder, { recursive: true }); },
  };
}
