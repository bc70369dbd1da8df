// A graph in layers: what leads to the output stands left of it, and lines pass between.

import { d3 } from "./shapes.js";

const SWEEPS = 6;

/**
 * Places of quantities and of the lines between them.
 *
 * `names` are those that are drawn, `terms` gives what each follows from, `weight` how wide a line
 * from one to another is. Inputs stand in the first column, an output in the last.
 */
export function layered(names, terms, output, weight, { columnWidth, rowHeight, nodeHeight }) {
  const kept = new Set(names);
  const own = (name) => terms(name).filter((term) => kept.has(term));
  const fromEnd = distances(output, own);
  const last = Math.max(1, ...fromEnd.values());
  const column = (name) => (own(name).length ? last - (fromEnd.get(name) ?? 0) : 0);
  const nodes = new Map([...fromEnd.keys()].map((name) => [name, { name, column: name === output ? last : column(name), tall: nodeHeight }]));
  const chains = [...nodes.values()].flatMap((to) => own(to.name).map((term) => chain(nodes.get(term), to, weight(term, to.name))));
  const columns = d3.range(last + 1).map(() => []);
  for (const node of [...nodes.values(), ...chains.flatMap(({ points }) => points.slice(1, -1))]) columns[node.column].push(node);
  order(columns, chains);
  const tallest = Math.max(...columns.map((nodesOf) => d3.sum(nodesOf, (node) => node.tall + rowHeight - nodeHeight)));
  for (const nodesOf of columns) {
    let y = (tallest - d3.sum(nodesOf, (node) => node.tall + rowHeight - nodeHeight)) / 2;
    for (const node of nodesOf) {
      node.y = y + (node.tall + rowHeight - nodeHeight) / 2;
      node.x = node.column * columnWidth;
      y += node.tall + rowHeight - nodeHeight;
    }
  }
  return { nodes: [...nodes.values()], chains, width: last * columnWidth, height: tallest };
}

/** How many steps each quantity is from the output, at most. */
function distances(output, terms) {
  const found = new Map();
  const visit = (name, far) => {
    if ((found.get(name) ?? -1) >= far) return;
    found.set(name, far);
    for (const term of terms(name)) visit(term, far + 1);
  };
  visit(output, 0);
  return found;
}

/** A line between two quantities, with a place in each column between. */
function chain(from, to, weight) {
  const between = d3.range(from.column + 1, to.column).map((column) => ({ column, tall: 4 + 24 * weight }));
  return { from, to, weight, points: [from, ...between, to] };
}

/** Orders each column by where its neighbours stand, so that few lines cross. */
function order(columns, chains) {
  const near = new Map(columns.flat().map((node) => [node, []]));
  for (const { points, weight } of chains) {
    points.slice(1).forEach((point, k) => {
      near.get(point).push([points[k], weight]);
      near.get(points[k]).push([point, weight]);
    });
  }
  columns.forEach((nodes) => nodes.forEach((node, k) => (node.at = k)));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const nodes of sweep % 2 ? columns : columns.toReversed()) {
      for (const node of nodes) {
        const beside = near.get(node).filter(([other]) => other.column !== node.column);
        const whole = d3.sum(beside, ([, weight]) => weight + 0.01);
        node.wanted = whole ? d3.sum(beside, ([other, weight]) => (weight + 0.01) * other.at) / whole : node.at;
      }
      nodes.sort((a, b) => a.wanted - b.wanted);
      nodes.forEach((node, k) => (node.at = (k + 0.5) / nodes.length));
    }
  }
}
