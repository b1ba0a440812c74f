// Counts a round again from the lines of the record: back to the line by which it was planned, and all of them proved to be in the
// checkpoint. What was before, such as the rules and where places were carried from, is for programs that read the whole record.
import { pause } from './pause.js';
import { bytesOf, checker } from './record-log.js';

const wide = 256;
// More is for a computer.
const mostTiles = 600;
// Findings that need lines from before the round.
const before = ['F02', 'F05', 'F11'];

// The complete subtrees before a tile, by their stored hashes: with wrong ones the root would not come out.
async function frontier(log, tiles) {
  const tree = new log.Tree();
  for (let first = 0; first < tiles; first += wide) {
    const bytes = await bytesOf(`/log/${log.tilePath(1, first / wide, Math.min(wide, tiles - first))}`);
    for (let at = 0; at < bytes.length; at += 32) tree.add(bytes.slice(at, at + 32));
  }
  return tree.frontier;
}

const isOf = (day, entry) => {
  const [kind, first, second] = entry.split(' ');
  return kind === 'carry' ? second === day : first === day;
};

// Null where the round is too long for a phone. `isWhole`: these are the lines that the checkpoint stands for. `isThere`: the own one
// among them. `faults`: lines and the rules that they break. `places`, `serials`: of the own pharmacy.
export async function replayRound({ head, entry }, { day, code, index }, progress) {
  const log = await checker('check-draw.js', 'check-round.js');
  const isStart = (one) => one.startsWith(`round ${day} `);
  let tile = Math.ceil(head.size / wide);
  let lines = [];
  for (let isFound = false; tile > 0 && !isFound;) {
    tile -= 1;
    if (head.size > (tile + mostTiles) * wide) return null;
    const part = log.readBundle(await bytesOf(`/log/${log.tilePath('entries', tile, Math.min(wide, head.size - tile * wide))}`));
    isFound = part.some(isStart);
    lines = part.concat(lines);
    progress(lines.length);
  }
  const first = tile * wide;
  const tree = new log.Tree(first, await frontier(log, tile));
  for (let i = 0; i < lines.length; i++) {
    if (i % 2048 === 0) await pause(0);
    tree.add(log.leaf(lines[i]));
  }
  const isWhole = first + lines.length === head.size && log.compare(tree.root(), head.root) === 0;
  // Planned again before the opening, a round begins anew.
  const from = lines.map(isStart).lastIndexOf(true);
  const places = lines.map((one, i) => [one, first + i]).filter(([one], i) => i >= from && isOf(day, one));
  const { findings, figures } = await log.replay(['log 1 - 0 -', ...places.map(([one]) => one)], {}, () => pause(0));
  const shop = (figures[day] || {})[code] || { places: 0, serials: 0 };
  return {
    isWhole: isWhole && from >= 0,
    isThere: lines[index - first] === entry,
    faults: findings.filter(([, word]) => word[0] === 'F' && !before.includes(word)).map(([line, word]) => [places[line - 1][1], word]),
    lines: lines.length, places: shop.places, serials: shop.serials,
  };
}
