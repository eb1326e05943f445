// All of the run in a strip: who used the processors; drag to choose a part.

import { lowerBound } from "./search.js";
import { colours, partitionColour } from "./theme.js";

const BINS = 480;

/** Each partition's share of all processors' time, bin by bin. */
function shares(data) {
  const width = Math.max(1, data.end) / BINS;
  const found = data.partitions.map(() => new Float64Array(BINS));
  for (const track of data.groups[1].tracks.slice(1)) {
    for (let at = 0; at < track.start.length; at++) {
      if (track.kind[at] === 0)
        add(found[track.x[at]], track.start[at], track.end[at], width);
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
    this.quiet = false;
    this.middles = Float64Array.from(
      { length: BINS },
      (_, bin) => ((bin + 0.5) * Math.max(1, data.end)) / BINS,
    );
    this.sums = stacked(shares(data));
    this.highest = Math.max(1e-9, ...(this.sums.at(-1) ?? []));
    this.misses = this.problemTimes();
    this.make();
  }

  problemTimes() {
    return this.data.groups[0].tracks[1].problems.time;
  }

  /** Make the chart anew: its size or colours have changed. */
  make() {
    this.root.replaceChildren();
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
          x: { time: false, range: () => [this.least(), this.most()] },
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
    this.follow();
  }

  least() {
    return -this.view.end * 0.02;
  }

  most() {
    return this.view.end * 1.02;
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

  /** The user has dragged, or clicked. */
  chosen(chart) {
    if (this.quiet) return;
    const { left, width } = chart.select;
    if (width < 3) {
      const centre = chart.posToVal(left, "x");
      const half = (this.view.to - this.view.from) / 2;
      this.view.show(centre - half, centre + half);
    } else {
      this.view.show(
        chart.posToVal(left, "x"),
        chart.posToVal(left + width, "x"),
      );
    }
  }

  /** Show which part is visible. */
  follow() {
    const { chart, view } = this;
    const left = chart.valToPos(view.from, "x");
    const right = chart.valToPos(view.to, "x");
    this.quiet = true;
    const box = {
      left,
      width: Math.max(2, right - left),
      top: 0,
      height: chart.over.clientHeight,
    };
    chart.setSelect(box, false);
    this.quiet = false;
  }
}
