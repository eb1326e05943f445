// How marks and bars look, by the tone of their kind.

import { colours, partitionColour } from "./theme.js";

// Share of a row's height, and where in it: 0 top, 1 bottom.
const BARS = {
  own: [0.72, 0.5],
  by: [0.72, 0.5],
  irq: [0.5, 0.85],
  frame: [0.6, 0.5],
  wait: [0.28, 0.5],
  none: [0.06, 0.5],
  off: [0, 0.5],
};

/** Top and height of a bar in a row. */
export function barOf(tone, y, height) {
  const [share, place] = BARS[tone] ?? BARS.own;
  const tall = share === 0 ? 0 : Math.max(1, Math.round(height * share));
  return [y + Math.round((height - tall) * place), tall];
}

/** The colour of a span. */
export function colourOf(tone, track, x) {
  if (tone === "own") return partitionColour(track.partition);
  if (tone === "by") return partitionColour(x);
  return colours[tone] ?? colours.dim;
}

const tick = (from, to) => (context, x, y, height) => {
  context.fillRect(x - 0.5, y + height * from, 1.5, height * (to - from));
};

const polygon =
  (...points) =>
  (context, x, y, height) => {
    const middle = y + height / 2;
    context.beginPath();
    for (const [dx, dy] of points) context.lineTo(x + dx, middle + dy);
    context.closePath();
    context.fill();
  };

const diamond = (size) =>
  polygon([0, -size], [size, 0], [0, size], [-size, 0]);

const ring = (context, x, y, height) => {
  context.beginPath();
  context.arc(x, y + height / 2, 3, 0, 2 * Math.PI);
  context.lineWidth = 1.5;
  context.strokeStyle = context.fillStyle;
  context.stroke();
};

const SHAPES = {
  error: diamond(5.5),
  warn: diamond(4),
  mode: diamond(4.5),
  call: tick(0.62, 0.95),
  answer: tick(0.05, 0.3),
  done: tick(0.05, 0.5),
  irq: polygon([0, -7], [3, -1], [-3, -1]),
  send: polygon([-3, -5], [4, 0], [-3, 5]),
  arrive: ring,
  receive: polygon([-4, -3], [4, -3], [0, 4]),
  console: polygon([-2, -5], [1, -5], [1, 5], [-2, 5]),
};

/** Draw a mark. */
export function drawMark(context, tone, x, y, height) {
  context.fillStyle = colours[tone] ?? colours.dim;
  (SHAPES[tone] ?? SHAPES.mode)(context, x, y, height);
}
