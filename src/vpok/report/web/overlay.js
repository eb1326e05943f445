// What lies over the rows: arrows, the pointer's line, the selection.

import { endOf, showTime, startOf } from "./format.js";
import { AXIS } from "./layout.js";
import { lowerBound, upperBound } from "./search.js";
import { colours } from "./theme.js";

const MOST_ARROWS = 1500; // in a frame

export class Overlay {
  constructor(context, data, view, layout) {
    this.context = context;
    this.data = data;
    this.view = view;
    this.layout = layout;
  }

  draw() {
    const { context: c, view } = this;
    this.arrows();
    if (view.cursor !== null) {
      c.fillStyle = colours.accent;
      c.globalAlpha = 0.5;
      c.fillRect(view.x(view.cursor), AXIS, 1, view.height);
      c.globalAlpha = 1;
    }
    if (view.selected) this.selection(view.selected);
    if (view.range) this.range(...view.range);
  }

  arrows() {
    const { context: c, view } = this;
    const { arrived, took, from, to } = this.data.arrows;
    const first = lowerBound(arrived, view.from);
    const last = upperBound(arrived, view.to + (view.to - view.from));
    const stride = Math.max(1, Math.ceil((last - first) / MOST_ARROWS));
    c.strokeStyle = colours.send;
    c.lineWidth = 1;
    c.globalAlpha = 0.55;
    c.beginPath();
    for (let at = first; at < last; at += stride) {
      const left = view.x(arrived[at] - took[at]);
      if (left > view.width) continue;
      this.arrow(
        left,
        this.middle(from[at]),
        view.x(arrived[at]),
        this.middle(to[at]),
      );
    }
    c.stroke();
    c.globalAlpha = 1;
  }

  middle(track) {
    const row = this.layout.row(this.data.tracks[track]);
    return row.y + row.height / 2 - this.view.scroll + AXIS;
  }

  arrow(x0, y0, x1, y1) {
    const { context: c } = this;
    const bend = Math.max(6, (x1 - x0) / 3);
    c.moveTo(x0, y0);
    c.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1 - 3, y1);
    c.moveTo(x1 - 7, y1 - 3);
    c.lineTo(x1 - 3, y1);
    c.lineTo(x1 - 7, y1 + 3);
  }

  selection(item) {
    const { context: c, view } = this;
    const row = this.layout.row(item.track);
    const y = row.y - view.scroll + AXIS;
    const left = view.x(startOf(item));
    const right = view.x(endOf(item));
    c.strokeStyle = colours.select;
    c.lineWidth = 2;
    c.beginPath();
    if (item.span) {
      const width = Math.max(3, right - left);
      c.roundRect(left - 1, y + 1.5, width + 1, row.height - 4, 3);
    } else c.arc(left, y + row.height / 2, 9, 0, 2 * Math.PI);
    c.stroke();
    c.fillStyle = colours.select;
    c.globalAlpha = 0.35;
    c.fillRect(left, AXIS, 1, view.height);
    c.globalAlpha = 1;
  }

  range(from, to) {
    const { context: c, view } = this;
    const left = view.x(Math.min(from, to));
    const right = view.x(Math.max(from, to));
    c.fillStyle = colours.select;
    c.globalAlpha = 0.15;
    c.fillRect(left, AXIS, right - left, view.height);
    c.globalAlpha = 1;
    c.fillRect(left, AXIS, 1, view.height);
    c.fillRect(right, AXIS, 1, view.height);
    const text = showTime(Math.abs(to - from));
    const width = c.measureText(text).width + 12;
    const centre = (left + right) / 2 - width / 2;
    const x = Math.min(Math.max(2, centre), view.width - width - 2);
    c.beginPath();
    c.roundRect(x, AXIS + 4, width, 18, 4);
    c.fill();
    c.fillStyle = colours["on-bar"];
    c.fillText(text, x + 6, AXIS + 13);
  }
}
