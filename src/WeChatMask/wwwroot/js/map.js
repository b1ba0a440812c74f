// The map, with all that it needs, is loaded only when somebody opens it.
import { ask, jsonOf } from './ask.js';
import { around, beside, cluster, meet, middles, placeLabels, within } from './map-layout.js';
import { fill } from './plain.js';

function load(tag, attributes) {
  return new Promise((done, fail) => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.onload = done;
    element.onerror = () => fail(new Error('not loaded'));
    document.head.append(element);
  });
}

let ready = null;

function leaflet() {
  ready = ready || Promise.all([
    load('link', { rel: 'stylesheet', href: '/lib/leaflet.css' }),
    load('script', { src: '/lib/leaflet.js' }),
  ]).catch((e) => { ready = null; throw e; });
  return ready;
}

const deepest = 18;
const isNone = (p) => p.row.querySelector('[data-left]').dataset.empty === 'true';
const placesOf = (p) => (isNone(p) ? 0 : Number(p.row.dataset.placesLeft));
const sumOf = (members) => members.reduce((sum, p) => sum + placesOf(p), 0);

// The districts' polygons; without them the map is what it was.
async function outlinesOf(path) {
  if (!path) return [];
  try {
    const { response, body } = await ask(path, {}, 15000);
    return response.ok ? jsonOf(body).features : [];
  } catch {
    return [];
  }
}

/**
 * Shows pharmacies as circles with their places left, over the districts and over tiles where there are some.
 * @param place the element; @param pharmacies with row, name, place and chinese place; @param here gives the phone's place or null
 */
