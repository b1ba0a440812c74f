// Where circles and words go on the map, in pixels of one zoom. Pure, so that it can be tested at every zoom.

/**
 * Joins points that lie closer than `apart` until no two groups do: the nearest two first, at their members' middle.
 * A city has some hundreds of points, which is a few million steps at the most; a library with an index would weigh more than it saves.
 * @param points each with x and y; @return groups with x, y and members
 */
export function cluster(points, apart) {
  const groups = points.map((p) => ({ x: p.x, y: p.y, members: [p] }));
  for (;;) {
    let least = apart * apart;
    let pair = null;
    for (let i = 0; i < groups.length; i += 1) {
      for (let j = i + 1; j < groups.length; j += 1) {
        const distance = (groups[i].x - groups[j].x) ** 2 + (groups[i].y - groups[j].y) ** 2;
        if (distance < least) { least = distance; pair = [i, j]; }
      }
    }
    if (!pair) return groups;
    const [a, b] = pair.map((i) => groups[i]);
    const [m, n] = [a.members.length, b.members.length];
    groups[pair[0]] = { x: (a.x * m + b.x * n) / (m + n), y: (a.y * m + b.y * n) / (m + n), members: a.members.concat(b.members) };
    groups.splice(pair[1], 1);
  }
}

export const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

export const around = (x, y, width, height) => ({ left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 });

export const within = (box, frame) => box.left >= frame.left && box.top >= frame.top && box.right <= frame.right && box.bottom <= frame.bottom;

/**
 * Gives each label, the most important first, the first of its places where it meets nothing; one that has none is left out.
 * @param labels each with width, height and places, the middles it may have; @param taken boxes that must stay free; @param frame what is seen
 * @return a box or null for each label
 */
export function placeLabels(labels, taken, frame) {
  const boxes = [...taken];
  return labels.map(({ width, height, places }) => {
    for (const [x, y] of places) {
      const box = around(x, y, width, height);
      if (within(box, frame) && !boxes.some((other) => meet(box, other))) {
        boxes.push(box);
        return box;
      }
    }
    return null;
  });
}

/** The middles of a label below, above and beside a circle. */
export function beside({ x, y }, radius, width, height) {
  const [up, aside] = [radius + height / 2 + 1, radius + width / 2 + 1];
  return [[x, y + up], [x, y - up], [x + aside, y], [x - aside, y]];
}

/** Whether a point lies in a polygon: a ring with the holes in it behind it, each of [x, y]. */
export function inPolygon(x, y, rings) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [[ax, ay], [bx, by]] = [ring[i], ring[j]];
      if ((ay > y) !== (by > y) && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
  }
  return inside;
}

/** Where a district's label may stand: points of its part of what is seen, those first around which all of the label lies in it, then from the middle outwards. */
export function middles(polygons, frame, step, width, height) {
  const found = [];
  const holds = (x, y) => polygons.some((rings) => inPolygon(x, y, rings));
  for (let y = frame.top + step / 2; y < frame.bottom; y += step) {
    for (let x = frame.left + step / 2; x < frame.right; x += step) {
      if (!holds(x, y)) continue;
      const whole = [[-1, -1], [-1, 1], [1, -1], [1, 1]].every(([a, b]) => holds(x + (a * width) / 2, y + (b * height) / 2));
      found.push({ x, y, whole });
    }
  }
  const middle = (axis) => found.reduce((sum, p) => sum + p[axis], 0) / found.length;
  const [cx, cy] = [middle('x'), middle('y')];
  return found.sort((a, b) => b.whole - a.whole || (a.x - cx) ** 2 + (a.y - cy) ** 2 - (b.x - cx) ** 2 - (b.y - cy) ** 2).map(({ x, y }) => [x, y]);
}
