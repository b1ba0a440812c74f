// Collects the licences of everything that a published program holds:
//   node collect-licences.mjs WeChatMask.deps.json NODE_MODULES OUT
// What deps.json names is looked up in NuGet's folder of packages; what the pages use, in node_modules. Ends with 1 when
// something has no licence that is known here, so that nothing is handed out without its text.
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const [deps, modules, out] = process.argv.slice(2);
const packages = process.env.NUGET_PACKAGES ?? join(homedir(), '.nuget', 'packages');
const texts = /^(licen[cs]e|copying|notice|third-?party)/i;
// Texts that stand once for many packages; MIT's is short and names its holder, so it is written out for each.
const common = { 'Apache-2.0': 'Apache-2.0', 'LGPL-3.0': 'LGPL-3', 'GPL-3.0': 'GPL-3' };
const mit = holder => `MIT License

${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;
const postgresql = holder => `PostgreSQL License

${holder}

Permission to use, copy, modify, and distribute this software and its documentation for any purpose, without fee, and without a written agreement is hereby granted, provided that the above copyright notice and this paragraph and the following two paragraphs appear in all copies.

IN NO EVENT SHALL THE COPYRIGHT HOLDER BE LIABLE TO ANY PARTY FOR DIRECT, INDIRECT, SPECIAL, INCIDENTAL, OR CONSEQUENTIAL DAMAGES, INCLUDING LOST PROFITS, ARISING OUT OF THE USE OF THIS SOFTWARE AND ITS DOCUMENTATION, EVEN IF THE COPYRIGHT HOLDER HAS BEEN ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.

THE COPYRIGHT HOLDER SPECIFICALLY DISCLAIMS ANY WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE. THE SOFTWARE PROVIDED HEREUNDER IS ON AN "AS IS" BASIS, AND THE COPYRIGHT HOLDER HAS NO OBLIGATIONS TO PROVIDE MAINTENANCE, SUPPORT, UPDATES, ENHANCEMENTS, OR MODIFICATIONS.
`;

const faults = [];
const list = [];
mkdirSync(out, { recursive: true });

function keep(name, version, licence, folder, holder) {
  const to = join(out, name);
  mkdirSync(to, { recursive: true });
  const found = readdirSync(folder).filter(file => texts.test(file));
  for (const file of found) copyFileSync(join(folder, file), join(to, file));
  const hasText = found.some(file => /^(licen[cs]e|copying)/i.test(file));
  if (!hasText) {
    // Where one may choose, what is chosen here is Apache's.
    const chosen = licence.split(/ OR /).find(one => one in common) ?? licence;
    if (chosen === 'MIT') writeFileSync(join(to, 'LICENSE'), mit(holder));
    else if (chosen === 'PostgreSQL') writeFileSync(join(to, 'LICENSE'), postgresql(holder));
    else if (chosen in common) {
      const text = `/usr/share/common-licenses/${common[chosen]}`;
      if (existsSync(text)) copyFileSync(text, join(to, 'LICENSE'));
      else faults.push(`${name}: ${text} is not there`);
    } else faults.push(`${name} ${version}: no text for "${licence}"`);
  }
  list.push(`${name} ${version}: ${licence}${holder ? `. ${holder}` : ''}`);
}

for (const [key, library] of Object.entries(JSON.parse(readFileSync(deps, 'utf8')).libraries)) {
  if (library.type === 'project') continue;
  const [name, version] = key.replace(/^runtimepack\./, '').split('/');
  const folder = join(packages, name.toLowerCase(), version.toLowerCase());
  if (!existsSync(folder)) {
    faults.push(`${name} ${version} is not in ${packages}`);
    continue;
  }
  const spec = readFileSync(join(folder, readdirSync(folder).find(file => file.endsWith('.nuspec'))), 'utf8');
  const value = pattern => (spec.match(pattern)?.[1] ?? '').trim();
  const expression = value(/<license type="expression">([^<]*)/);
  const licence = expression || (name.startsWith('Hangfire') ? 'LGPL-3.0' : `see ${value(/<license type="file">([^<]*)/) || 'its notices'}`);
  keep(name, version, licence, folder, value(/<copyright>([^<]*)/) || value(/<authors>([^<]*)/));
}

// The build copies some files of these into the pages' assets; zxing-wasm comes with the reader of codes.
for (const name of ['weui', 'weixin-js-sdk', 'barcode-detector', 'zxing-wasm', 'leaflet', 'uplot']) {
  const folder = join(modules, name);
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const author = typeof about.author === 'string' ? about.author : about.author?.name ?? '';
  keep(name, about.version, about.license, folder, author);
}

writeFileSync(join(out, 'LIST'), `${list.sort().join('\n')}\n`);
if (faults.length > 0) {
  console.error(`collect-licences: ${faults.join('\ncollect-licences: ')}`);
  process.exit(1);
}