export async function show(place, pharmacies, here, words, tell) {
  const [outlines] = await Promise.all([outlinesOf(words.outlines), leaflet()]);
  const { L } = self;
  // Points, outlines and tiles must be of one system.
  const chinese = words.tiles !== '' && words.system === 'Gcj02';
  const at = (p) => (chinese ? p.chinese : p.place);
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const map = L.map(place, { attributionControl: words.attribution !== '', zoomControl: false, zoomSnap: words.tiles === '' ? 0 : 0.5, maxZoom: deepest, zoomAnimation: !calm, fadeAnimation: !calm });
  // At each press Leaflet gives the map the focus and scrolls the window back, but it is the page's middle that scrolls: what was pressed would be gone from under the finger.
  place.focus = () => {};
  if (map.attributionControl) map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  if (words.tiles !== '') {
    const tiles = L.tileLayer(words.tiles, { maxZoom: deepest, attribution: words.attribution });
    let drawn = false;
    let said = false;
    tiles.on('tileload', () => { drawn = true; });
    tiles.on('tileerror', () => { if (!drawn && !said) { said = true; tell(words.noTiles); } });
    tiles.addTo(map);
  }
  const fit = (bounds) => map.fitBounds(bounds, { maxZoom: 16, animate: false, padding: [4, 4] });
  const all = L.latLngBounds(pharmacies.map(at));
  const districts = L.geoJSON({ type: 'FeatureCollection', features: outlines }, { interactive: false, style: { className: words.tiles === '' ? 'map-district' : 'map-district map-over-tiles' } });
  // The whole of the districts, unless the pharmacies lie in a corner of them.
  const whole = outlines.length > 0 ? districts.getBounds().extend(all) : all;
  const across = (bounds) => map.distance(bounds.getSouthWest(), bounds.getNorthEast());
  fit(across(whole) < 2 * across(all) ? whole : all.pad(0.15));
  districts.addTo(map);

  // Circles and words grow with the type.
  const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const [one, many] = [36 * unit, 48 * unit];
  const sizeOf = (group) => (group.members.length === 1 ? one : many);
  const pen = document.createElement('canvas').getContext('2d');
  const face = getComputedStyle(place).fontFamily;
  const label = (text, kind, size, places) => {
    pen.font = `600 ${size * unit}px ${face}`;
    const [width, height] = [Math.ceil(pen.measureText(text).width) + 8 * unit, size * unit * 1.4];
    return { text, kind, width, height, places: places(width, height) };
  };
  const icon = (html, width, height, className) => L.divIcon({ html, className, iconSize: [width, height] });

  const drawn = L.layerGroup().addTo(map);
  let groups = [];
  let buttons = [];
  let mine = null;
  let wanted = null;

  const paint = ({ button, group }) => {
    const sum = sumOf(group.members);
    const [first] = group.members;
    const count = group.members.length;
    const pattern = count === 1 ? words.one.replace('{0}', first.name).replace('{1}', first.row.querySelector('[data-left]').textContent) : (sum === 0 ? words.groupNone : words.group);
    const name = count === 1 ? pattern : pattern.replace('{0}', count).replace('{1}', sum);
    const mark = sum === 0 ? words.noneMark : String(sum);
    if (button.textContent !== mark) button.textContent = mark;
    if (button.getAttribute('aria-label') !== name) button.setAttribute('aria-label', name);
    button.dataset.empty = sum === 0;
    button.dataset.long = mark.length > 3;
  };

  const list = (members) => {
    const card = document.querySelector('[data-chosen]');
    fill(card.querySelector('ul'), ...members.map((p) => p.row.cloneNode(true)));
    card.hidden = false;
    card.querySelector('h2').focus({ preventScroll: true });
    card.scrollIntoView({ block: 'nearest' });
  };

  const project = (p, zoom) => { const { x, y } = map.project(at(p), zoom); return { x, y, pharmacy: p }; };
  const press = (group, byKey) => {
    // Those that stay together however near one looks are listed.
    const parts = group.members.length > 1 && cluster(group.members.map((p) => project(p, deepest)), many + 8 * unit).length > 1;
    if (!parts || map.getZoom() >= deepest) { list(group.members); return; }
    wanted = byKey ? group.members[0] : null;
    const bounds = L.latLngBounds(group.members.map(at)).pad(0.2);
    map.setView(bounds.getCenter(), Math.min(deepest, Math.max(map.getBoundsZoom(bounds), map.getZoom() + 1)));
  };

  const ringsOf = ({ geometry }, zoom) => (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates)
    .map((polygon) => polygon.map((ring) => ring.map(([lng, lat]) => { const { x, y } = map.project([lat, lng], zoom); return [x, y]; })));

  let zoomed = null;
  const layOut = () => {
    const zoom = map.getZoom();
    if (zoom !== zoomed) {
      groups = cluster(pharmacies.map((p) => project(p, zoom)), many + 8 * unit).map((g) => ({ x: g.x, y: g.y, members: g.members.map((m) => m.pharmacy) }));
      zoomed = zoom;
      place.dataset.zoom = zoom;
    }
    const { min, max } = map.getPixelBounds();
    const frame = { left: min.x + 2, top: min.y + 2, right: max.x - 2, bottom: max.y - 2 };
    // Leaflet's own buttons and scale lie in the corners.
    const edge = place.getBoundingClientRect();
    const controls = [...place.querySelectorAll('.leaflet-control')].map((control) => {
      const box = control.getBoundingClientRect();
      return { left: min.x + box.left - edge.left, top: min.y + box.top - edge.top, right: min.x + box.right - edge.left, bottom: min.y + box.bottom - edge.top };
    });
    // Beyond the edges as far as one drags, but not to be pressed: what is hidden for the most part is no target.
    const near = { left: 2 * min.x - max.x, top: 2 * min.y - max.y, right: 2 * max.x - min.x, bottom: 2 * max.y - min.y };
    const seen = groups.filter((g) => within(around(g.x, g.y, 0, 0), near));
    const isHidden = (g) => { const core = around(g.x, g.y, one, one); return !within(core, frame) || controls.some((c) => meet(core, c)); };
    const focused = document.activeElement;
    const held = buttons.find(({ button }) => button === focused);
    const goal = wanted || (held && held.group.members[0]);
    drawn.clearLayers();
    buttons = seen.map((group) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = group.members.length === 1 ? 'map-spot' : 'map-spot map-many';
      button.disabled = isHidden(group);
      const size = sizeOf(group);
      L.marker(map.unproject([group.x, group.y], zoom), { icon: icon(button, size, size, 'map-holder'), interactive: false, keyboard: false }).addTo(drawn);
      button.addEventListener('click', (event) => {
        // The end of a drag is no press; keys tell no count.
        if (event.detail > 0 && map.dragging.moved()) return;
        press(group, event.detail === 0);
      });
      const shown = { button, group };
      paint(shown);
      return shown;
    });
    const again = goal && buttons.find(({ group }) => group.members.includes(goal));
    if (again) again.button.focus({ preventScroll: true });
    wanted = null;

    const taken = seen.map((g) => around(g.x, g.y, sizeOf(g), sizeOf(g))).concat(controls);
    const labels = [];
    if (mine) {
      const point = map.project(mine, zoom);
      taken.push(around(point.x, point.y, 24 * unit, 24 * unit));
      labels.push(label(words.here, 'map-mine', 14, (w, h) => beside(point, 12 * unit, w, h)));
    }
    for (const outline of outlines) labels.push(label(outline.properties.name, 'map-area', 14, (w, h) => middles(ringsOf(outline, zoom), frame, 12 * unit, w, h)));
    const singles = seen.filter((g) => g.members.length === 1).sort((a, b) => placesOf(b.members[0]) - placesOf(a.members[0]));
    for (const g of singles) labels.push(label(g.members[0].name, 'map-name', 13, (w, h) => beside(g, one / 2, w, h)));
    for (const [i, box] of placeLabels(labels, taken, frame).entries()) {
      if (!box) continue;
      const { text, kind, width, height } = labels[i];
      const span = document.createElement('span');
      span.textContent = text;
      span.setAttribute('aria-hidden', 'true');
      L.marker(map.unproject([(box.left + box.right) / 2, (box.top + box.bottom) / 2], zoom), { icon: icon(span, width, height, `map-label ${kind}`), interactive: false, keyboard: false }).addTo(drawn);
    }
  };
  map.on('moveend', layOut);
  document.addEventListener('board-shown', () => buttons.forEach(paint));
  document.addEventListener('round-state', () => buttons.forEach(paint));

  let dot = null;
  const mark = () => {
    const position = here();
    if (!position) return;
    // The shift between the two systems hardly changes over some kilometres: the nearest pharmacy's is the phone's.
    const near = pharmacies[0];
    mine = chinese ? [position[0] + near.chinese[0] - near.place[0], position[1] + near.chinese[1] - near.place[1]] : position;
    if (dot) dot.remove();
    dot = L.circleMarker(mine, { radius: 11, weight: 3, color: '#fff', fillColor: '#0b57d0', fillOpacity: 1, className: 'map-here', interactive: false }).addTo(map);
    fit(L.latLngBounds([mine, ...pharmacies.slice(0, 5).map(at)]).pad(0.15));
    layOut();
  };
  layOut();
  mark();
  return { here: mark };
}
