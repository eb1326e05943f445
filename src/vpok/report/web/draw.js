// The timeline on its canvas.
//
// A frame costs what is visible, not what there is: binary searches find the
// first item, and items of less than a pixel are taken together.

import { labelOf, showTick } from "./format.js";
import { AXIS } from "./layout.js";
import { Overlay } from "./overlay.js";
import { lowerBound, upperBound } from "./search.js";
import { barOf, colourOf, drawMark } from "./shapes.js";
import { colours } from "./theme.js";

const FONT = "11px system-ui, sans-serif";
const CHARACTER = 6.1; // px, about
const SAMPLES = 8; // of items that share a pixel

export class Painter {
  constructor(canvas, data, view, layout) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.data = data;
    this.view = view;
    this.layout = layout;
    this.top = new Overlay(this.context, data, view, layout);
  }

  /** Fit the canvas to its element. */
  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(clientWidth * ratio);
    this.canvas.height = Math.round(clientHeight * ratio);
    this.ratio = ratio;
    this.view.width = Math.max(1, clientWidth);
    this.view.height = Math.max(1, clientHeight - AXIS);
  }

  /** Draw a frame. */
  draw() {
    const { context: c, view } = this;
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    c.font = FONT;
    c.textBaseline = "middle";
    c.fillStyle = colours.ground;
    c.fillRect(0, 0, view.width, view.height + AXIS);
    c.save();
    c.beginPath();
    c.rect(0, AXIS, view.width, view.height);
    c.clip();
    this.grounds();
    this.grid();
    for (const row of this.visible()) {
      const y = row.y - view.scroll + AXIS;
      this.spans(row, y);
      this.marks(row, y);
    }
    this.top.draw();
    c.restore();
    this.axis();
  }

  /** The rows that can be seen. */
  visible() {
    const { scroll, height } = this.view;
    return this.layout.rows.filter(
      (row) => row.y + row.height > scroll && row.y < scroll + height,
    );
  }

  grounds() {
    const { context: c, view } = this;
    for (const row of this.visible()) {
      const y = row.y - view.scroll + AXIS;
      c.fillStyle = row.head ? colours.head : colours.row;
      c.fillRect(0, y, view.width, row.height - 1);
    }
    // Before the start and after the end there is nothing.
    c.fillStyle = colours.ground;
    const zero = view.x(view.begin);
    const end = view.x(view.end);
    if (zero > 0) c.fillRect(0, AXIS, zero, view.height);
    if (end < view.width) c.fillRect(end, AXIS, view.width - end, view.height);
  }

  // --- axis -----------------------------------------------------------------

  /** The step between two marks of the axis: 1, 2 or 5 of a power of ten. */
  step() {
    const least = Math.max(1, this.view.scale * 110);
    const power = 10 ** Math.floor(Math.log10(least));
    return [1, 2, 5, 10].map((by) => by * power).find((step) => step >= least);
  }

  *ticks() {
    const { view } = this;
    const step = this.step();
    const last = Math.min(view.to, view.end);
    let time = Math.ceil(Math.max(view.from, view.begin) / step) * step;
    for (; time <= last; time += step) yield [time, view.x(time)];
  }

  grid() {
    const { context: c, view } = this;
    c.fillStyle = colours.line;
    for (const [, x] of this.ticks())
      c.fillRect(Math.round(x), AXIS, 1, view.height);
  }

  axis() {
    const { context: c, view } = this;
    const step = this.step();
    c.fillStyle = colours.ground;
    c.fillRect(0, 0, view.width, AXIS);
    c.fillStyle = colours.line;
    c.fillRect(0, AXIS - 1, view.width, 1);
    for (const [time, x] of this.ticks()) {
      c.fillStyle = colours.line;
      c.fillRect(Math.round(x), AXIS - 7, 1, 6);
      c.fillStyle = colours.dim;
      c.fillText(
        showTick(time, step, view.to),
        Math.round(x) + 4,
        AXIS / 2 - 1,
      );
    }
    if (view.cursor !== null) this.flag(view.x(view.cursor), view.cursor);
  }

  /** The instant under the pointer. */
  flag(x, time) {
    const { context: c, view } = this;
    const text = showTick(
      time,
      10 ** Math.floor(Math.log10(Math.max(1, view.scale))),
      view.to,
    );
    const width = c.measureText(text).width + 10;
    const left = Math.min(Math.max(0, x - width / 2), view.width - width);
    c.fillStyle = colours.accent;
    c.beginPath();
    c.roundRect(left, 3, width, AXIS - 8, 4);
    c.fill();
    c.fillStyle = colours["on-bar"];
    c.fillText(text, left + 5, AXIS / 2 - 1);
  }

  // --- spans ----------------------------------------------------------------

  spans(row, y) {
    const { view } = this;
    const { track } = row;
    const { start, end } = track;
    const last = lowerBound(start, view.to);
    let at = upperBound(end, view.from);
    while (at < last) {
      const left = view.x(start[at]);
      if (view.x(end[at]) - left >= 1) {
        this.span(row, y, at);
        at += 1;
      } else {
        const next = lowerBound(
          start,
          view.time(Math.floor(left) + 1),
          at + 1,
          last,
        );
        this.cluster(row, y, at, next, Math.floor(left));
        at = next;
      }
    }
  }

  span(row, y, at) {
    const { context: c, view, data } = this;
    const { track } = row;
    const look = data.kinds[track.kind[at]];
    const left = Math.max(-1, view.x(track.start[at]));
    const right = Math.min(view.width + 1, view.x(track.end[at]));
    const [top, tall] = barOf(look.tone, y, row.height);
    c.fillStyle = colourOf(look.tone, track, track.x[at]);
    // A hairline between neighbours, where there is room for one.
    const width = right - left > 3 ? right - left - 0.75 : right - left;
    c.fillRect(left, top, width, tall);
    if (look.lead) this.lead(row, y, track.start[at], track.y[at]);
    if (tall > 11 && width > 24)
      this.label(row, at, left, top + tall / 2, width);
  }

  /** What it waited for. */
  lead(row, y, time, waited) {
    const { context: c, view } = this;
    const left = view.x(time - waited);
    c.fillRect(left, y + row.height / 2 - 0.5, view.x(time) - left, 1.5);
  }

  label(row, at, left, middle, width) {
    const { context: c } = this;
    const shown = Math.max(left, 0);
    const text = labelOf(this.data, { track: row.track, at, span: true });
    const room = Math.floor((left + width - shown - 8) / CHARACTER);
    if (room < 2) return;
    c.fillStyle = colours["on-bar"];
    c.fillText(shortened(text, room), shown + 4, middle + 0.5);
  }

  /** Spans [from, to) share the pixel at x: draw how much they cover of it. */
  cluster(row, y, from, to, x) {
    const { context: c, view, data } = this;
    const { track } = row;
    let best = from;
    const stride = Math.max(1, Math.floor((to - from) / SAMPLES));
    const length = (at) => track.end[at] - track.start[at];
    for (let at = from; at < to; at += stride) {
      if (
        rank(data, track, at) + length(at) >
        rank(data, track, best) + length(best)
      )
        best = at;
    }
    const look = data.kinds[track.kind[best]];
    const [top, tall] = barOf(look.tone, y, row.height);
    const covered = (track.filled[to] - track.filled[from]) / view.scale;
    c.globalAlpha = Math.min(1, 0.45 + 0.55 * covered);
    c.fillStyle = colourOf(look.tone, track, track.x[best]);
    c.fillRect(x, top, 1, tall);
    c.globalAlpha = 1;
  }

  // --- marks ----------------------------------------------------------------

  marks(row, y) {
    this.each(row, y, row.track.marks, true);
    this.each(row, y, row.track.problems, false);
  }

  each(row, y, marks, labelled) {
    const { context: c, view, data } = this;
    const reach = 6 * view.scale;
    const last = upperBound(marks.time, view.to + reach);
    let at = lowerBound(marks.time, view.from - reach);
    while (at < last) {
      const x = view.x(marks.time[at]);
      const { tone } = data.kinds[marks.kind[at]];
      drawMark(c, tone, x, y, row.height);
      const next = at + 1 < last ? view.x(marks.time[at + 1]) : view.width;
      if (labelled && next - x > 40 && row.track.start.length === 0) {
        this.caption(row, y, at, x, next - x);
      }
      const apart = next - x < 2 ? marks.time[at] + 2 * view.scale : -1;
      at = apart < 0 ? at + 1 : lowerBound(marks.time, apart, at + 1, last);
    }
  }

  caption(row, y, at, x, room) {
    const { context: c } = this;
    const text = labelOf(this.data, { track: row.track, at, span: false });
    const most = Math.floor((room - 16) / CHARACTER);
    if (most < 3) return;
    c.fillStyle = colours.text;
    c.fillText(shortened(text, most), x + 10, y + row.height / 2);
  }
}

/** A text in so many characters; of `job 12` the number is what counts. */
function shortened(text, most) {
  if (text.length <= most) return text;
  const number = /^[a-z]+ (\d+)$/.exec(text);
  if (number && number[1].length <= most) return number[1];
  return `${text.slice(0, most - 1)}…`;
}

/** Bars that are drawn thin must not hide what runs. */
function rank(data, track, at) {
  const { tone } = data.kinds[track.kind[at]];
  if (tone === "none" || tone === "off") return -1e18;
  return tone === "wait" ? -1e15 : 0;
}
