// All of the run in a strip: who used the processors; drag to choose a part.

import { lowerBound } from "./search.js";
import { colours, partitionColour } from "./theme.js";
import { SLOP } from "./view.js";

const BINS = 480;

/** Each partition's share of all processors' time, bin by bin. */
function shares(data, view) {
  const width = (view.end - view.begin) / BINS;
  const found = data.partitions.map(() => new Float64Array(BINS));
  for (const track of data.groups[1].tracks.slice(1)) {
    for (let at = 0; at < track.start.length; at++) {
      if (track.kind[at] === 0)
        add(
          found[track.x[at]],
          track.start[at] - view.begin,
          track.end[at] - view.begin,
          width,
        );
    }
  }
  const whole = width * data.processors;
  return found.map((bins) => bins.map((time) => time / whole));
}

function add(bins, start, end, width) {
  let bin = Math.min(BINS - 1, Math.floor(start / width));
  while (bin < BINS && bin * width < end) {
    bins[bin] +=
      Math.min(end, (bin + 1) * width) - Math.max(start, bin * width);
    bin += 1;
  }
}

/** Sums from the bottom, so that areas stand on each other. */
function stacked(found) {
  const sums = found.map((bins) => Float64Array.from(bins));
  for (let at = 1; at < sums.length; at++) {
    for (let bin = 0; bin < BINS; bin++) sums[at][bin] += sums[at - 1][bin];
  }
  return sums;
}

export class Overview {
  constructor(root, data, view) {
    this.root = root;
    this.data = data;
    this.view = view;
    this.middles = Float64Array.from(
      { length: BINS },
      (_, bin) => view.begin + ((bin + 0.5) * (view.end - view.begin)) / BINS,
    );
    this.sums = stacked(shares(data, view));
    this.highest = Math.max(1e-9, ...(this.sums.at(-1) ?? []));
    this.misses = data.groups[0].tracks[1].problems.time;
    this.make();
  }

  /** Make the chart anew: its size or colours have changed. */
  make() {
    this.chart?.destroy();
    // The highest sum first: the lower ones are drawn over it.
    const order = this.sums.map((_, at) => at).reverse();
    this.chart = new uPlot(
      {
        width: Math.max(50, this.root.clientWidth),
        height: Math.max(20, this.root.clientHeight),
        padding: [2, 0, 0, 0],
        legend: { show: false },
        cursor: {
          x: false,
          y: false,
          points: { show: false },
          drag: { x: true, y: false, setScale: false },
        },
        scales: {
          x: { time: false, range: () => [this.view.least, this.view.most] },
          y: { range: () => [0, this.highest] },
        },
        axes: [{ show: false }, { show: false }],
        series: [{}, ...order.map((at) => this.series(at))],
        hooks: {
          setSelect: [(chart) => this.chosen(chart)],
          draw: [(chart) => this.problems(chart)],
        },
      },
      [this.middles, ...order.map((at) => this.sums[at])],
      this.root,
    );
    this.clicks();
    this.follow();
  }

  series(at) {
    return {
      fill: partitionColour(at),
      width: 0,
      points: { show: false },
      paths: uPlot.paths.stepped({ align: 0 }),
    };
  }

  /** Small marks where misses and errors are. */
  problems(chart) {
    const { ctx: c, bbox } = chart;
    c.fillStyle = colours.error;
    let last = -Infinity;
    for (let at = 0; at < this.misses.length; at++) {
      const x = chart.valToPos(this.misses[at], "x", true);
      c.fillRect(x - 1, bbox.top, 2, 5);
      last = chart.posToVal(x + 2, "x", true);
      at = Math.max(at, lowerBound(this.misses, last, at + 1) - 1);
    }
  }

  /** Show what was dragged over. */
  chosen(chart) {
    const { left, width } = chart.select;
    if (width < SLOP) return;
    this.view.show(
      chart.posToVal(left, "x"),
      chart.posToVal(left + width, "x"),
    );
  }

  /** Let a click move what is shown there; a drag is none. */
  clicks() {
    const { over } = this.chart;
    let down = 0;
    over.addEventListener("mousedown", (event) => (down = event.offsetX));
    over.addEventListener("click", (event) => {
      if (Math.abs(event.offsetX - down) >= SLOP) return;
      const centre = this.chart.posToVal(event.offsetX, "x");
      const half = (this.view.to - this.view.from) / 2;
      this.view.show(centre - half, centre + half);
    });
  }

  /** Show which part is visible. */
  follow() {
    const { chart, view } = this;
    const left = chart.valToPos(view.from, "x");
    const right = chart.valToPos(view.to, "x");
    const box = {
      left,
      width: Math.max(2, right - left),
      top: 0,
      height: chart.over.clientHeight,
    };
    chart.setSelect(box, false);
  }
}
